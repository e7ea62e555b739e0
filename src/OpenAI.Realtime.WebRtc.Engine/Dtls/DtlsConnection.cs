using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Records;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls;

#pragma warning disable CA1822 // the face alone, so that Peer can be written against it; the machine follows
internal sealed class DtlsConnection : IDisposable
{
    /// <summary>How much longer a datagram of <see cref="TryProtect"/> is than what it carries: header, explicit nonce, tag.</summary>
    public const int RecordOverhead = RecordHeader.Size + RecordProtection.Overhead;

    public DtlsConnection(DtlsOptions options) => ArgumentNullException.ThrowIfNull(options);

    public DtlsCounters Counters { get; } = new();
    public SrtpProtectionProfile? SrtpProfile => null;
    public string? CipherSuiteName => null;
    public string Step => "";
    public bool IsConnected => false;
    public Wake NextTimeout => Wake.Never;
    public void Start(Instant now) { }
    public bool TryHandleRecord(ref Span<byte> datagramRest, Instant now, out ReadOnlySpan<byte> applicationData) { applicationData = default; return false; }
    public void HandleTimeout(Instant now) { }
    public bool TryTakeDatagram(Span<byte> buffer, out int length) { length = 0; return false; }
    public bool TryTakeEvent(out DtlsEvent e) { e = default; return false; }
    public bool TryProtect(ReadOnlySpan<byte> applicationData, Span<byte> buffer, out int length) { length = 0; return false; }
    public bool TryExportKeyingMaterial(ReadOnlySpan<byte> label, Span<byte> destination) => false;
    public void Close(Instant now) { }
    public void Dispose() { }
}
