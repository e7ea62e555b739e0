using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Sending;

/// <summary>
/// The sending half: what DATA goes when (RFC 9260 §6.1), what a SACK means (§6.2.1), and T3-rtx (§6.3).
/// </summary>
/// <remarks>
/// 1. <see cref="WriteData"/> fills a packet: what is lost first, then new fragments, as far as cwnd and the peer's window go.
/// 2. <see cref="HandleSack"/> drops what is acknowledged and finds what is lost, by the third report or by time; a loss starts fast recovery.
/// 3. Without a SACK for a round trip and a half the last chunk goes again (<see cref="TailProbe"/>).
/// 4. T3-rtx calls everything lost that has not been acknowledged, and starts over with one packet.
/// </remarks>
internal sealed class DataSender
{
    /// <summary>Max.Burst (§6.1 D says 4): new packets that one input may bring about.</summary>
    private const int MaxBurstPackets = 10;

    private readonly RetransmissionTimeout _rto;
    private readonly CongestionControl _congestion;
    private readonly OutstandingData _outstanding;
    private readonly TailProbe _probe;
    private readonly PacketSizeProbe _size;
    private readonly RepeatsInVain _repeats;
    private readonly LossKind _lossKind = new();
    private Instant _retransmitDue = Instant.Never; // T3-rtx
    private Instant _lossDue = Instant.Never;       // when what was overtaken is old enough to be lost
    private int _burstLimit;
    private long _peerWindow;
    private bool _fastRetransmitDue;
    private bool _isTiming;
    private Serial32 _timedTsn;
    private Instant _timedSince;

    public DataSender(SctpOptions options, RetransmissionTimeout rto, PacketSizeProbe size, Serial32 initialTsn)
    {
        MaxFragmentLength = FragmentOf(options.MaxPacketSize & ~3);
        _rto = rto;
        _size = size;
        _repeats = new(size);
        _congestion = new(MaxFragmentLength, options.SendBufferSize);
        _outstanding = new(initialTsn);
        _probe = new(rto);
        Buffer = new(options.SendBufferSize);
    }

    public SendBuffer Buffer { get; }

    /// <summary>When <see cref="HandleTimeout"/> has something to do.</summary>
    public Instant Due => Instant.Min(Instant.Min(_retransmitDue, _probe.Due), _lossDue);

    /// <summary>Whether nothing waits to be sent or acknowledged.</summary>
    public bool IsAllAcked => _outstanding.Count == 0 && !Buffer.HasUnsent;

    public Serial32 NextTsn => _outstanding.NextTsn;

    public int CongestionWindow => _congestion.Window;

    /// <summary>The user data of a small packet.</summary>
    public int SmallFragmentLength => FragmentOf(_size.SmallSize);

    /// <summary>How long a packet must be for the chunk that is sent again next: it has its TSN, and cannot be cut to a path that has shrunk. 0: there is none.</summary>
    public int NextRepeatLength => _outstanding.HasLost ? PacketOf(_outstanding[_outstanding.IndexOfFirstLost()].Length) : 0;

    private int OldestPacketLength => _outstanding.Count > 0 ? PacketOf(_outstanding[0].Length) : 0;

    /// <summary>The user data of a full packet; cwnd counts user data, so this is its MTU too, however long packets are at the moment.</summary>
    private int MaxFragmentLength { get; }

    /// <summary>The user data of a packet that the path is known to carry.</summary>
    private int FragmentLength => FragmentOf(_size.Size);

    /// <summary>The peer's a_rwnd is known from its INIT or INIT ACK.</summary>
    public void SetPeerWindow(uint window) => _peerWindow = window;

    /// <summary>An input has come: so many packets may go until the next one.</summary>
    public void BeginBurst() => _burstLimit = _outstanding.FlightSize + MaxBurstPackets * MaxFragmentLength;

    /// <summary>Whether <see cref="WriteData"/> would write something into an empty packet.</summary>
    public bool HasDataToSend => (_fastRetransmitDue && _outstanding.HasLost) || MaySendLost || MaySendNew;

    private bool IsWithinWindow => _outstanding.FlightSize < Math.Min(_congestion.Window, _burstLimit);

    private bool MaySendLost => _outstanding.HasLost && IsWithinWindow;

    // §6.1 A: with nothing in flight one packet goes, whatever the peer's window: it is how we learn that the window has opened.
    private bool MaySendNew =>
        Buffer.HasUnsent && !_outstanding.HasLost && _outstanding.Count < OutstandingData.MaxChunks && IsWithinWindow &&
        (_outstanding.FlightSize == 0 || IsWithinPeerWindow(Buffer.NextFragmentLength(FragmentLength)));

    /// <summary>Fills the rest of a packet with DATA.</summary>
    public void WriteData(ref SpanWriter writer, Instant now, ref SctpCounters counters)
    {
        long sent = counters.DataChunksSent;
        Write(ref writer, now, ref counters);
        if (counters.DataChunksSent > sent)
            _probe.HandleSent(now);
    }

    private void Write(ref SpanWriter writer, Instant now, ref SctpCounters counters)
    {
        bool isFastRetransmit = _fastRetransmitDue;
        while (_outstanding.HasLost && (isFastRetransmit || MaySendLost))
        {
            int index = _outstanding.IndexOfFirstLost();
            if (!Fits(writer, _outstanding[index].Length))
                return;
            _fastRetransmitDue = false; // §7.2.4: one packet goes at once, whatever cwnd says.
            _outstanding[index].IsWindowProbe = !IsWithinPeerWindow(_outstanding[index].Length);
            if (index == 0 && !_outstanding[index].IsWindowProbe)
                _repeats.HandleRepeat();
            _outstanding.MarkSentAgain(index, now);
            Write(ref writer, index, isLastOfBurst: !_outstanding.HasLost && !Buffer.HasUnsent);
            counters.DataChunksSent++;
            counters.ChunksRetransmitted++;
            if (_isTiming && _outstanding.TsnOf(index) == _timedTsn)
                _isTiming = false; // §6.3.1 C5
            if (index == 0 || _retransmitDue == Instant.Never)
                _retransmitDue = now + _rto.Current; // §6.3.2 R1, §7.2.4
        }

        while (MaySendNew && Fits(writer, Buffer.NextFragmentLength(FragmentLength)))
        {
            OutstandingChunk chunk = Buffer.TakeFragment(FragmentLength);
            chunk.IsWindowProbe = !IsWithinPeerWindow(chunk.Length);
            if (!_isTiming)
            {
                _isTiming = true;
                _timedTsn = _outstanding.NextTsn;
                _timedSince = now;
            }

            _outstanding.Add(chunk, now);
            // RFC 7053 §4.1: when nothing more can go, a SACK that waits would only hold us up.
            Write(ref writer, _outstanding.Count - 1, isLastOfBurst: !MaySendNew);
            counters.DataChunksSent++;
            if (_retransmitDue == Instant.Never)
                _retransmitDue = now + _rto.Current; // §6.3.2 R1
        }
    }

    /// <summary>Handles SACK.</summary>
    /// <param name="sack">The chunk.</param>
    /// <param name="now">The time.</param>
    /// <param name="counters">Counts fast retransmits.</param>
    /// <param name="isAlive">Whether the peer has acknowledged something, or holds us back: either way it is there (§8.1).</param>
    /// <returns>False when it acknowledges what has not been sent.</returns>
    public bool HandleSack(in SackChunk sack, Instant now, ref SctpCounters counters, out bool isAlive)
    {
        isAlive = false;
        if (sack.CumulativeTsn >= _outstanding.NextTsn)
            return false;
        if (sack.CumulativeTsn < _outstanding.CumulativeTsn)
            return true; // §6.2.1 D i: an old one, overtaken on the way.

        int flightBefore = _outstanding.FlightSize;
        SackOutcome outcome = default;
        bool timedIsAcked = _isTiming && _timedTsn <= sack.CumulativeTsn;
        if (sack.GapCount > 0)
            _isTiming = false; // What waits for a gap to be filled says nothing of the round trip.
        _outstanding.HandleCumulative(sack.CumulativeTsn, ref outcome);
        _outstanding.HandleGaps(sack, ref outcome);
        if (outcome.CumulativeAdvanced)
            Buffer.ReleaseUntil(outcome.ReleasedUntil);
        if (timedIsAcked && _isTiming)
        {
            _isTiming = false;
            _rto.Measure(now - _timedSince);
        }

        LearnOfPath(outcome, now);
        FindOldLosses(now, ref outcome);
        bool allAcked = _outstanding.Count == 0;
        if (sack.DuplicateCount > 0)
            _probe.HandleDuplicate();
        if (outcome.AckedBytes > 0)
            _probe.HandleAcked(now, allAcked);
        _lossKind.HandleAcked(outcome.AckedChunks, outcome.LatestAckedSentAt == Instant.Never || outcome.AckedChunks == 0 ? null : now - outcome.LatestAckedSentAt);
        // §7.2.1 lets cwnd grow only while nothing is missing; what a line loses by chance does not count here.
        bool mayGrow = outcome.CumulativeAdvanced || (outcome.AckedBytes > 0 && !_lossKind.IsCongestion);
        _congestion.HandleAcked(outcome.AckedBytes, flightBefore, sack.CumulativeTsn, mayGrow, allAcked);
        HandleLosses(outcome.LostChunks, ref counters);

        if (allAcked)
            StopTimers(); // §6.3.2 R2
        else if (outcome.CumulativeAdvanced)
            _retransmitDue = now + _rto.Current; // §6.3.2 R3

        _peerWindow = sack.ReceiverWindow;
        // The window was closed when this probe went and is open now: no need to wait for T3-rtx, and no sign of congestion.
        if (!allAcked && _outstanding[0].IsWindowProbe && _peerWindow >= _outstanding[0].Length)
        {
            _outstanding[0].IsWindowProbe = false;
            _outstanding.MarkLost(0);
        }

        isAlive = outcome.AckedBytes > 0 || _peerWindow < MaxFragmentLength;
        return true;
    }

    /// <summary>A HEARTBEAT in a packet of this length has been answered.</summary>
    public void HandleHeartbeatAnswered(int packet) => _repeats.HandleArrived(packet, OldestPacketLength);

    /// <summary>Whether the oldest chunk was cut for longer packets than get through.</summary>
    public bool IsTooLongForPath(int repeats) => _repeats.IsTooLong(OldestPacketLength, repeats);

    /// <summary>The cumulative TSN of SHUTDOWN (§9.2).</summary>
    public void HandleCumulative(Serial32 cumulativeTsn)
    {
        if (cumulativeTsn >= _outstanding.NextTsn)
            return;
        SackOutcome outcome = default;
        _outstanding.HandleCumulative(cumulativeTsn, ref outcome);
        if (outcome.CumulativeAdvanced)
            Buffer.ReleaseUntil(outcome.ReleasedUntil);
        if (_outstanding.Count == 0)
            StopTimers();
    }

    /// <summary>Does what is due.</summary>
    /// <returns>Whether T3-rtx has expired: the peer has been silent.</returns>
    public bool HandleTimeout(Instant now, ref SctpCounters counters)
    {
        if (_lossDue <= now)
        {
            SackOutcome outcome = default;
            FindOldLosses(now, ref outcome);
            HandleLosses(outcome.LostChunks, ref counters);
        }

        if (_retransmitDue <= now)
        {
            HandleRetransmitTimeout(ref counters);
            return true;
        }

        if (_probe.TryExpire(now))
            SendProbe(now, ref counters);
        return false;
    }

    /// <summary>§6.3.3: T3-rtx has expired.</summary>
    private void HandleRetransmitTimeout(ref SctpCounters counters)
    {
        counters.T3Expirations++;
        _retransmitDue = _lossDue = Instant.Never;
        _probe.GiveWay();
        if (_outstanding.Count == 0 || !_outstanding[0].IsWindowProbe)
            _congestion.HandleTimeout(); // E1; a closed window is no congestion.
        _rto.BackOff(); // E2
        _outstanding.MarkAllLost(); // E3
        _isTiming = false;
        BeginBurst();
    }

    /// <summary>The packet of COOKIE ECHO has been lost, or DATA that went with it: all of it goes once more, and nothing is learnt from it.</summary>
    public void RepeatAll()
    {
        _outstanding.MarkAllLost();
        _isTiming = false;
        StopTimers();
        BeginBurst();
    }

    /// <summary>From now on T3-rtx watches over what went with COOKIE ECHO; T1-cookie did before.</summary>
    public void RestartTimer(Instant now)
    {
        StopTimers();
        _repeats.Forget();
        if (_outstanding.Count == 0)
            return;
        _retransmitDue = now + _rto.Current;
        _probe.HandleSent(now);
    }

    public void Stop()
    {
        Buffer.Clear();
        SackOutcome outcome = default;
        _outstanding.HandleCumulative(_outstanding.NextTsn + -1, ref outcome);
        StopTimers();
    }

    private void StopTimers()
    {
        _retransmitDue = _lossDue = Instant.Never;
        _probe.Stop();
    }

    /// <summary>What a SACK says of the length of packets.</summary>
    private void LearnOfPath(in SackOutcome outcome, Instant now)
    {
        if (outcome.LongestAcked == 0)
            return;
        int longest = PacketOf(outcome.LongestAcked);
        _size.Confirm(longest, now);
        if (outcome.CumulativeAdvanced)
            _repeats.Forget();
        else
            _repeats.HandleArrived(longest, OldestPacketLength);
    }

    private void FindOldLosses(Instant now, ref SackOutcome outcome)
    {
        _lossDue = Instant.Never;
        if (_rto.Smoothed is { } roundTrip)
            outcome.LostChunks += _outstanding.MarkOldLost(outcome.LatestAckedOrder, 1.25 * roundTrip, now, out _lossDue);
    }

    private void HandleLosses(int count, ref SctpCounters counters)
    {
        if (count == 0)
            return;
        counters.ChunksFoundLost += count;
        BeginBurst();
        _lossKind.HandleLost(count);
        if (!_lossKind.IsCongestion || !_congestion.TryEnterFastRecovery(_outstanding.NextTsn + -1))
            return;
        _fastRetransmitDue = true;
        counters.FastRetransmits++;
    }

    /// <summary>The last chunk goes again, whatever cwnd says. A closed window is T3-rtx's.</summary>
    private void SendProbe(Instant now, ref SctpCounters counters)
    {
        int index = _outstanding.IndexOfLastInFlight();
        if (index < 0 || _outstanding.HasLost || _peerWindow < _outstanding[index].Length)
            return;
        _outstanding.MarkLost(index);
        _fastRetransmitDue = true;
        _retransmitDue = now + _rto.Current;
        counters.TailProbes++;
        BeginBurst();
    }

    private bool IsWithinPeerWindow(int length) => _outstanding.FlightSize + length <= _peerWindow;

    private static int FragmentOf(int packet) => packet - SctpPacket.HeaderLength - DataChunk.HeaderLength;

    private static int PacketOf(int fragment) => SctpPacket.HeaderLength + DataChunk.HeaderLength + Chunk.Padded(fragment);

    private static bool Fits(in SpanWriter writer, int length) => writer.Free >= DataChunk.HeaderLength + Chunk.Padded(length);

    private void Write(ref SpanWriter writer, int index, bool isLastOfBurst)
    {
        ref OutstandingChunk chunk = ref _outstanding[index];
        int begin = writer.Length;
        byte flags = (byte)(chunk.Flags | (isLastOfBurst ? DataChunk.ImmediateFlag : 0));
        Span<byte> userData = DataChunk.WriteHeader(
            ref writer, flags, _outstanding.TsnOf(index), chunk.StreamId, chunk.Ssn, chunk.Ppid, chunk.Length);
        Buffer.Copy(chunk, userData);
        Chunk.End(ref writer, begin);
    }
}
