using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Rtp;

/// <summary>
/// When we report and what (RFC 3550 §6), and what the peer's reports tell us. Plain RTCP: protecting it is the caller's.
/// <code>
///   Start ──► wait 2.5 s ± half ──► report ──► wait 5 s ± half ──► report ──► …   (§6.2)
///   Stop  ──► report with BYE, once (§6.6)
///   report = SR when we sent lately, otherwise RR; then SDES with CNAME
/// </code>
/// </summary>
/// <remarks>Handle one thing, drain <see cref="TryTakePacket"/>, wait until <see cref="NextTimeout"/>. Allocates nothing after construction.</remarks>
internal sealed class RtcpSession
{
    /// <summary>The minimum interval of §6.2. Two participants never come to need a longer one.</summary>
    public static readonly TimeSpan ReportInterval = TimeSpan.FromSeconds(5);

    /// <summary>A longer round trip than this is taken for a peer's mistake and ignored.</summary>
    public static readonly TimeSpan MaxRoundTripTime = TimeSpan.FromSeconds(60);

    /// <summary>How far below zero a round trip may come out, from rounding on both sides, and still count as zero: 1 ms.</summary>
    private const int RoundTripSlack = 65536 / 1000;

    private readonly RandomSource _random;
    private readonly DateTimeOffset _wallClockAnchor;
    private readonly byte[] _cname;
    private readonly RtpSender _sender;
    private readonly RtpReceiveStatistics _receiver;

    private Instant _now;
    private Instant _nextReport = Instant.Never;
    private bool _reportPending;
    private bool _byePending;
    private bool _hasSentRtcp;
    private uint? _departedSsrc;
    private long _sentAtLastReport;
    private long _sentAtReportBeforeLast;

    /// <param name="random">For the spread of the report interval.</param>
    /// <param name="wallClockAnchor">The wall-clock time at <see cref="Instant.Zero"/>.</param>
    /// <param name="cname">Our canonical name (§6.5.1; random for each call, RFC 7022); at most 255 bytes as UTF-8.</param>
    /// <param name="sender">What we send.</param>
    /// <param name="receiver">What we receive.</param>
    /// <exception cref="ArgumentException">The name is too long.</exception>
    public RtcpSession(RandomSource random, DateTimeOffset wallClockAnchor, string cname, RtpSender sender, RtpReceiveStatistics receiver)
    {
        _random = random;
        _wallClockAnchor = wallClockAnchor;
        _cname = Encoding.UTF8.GetBytes(cname);
        if (_cname.Length > RtcpWriter.MaxCnameLength)
            throw new ArgumentException($"A CNAME has at most {RtcpWriter.MaxCnameLength} bytes.", nameof(cname));
        _sender = sender;
        _receiver = receiver;
    }

    /// <summary>When the next report is due.</summary>
    public Wake NextTimeout => _nextReport == Instant.Never ? Wake.Never : new(_nextReport, WakeReason.RtcpReport);

    /// <summary>The round trip as the peer's last report block gave it (§6.4.1); null until one did.</summary>
    public TimeSpan? RoundTripTime { get; private set; }

    /// <summary>What the peer last said of what we send; null until it did.</summary>
    public RtcpReportBlock? RemoteReport { get; private set; }

    /// <summary>Whether the source that we receive has said goodbye (§6.6); false again when another has begun.</summary>
    public bool HasRemoteLeft => _receiver.HasSource && _departedSsrc == _receiver.Ssrc;

    /// <summary>Reports written.</summary>
    public long ReportsSent { get; private set; }

    /// <summary>Compounds received.</summary>
    public long CompoundsReceived { get; private set; }

    /// <summary>Compounds that did not parse to their end; what came before the flaw was used.</summary>
    public long MalformedCompounds { get; private set; }

    /// <summary>Media may flow: the first report comes after half an interval (§6.2).</summary>
    public void Start(Instant now)
    {
        _now = now;
        _nextReport = now + Spread(ReportInterval / 2);
    }

    /// <summary>
    /// We leave: one last compound with BYE, and nothing after it. Nothing at all when we never sent an RTP or RTCP packet (§6.3.7).
    /// </summary>
    public void Stop(Instant now)
    {
        if (_nextReport == Instant.Never)
            return;
        _now = now;
        _nextReport = Instant.Never;
        _reportPending = false;
        _byePending = _hasSentRtcp || _sender.PacketCount > 0;
    }

    /// <summary>Handles a compound that SRTCP has authenticated.</summary>
    public void HandleRtcp(ReadOnlySpan<byte> compound, Instant now)
    {
        CompoundsReceived++;
        RtcpReader reader = new(compound);
        bool isMalformed = false;
        while (reader.TryReadNext(out RtcpPacket packet))
        {
            switch (packet.Type)
            {
                case RtcpPacketType.SenderReport:
                case RtcpPacketType.ReceiverReport:
                    isMalformed |= !TryHandleReport(packet, now);
                    break;
                case RtcpPacketType.Bye when _receiver.HasSource && RtcpBye.IsFrom(packet, _receiver.Ssrc):
                    _departedSsrc = _receiver.Ssrc;
                    break;
            }
        }

        if (reader.IsMalformed || isMalformed)
            MalformedCompounds++;
    }

    /// <summary>Makes a report ready when one is due. However late the call is, it is one report.</summary>
    public void HandleTimeout(Instant now)
    {
        if (now < _nextReport)
            return;
        _now = now;
        _reportPending = true;
        _nextReport = now + Spread(ReportInterval);
    }

    /// <summary>Takes the compound that is ready. False when none is, or when the buffer is smaller than <see cref="RtcpWriter.MaxLength"/>.</summary>
    public bool TryTakePacket(Span<byte> buffer, out int length)
    {
        length = 0;
        if (!(_reportPending || _byePending) || buffer.Length < RtcpWriter.MaxLength)
            return false;

        // §6.4: a sender is who has sent since the report before last.
        bool isSender = _sender.PacketCount > _sentAtReportBeforeLast;
        RtcpSenderInfo? senderInfo = isSender ? _sender.GetSenderInfo(_wallClockAnchor, _now) : null;
        RtcpReportBlock? block = _receiver.TryTakeReportBlock(_now, out RtcpReportBlock taken) ? taken : null;

        RtcpWriter writer = new(buffer);
        writer.WriteReport(_sender.Ssrc, senderInfo, block);
        writer.WriteCname(_sender.Ssrc, _cname);
        if (_byePending)
            writer.WriteBye(_sender.Ssrc);

        _sentAtReportBeforeLast = _sentAtLastReport;
        _sentAtLastReport = _sender.PacketCount;
        _reportPending = false;
        _byePending = false;
        _hasSentRtcp = true;
        ReportsSent++;
        return writer.TryFinish(out length);
    }

    private bool TryHandleReport(in RtcpPacket packet, Instant now)
    {
        if (!RtcpReport.TryParse(packet, out RtcpReport report))
            return false;
        if (report.SenderInfo is { } sender)
            _receiver.HandleSenderReport(report.Ssrc, sender.NtpTime, now);
        while (report.TryReadNext(out RtcpReportBlock block))
        {
            if (block.Ssrc != _sender.Ssrc)
                continue;
            RemoteReport = block;
            UpdateRoundTripTime(block, now);
        }

        return true;
    }

    /// <summary>
    /// §6.4.1: the round trip is A − LSR − DLSR, all in 1/65536 s.
    /// <code>
    ///  we    ──SR (LSR)──►          ┌──────────►  A, now
    ///  peer              ├── DLSR ──┤ block
    /// </code>
    /// </summary>
    private void UpdateRoundTripTime(in RtcpReportBlock block, Instant now)
    {
        if (block.LastSenderReport == 0)
            return;
        uint arrival = NtpTimestamp.At(_wallClockAnchor, now).Middle;
        int roundTrip = unchecked((int)(arrival - block.LastSenderReport - block.DelaySinceLastSenderReport));
        if (roundTrip < -RoundTripSlack)
            return;
        TimeSpan measured = NtpTimestamp.FromMiddleUnits((uint)Math.Max(0, roundTrip));
        if (measured <= MaxRoundTripTime)
            RoundTripTime = measured;
    }

    /// <summary>§6.2: evenly spread from half to one and a half of the interval, so that participants do not fall into step.</summary>
    private TimeSpan Spread(TimeSpan interval) => interval / 2 + new TimeSpan((long)((UInt128)(ulong)interval.Ticks * _random.NextUInt32() >> 32));
}
