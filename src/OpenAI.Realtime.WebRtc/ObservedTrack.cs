using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc;

/// <summary>A track that tells when its first packet is read, and is otherwise the track itself.</summary>
internal sealed class ObservedTrack(IOpusTrack track, Action<EncodedAudio> firstAudio) : IOpusTrack
{
    private int _heard;

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

    public void Send(ReadOnlySpan<byte> opus, OpusPacketHeader header) => track.Send(opus, header);
}
