using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp;

[System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1822", Justification = "The face only, for now.")]
internal sealed class SctpAssociation(SctpOptions options)
{
    public SctpOptions Options { get; } = options;
    public int MaxOutgoingMessageSize { get; set; } = 65536;
    public int BufferedBytes => 0;
    public TimeSpan? RoundTripTime => null;
    public SctpCounters Counters => default;
    public Wake NextTimeout => Wake.Never;
    public bool IsEstablished { get; }
    public bool HasEnded { get; }
    public void Start(Instant now) { }
    public void HandlePacket(ReadOnlySpan<byte> packet, Instant now) { }
    public void HandleTimeout(Instant now) { }
    public bool TryTakePacket(Span<byte> buffer, out int length) { length = 0; return false; }
    public bool TryTakeEvent(out SctpEvent e) { e = default; return false; }
    public SctpSendResult Send(ushort streamId, uint ppid, ReadOnlySpan<byte> message, Instant now) => SctpSendResult.NotConnected;
    public bool TryPeekMessage(out SctpMessage header) { header = default; return false; }
    public void TakeMessage(Span<byte> destination, Instant now) { }
    public void ResetStream(ushort streamId, Instant now) { }
    public void Shutdown(Instant now) { }
    public void Abort(Instant now) { }
}
