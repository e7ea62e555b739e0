using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp;

namespace OpenAI.Realtime.WebRtc.Engine.DataChannels;

[System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1822", Justification = "The face only, for now.")]
internal sealed class DataChannel(SctpAssociation association, DataChannelOptions options)
{
    public SctpAssociation Association { get; } = association;
    public DataChannelOptions Options { get; } = options;
    public DataChannelState State { get; }
    public ushort? StreamId { get; }
    public string Label { get; } = "";
    public string Protocol { get; } = "";
    public void Start(bool isDtlsClient, Instant now) => Association.Start(now);
    public void HandlePacket(ReadOnlySpan<byte> packet, Instant now) => Association.HandlePacket(packet, now);
    public void HandleTimeout(Instant now) => Association.HandleTimeout(now);
    public Wake NextTimeout => Association.NextTimeout;
    public bool TryTakePacket(Span<byte> buffer, out int length) => Association.TryTakePacket(buffer, out length);
    public bool TryTakeEvent(out DataChannelEvent e) { e = default; return false; }
    public SctpSendResult Send(DataMessageKind kind, ReadOnlySpan<byte> message, Instant now) => SctpSendResult.NotConnected;
    public bool TryPeekMessage(out DataChannelMessage header) { header = default; return false; }
    public void TakeMessage(Span<byte> destination, Instant now) { }
    public void Close(Instant now) => Association.Shutdown(now);
    public void Abort(Instant now) => Association.Abort(now);
}
