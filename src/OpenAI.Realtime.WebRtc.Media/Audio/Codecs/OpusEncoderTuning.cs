namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>What of an encoder can change while it runs, as the peer asks for and reports; see <see cref="OpusEncoderOptions"/> for each.</summary>
public readonly record struct OpusEncoderTuning
{
    /// <summary>Bits a second, 6,000 to 510,000.</summary>
    public required int Bitrate { get; init; }

    /// <summary>How many packets in a hundred are expected to be lost, 0 to 100.</summary>
    public required int ExpectedPacketLossPercent { get; init; }

    /// <summary>Whether packets carry a coarse copy of the one before them.</summary>
    public required bool InbandFec { get; init; }

    /// <summary>Whether the bitrate may vary with the content.</summary>
    public required bool VariableBitrate { get; init; }

    /// <summary>The widest band.</summary>
    public required OpusBandwidth MaxBandwidth { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Bitrate, OpusEncoderOptions.MinBitrate);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Bitrate, OpusEncoderOptions.MaxBitrate);
        ArgumentOutOfRangeException.ThrowIfNegative(ExpectedPacketLossPercent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ExpectedPacketLossPercent, 100);
        if (!Enum.IsDefined(MaxBandwidth))
            throw new ArgumentOutOfRangeException(nameof(MaxBandwidth), MaxBandwidth, "Not an Opus bandwidth.");
    }
}
