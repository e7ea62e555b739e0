namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>What the audio of a session has counted in both directions.</summary>
/// <param name="Sent">From the caller to the service.</param>
/// <param name="Received">From the service to the caller.</param>
public readonly record struct AudioStatistics(AudioSendStatistics Sent, AudioReceiveStatistics Received);

/// <summary>What was sent.</summary>
public readonly record struct AudioSendStatistics
{
    /// <summary>Opus packets handed to the engine.</summary>
    public long Packets { get; init; }

    /// <summary>Opus bytes handed to the engine, without headers.</summary>
    public long Bytes { get; init; }

    /// <summary>Frames of silence sent because the source had nothing ready; neither mute nor the time after the source's end counts.</summary>
    public long UnderrunFrames { get; init; }

    /// <summary>Frames left out after a stall, shown to the peer as a gap in the timestamps.</summary>
    public long SkippedFrames { get; init; }

    /// <summary>Frames of a live source (<see cref="IAudioSource.IsLive"/>) left out because they had piled up.</summary>
    public long DroppedFrames { get; init; }

    /// <summary>Frames that DTX kept from being sent.</summary>
    public long DtxFrames { get; init; }

    /// <summary>What the encoder is set to, in bit/s; lower than asked for when the peer's SDP says so. 0 with packets that come encoded.</summary>
    public int Bitrate { get; init; }

    /// <summary>The loss that the encoder is prepared for, in percent: as asked for, or more when the peer reports more. 0 with packets that come encoded.</summary>
    public int ExpectedPacketLossPercent { get; init; }

    /// <summary>Whether the source has ended or failed, so that silence is being sent.</summary>
    public bool SourceEnded { get; init; }

    /// <summary>The level of the last frame sent.</summary>
    public AudioLevel Level { get; init; }
}

/// <summary>What was received, and what was done about what was not.</summary>
public readonly record struct AudioReceiveStatistics
{
    /// <summary>Opus packets received, late ones and duplicates included.</summary>
    public long Packets { get; init; }

    /// <summary>Opus bytes received, without headers.</summary>
    public long Bytes { get; init; }

    /// <summary>Packets that were never there: their number was passed and they did not come afterwards either.</summary>
    public long Lost { get; init; }

    /// <summary>Packets that came after their turn, or that no room was left for.</summary>
    public long Late { get; init; }

    /// <summary>Packets of interrupted speech that came after the flush and were not played; they count as neither lost nor late.</summary>
    public long Flushed { get; init; }

    /// <summary>Packets that came more than once.</summary>
    public long Duplicate { get; init; }

    /// <summary>Packets that are no Opus, or that the decoder refused.</summary>
    public long Malformed { get; init; }

    /// <summary>Samples at 48 kHz that were made up because nothing was there to play; what FEC restored does not count.</summary>
    public long ConcealedSamples { get; init; }

    /// <summary>Lost packets restored from the FEC of the packet after them.</summary>
    public long FecRecovered { get; init; }

    /// <summary>Samples at 48 kHz left out to bring the delay down: silence, periods of a voice, and whole packets of speech only when the delay was far too long.</summary>
    public long RemovedSamples { get; init; }

    /// <summary>Samples at 48 kHz put in to make room for the jitter seen: silence, and periods of a voice said twice.</summary>
    public long InsertedSamples { get; init; }

    /// <summary>Samples in the sink's format dropped because the sink took too long, or because the session stalled.</summary>
    public long SinkDroppedSamples { get; init; }

    /// <summary>How often the stream began anew: another SSRC, or a jump of the sequence number.</summary>
    public long Resyncs { get; init; }

    /// <summary>How much is waiting in the jitter buffer.</summary>
    public TimeSpan Buffered { get; init; }

    /// <summary>The delay that the jitter buffer aims at.</summary>
    public TimeSpan TargetDelay { get; init; }

    /// <summary>How much later than the fastest packets the last ones came, smoothed as in RFC 3550 A.8.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>The level of the last 20 ms played.</summary>
    public AudioLevel Level { get; init; }

    /// <summary>How long ago the last packet came; null before the first.</summary>
    public TimeSpan? SinceLastPacket { get; init; }
}
