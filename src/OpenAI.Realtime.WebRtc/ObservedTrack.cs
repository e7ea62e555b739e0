using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc;

/// <summary>A track that tells when its first packet is read, and over which nothing more is sent once its session says so; otherwise the track itself.</summary>
internal sealed class ObservedTrack(IOpusTrack track, Action<EncodedAudio> firstAudio) : IOpusTrack
{
    private int _heard;
    private volatile bool _stopped;

    public OpusPreferences? Preferences => track.Preferences;

    public double? FractionLost => track.FractionLost;

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default) => track.WaitAsync(cancellationToken);

    public bool TryRead(Span<byte> destination, out EncodedAudio packet)
    {
        bool read = track.TryRead(destination, out packet);
        if (read && Volatile.Read(ref _heard) == 0 && Interlocked.Exchange(ref _heard, 1) == 0)
            firstAudio(packet);
        return read;
    }

    /// <summary>What is sent from now on is dropped.</summary>
    public void StopSending() => _stopped = true;

    public void Send(ReadOnlySpan<byte> opus, OpusPacketHeader header)
    {
        if (!_stopped)
            track.Send(opus, header);
    }
}
