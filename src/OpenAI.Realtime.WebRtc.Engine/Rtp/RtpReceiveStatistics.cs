using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Rtp;

/// <summary>What a packet's sequence number said about it.</summary>
internal enum RtpArrival
{
    /// <summary>Ahead of all others, perhaps after a gap.</summary>
    InOrder,

    /// <summary>Behind another that came before it.</summary>
    Late,

    /// <summary>Its sequence number has been seen.</summary>
    Duplicate,

    /// <summary>So far from the others that it counts only when the next one follows it (§A.1).</summary>
    OutOfRange,
}

/// <summary>
/// What we know of the source that we receive (RFC 3550 §A.1, §A.3, §A.8): sequence, losses and jitter, for our reports and for the
/// user. One source at a time: another SSRC starts the counts anew, apart from the totals.
/// </summary>
internal sealed class RtpReceiveStatistics
{
    /// <summary>A larger step forward is not believed at once (§A.1). 3000 packets are a minute of audio.</summary>
    public const int MaxDropout = 3000;

    /// <summary>A larger step back is not believed at once (§A.1).</summary>
    public const int MaxMisorder = 100;

    private const uint SequenceModulus = 1 << 16;
    private const int MaxCumulativeLost = 0x7F_FFFF; // 24 bits with a sign
    private const int MinCumulativeLost = -0x80_0000;

    private bool _hasSource;
    private Serial16 _highest;
    private uint _cycles;           // 2^16 for each wrap
    private uint _baseSequence;
    private Serial16? _expectedAfterJump;
    private UInt128 _seen;          // bit n: the packet n before the highest has come
    private long _received;         // since the source began, duplicates and late ones too
    private long _expectedPrior;
    private long _receivedPrior;
    private long _lostBefore;       // of sources and sequences that went before
    private uint _transit;
    private uint _scaledJitter;     // 16 times the jitter (§A.8)

    private uint _senderReportSsrc;
    private uint _lastSenderReport; // middle 32 bits of its NTP time; 0 when none has come
    private Instant _senderReportArrival;

    /// <summary>The source; meaningful once a packet has come.</summary>
    public uint Ssrc { get; private set; }

    /// <summary>Whether a packet has come.</summary>
    public bool HasSource => _hasSource;

    /// <summary>RTP packets received since the start, of every source.</summary>
    public long TotalPackets { get; private set; }

    /// <summary>Payload bytes received since the start, of every source.</summary>
    public long TotalOctets { get; private set; }

    /// <summary>RTP packets lost since the start, of every source.</summary>
    public long TotalLost => _lostBefore + CumulativeLost;

    /// <summary>Packets whose sequence number had been seen.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Packets that came after one with a higher sequence number.</summary>
    public long Late { get; private set; }

    /// <summary>How often the sequence jumped so far that the counts began anew (§A.1), or another SSRC began.</summary>
    public long Restarts { get; private set; }

    /// <summary>The highest sequence number, with the count of its wraps in the upper 16 bits (§6.4.1).</summary>
    public uint ExtendedHighestSequence => _cycles + _highest.Value;

    /// <summary>How many packets should have come of this source (§A.3).</summary>
    public long Expected => _hasSource ? (long)ExtendedHighestSequence - _baseSequence + 1 : 0;

    /// <summary>How many of them did not (§A.3); negative when duplicates outnumber losses.</summary>
    public long CumulativeLost => Expected - _received;

    /// <summary>Interarrival jitter in units of 48 kHz (§6.4.1, §A.8).</summary>
    public uint Jitter => _scaledJitter >> 4;

    /// <summary>Counts a packet.</summary>
    public RtpArrival HandlePacket(in RtpPacket packet, Instant arrival)
    {
        TotalPackets++;
        TotalOctets += packet.Payload.Length;
        if (!_hasSource || packet.Ssrc != Ssrc)
        {
            if (_hasSource)
                Restarts++;
            Ssrc = packet.Ssrc;
            Begin(packet.SequenceNumber);
            BeginJitter(packet.Timestamp, arrival);
            return RtpArrival.InOrder;
        }

        RtpArrival sequence = UpdateSequence(packet.SequenceNumber, out bool restarted);
        if (restarted)
            BeginJitter(packet.Timestamp, arrival);
        else if (sequence is RtpArrival.InOrder or RtpArrival.Late)
            UpdateJitter(packet.Timestamp, arrival);
        return sequence;
    }

    /// <summary>Remembers a sender report, for LSR and DLSR (§6.4.1). It may come before the source's first packet.</summary>
    public void HandleSenderReport(uint ssrc, NtpTimestamp ntpTime, Instant arrival)
    {
        _senderReportSsrc = ssrc;
        _lastSenderReport = ntpTime.Middle;
        _senderReportArrival = arrival;
    }

    /// <summary>
    /// The report block on the source, which also begins the interval that the next block covers (§A.3).
    /// False when nothing has come since the last one (§6.4).
    /// </summary>
    public bool TryTakeReportBlock(Instant now, out RtcpReportBlock block)
    {
        block = default;
        long receivedInterval = _received - _receivedPrior;
        if (receivedInterval == 0)
            return false;

        long expectedInterval = Expected - _expectedPrior;
        long lostInterval = expectedInterval - receivedInterval;
        _expectedPrior = Expected;
        _receivedPrior = _received;

        byte fractionLost = 0;
        if (expectedInterval > 0 && lostInterval > 0)
            fractionLost = (byte)((lostInterval << 8) / expectedInterval); // below 256, for something was received

        bool hasSenderReport = _lastSenderReport != 0 && _senderReportSsrc == Ssrc;
        block = new(
            Ssrc,
            fractionLost,
            (int)Math.Clamp(CumulativeLost, MinCumulativeLost, MaxCumulativeLost),
            ExtendedHighestSequence,
            Jitter,
            hasSenderReport ? _lastSenderReport : 0,
            hasSenderReport ? NtpTimestamp.ToMiddleUnits(now - _senderReportArrival) : 0);
        return true;
    }

    /// <summary>§A.1, without its probation: SRTP has authenticated the source.</summary>
    private RtpArrival UpdateSequence(Serial16 sequence, out bool restarted)
    {
        restarted = false;
        int step = sequence - _highest;
        if (step is > 0 and < MaxDropout)
        {
            if (sequence.Value < _highest.Value)
                _cycles += SequenceModulus;
            _highest = sequence;
            _seen = (step < MaxMisorder ? _seen << step : 0) | UInt128.One;
            _expectedAfterJump = null;
            _received++;
            return RtpArrival.InOrder;
        }

        if (step is <= 0 and > -MaxMisorder)
        {
            UInt128 bit = UInt128.One << -step;
            bool duplicate = (_seen & bit) != 0;
            _seen |= bit;
            _received++;
            if (duplicate)
                Duplicates++;
            else
                Late++;
            return duplicate ? RtpArrival.Duplicate : RtpArrival.Late;
        }

        // A very large step: believed when two packets follow each other there, as if the other side had begun anew.
        if (_expectedAfterJump == sequence)
        {
            Restarts++;
            Begin(sequence);
            restarted = true;
            return RtpArrival.InOrder;
        }

        _expectedAfterJump = sequence + 1;
        return RtpArrival.OutOfRange;
    }

    private void Begin(Serial16 sequence)
    {
        _lostBefore += CumulativeLost;
        _hasSource = true;
        _highest = sequence;
        _baseSequence = sequence.Value;
        _cycles = 0;
        _expectedAfterJump = null;
        _seen = UInt128.One;
        _received = 1;
        _expectedPrior = 0;
        _receivedPrior = 0;
    }

    private void BeginJitter(uint timestamp, Instant arrival)
    {
        _transit = unchecked(OpusClock.UnitsAt(arrival) - timestamp);
        _scaledJitter = 0;
    }

    /// <summary>§A.8: J += (|D| − J) / 16, in integers and scaled by 16, rounded as the RFC has it.</summary>
    private void UpdateJitter(uint timestamp, Instant arrival)
    {
        uint transit = unchecked(OpusClock.UnitsAt(arrival) - timestamp);
        uint difference = (uint)Math.Abs((long)(new Serial32(transit) - new Serial32(_transit)));
        _transit = transit;
        _scaledJitter = (uint)Math.Min(uint.MaxValue, (long)_scaledJitter + difference - ((_scaledJitter + 8L) >> 4));
    }
}
