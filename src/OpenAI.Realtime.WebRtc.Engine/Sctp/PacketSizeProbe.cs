using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Sending;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp;

/// <summary>
/// How long packets may be (the idea of RFC 8899): they begin small, and a HEARTBEAT of the full length asks at once whether more gets through. DATA that has its TSN cannot be
/// cut again, so it is cut longer only once the path has shown that it carries that.
/// </summary>
/// <remarks>
/// <code>
///  small ──► asks for full ──ACK──► full
///              │ 8 lost
///              ▼
///            asks for middle ──ACK──► middle ┐
///              │ 8 lost                      ├─ 10 minutes later, when there is much to send: asks for full
///              ▼                             │
///            small ──────────────────────────┘
///
///  full, middle ── not confirmed for 10 s, and much to send; or what goes is repeated in vain ──► small, asks for the same again
///  any          ── another path ──► small, asks for full
/// </code>
/// A probe is a packet of its own that goes when nothing else does; that it is lost is neither congestion nor an error (RFC 8899 §3, 7).
/// </remarks>
internal sealed class PacketSizeProbe
{
    /// <summary>
    /// MAX_PROBES (RFC 8899 §5.1.2 says 3). Where a fifth is lost each way, five in a hundred are not answered after three and three in ten thousand after eight; on a path of 80 ms they take a second.
    /// </summary>
    public const int MaxProbes = 8;

    /// <summary>PMTU_RAISE_TIMER (RFC 8899 §5.1.1).</summary>
    private static readonly TimeSpan RaiseAfter = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How long a size is believed in after a packet of it was acknowledged: a path that has shrunk while little was sent is noticed before a long message is cut for it.
    /// </summary>
    private static readonly TimeSpan TrustedFor = TimeSpan.FromSeconds(10);

    private readonly RandomSource _random;
    private readonly RetransmissionTimeout _rto;
    private readonly int[] _sizes;
    private readonly ulong[] _nonces;  // what a HEARTBEAT ACK for each size must bring back; 0: it has not been asked for
    private int _level;
    private int _candidate;
    private int _sent;
    private bool _fillsInfo;
    private Instant _confirmedAt;
    private Instant _askAgainAt = Instant.Never;

    public PacketSizeProbe(SctpOptions options, RetransmissionTimeout rto)
    {
        _random = options.Random;
        _rto = rto;
        int full = options.MaxPacketSize & ~3;
        int small = Math.Min(SctpOptions.SmallPacketSize & ~3, full);
        int middle = SctpOptions.MiddlePacketSize & ~3;
        _sizes = full == small ? [small] : middle < full ? [small, middle, full] : [small, full];
        _nonces = new ulong[_sizes.Length];
    }

    /// <summary>The longest packet that is known to get through.</summary>
    public int Size => _sizes[_level];

    /// <summary>The longest packet that is taken to get through everywhere.</summary>
    public int SmallSize => _sizes[0];

    /// <summary>Whether <see cref="Write"/> has something to say, and how long that packet is.</summary>
    public bool IsToBeSent { get; private set; }

    public int ProbeSize => _sizes[_candidate];

    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>Nothing is known of the path: the association is up, the path is another one, or what goes does not arrive.</summary>
    public void Start()
    {
        Forget();
        Search(_sizes.Length - 1);
    }

    /// <summary>DATA is repeated in vain: perhaps the path has shrunk (RFC 8899 §4.3).</summary>
    public void Doubt()
    {
        int known = _level;
        if (known == 0)
            return;
        Forget();
        Search(known);
    }

    /// <summary>More than a small packet holds is about to be sent.</summary>
    public void Prepare(Instant now)
    {
        if (now - _confirmedAt > TrustedFor)
            Doubt();
        if (_askAgainAt <= now)
            Search(_sizes.Length - 1);
    }

    /// <summary>A packet has been acknowledged.</summary>
    /// <param name="size">Its length.</param>
    /// <param name="now">The time.</param>
    public void Confirm(int size, Instant now)
    {
        if (size >= Size)
            _confirmedAt = now;
    }

    public void HandleTimeout(Instant now)
    {
        if (Due > now)
            return;
        Due = Instant.Never;
        if (_sent == MaxProbes)
        {
            _candidate--;
            _sent = 0;
        }

        IsToBeSent = _candidate > _level;
        if (!IsToBeSent)
            Settle(now);
    }

    /// <summary>Writes the probe into a packet of <see cref="ProbeSize"/> that holds nothing but its header.</summary>
    public void Write(ref SpanWriter writer, Instant now)
    {
        // Beside PAD every other probe is one long Heartbeat Info, whose ACK is as long as itself: Pion drops a packet with a chunk that it does not know. What was answered is asked in the same way again.
        bool fillsInfo = _fillsInfo ^ (_sent % 2 == 1);
        if (_sent++ == 0)
            _nonces[_candidate] = NewNonce();
        HeartbeatChunk.Write(ref writer, now, _nonces[_candidate], fillsInfo ? writer.Free - HeartbeatChunk.Length : 0);
        PadChunk.Fill(ref writer);
        IsToBeSent = false;
        Due = now + RetransmitTimer.IntervalFor(_rto.Smoothed, _rto.Current);
    }

    /// <summary>Whether a HEARTBEAT ACK answers a probe; a late one counts as well.</summary>
    public bool TryHandleAck(in Chunk chunk, Instant now)
    {
        if (!HeartbeatChunk.TryParseAck(chunk, out _, out ulong nonce))
            return false;
        for (int level = _sizes.Length - 1; level > _level; level--)
        {
            if (_nonces[level] == 0 || _nonces[level] != nonce)
                continue;
            _level = level;
            _confirmedAt = now;
            _fillsInfo = Chunk.HeaderLength + chunk.Value.Length > HeartbeatChunk.Length;
            if (_candidate > level)
                return true; // A late answer for less than is being asked for.
            Stop();
            Settle(now);
            return true;
        }

        return false;
    }

    /// <summary>Asks no more.</summary>
    public void Stop()
    {
        IsToBeSent = false;
        Due = Instant.Never;
    }

    /// <summary>An ACK from before says nothing of the path as it is now.</summary>
    private void Forget()
    {
        _level = 0;
        Array.Clear(_nonces);
    }

    private void Search(int candidate)
    {
        _candidate = candidate;
        _sent = 0;
        Due = Instant.Never;
        IsToBeSent = _candidate > _level;
        if (candidate == _sizes.Length - 1)
            _askAgainAt = Instant.Never;
    }

    private void Settle(Instant now)
    {
        if (_level < _sizes.Length - 1 && _askAgainAt == Instant.Never)
            _askAgainAt = now + RaiseAfter;
    }

    private ulong NewNonce()
    {
        ulong nonce;
        do
            nonce = _random.NextUInt64();
        while (nonce == 0);
        return nonce;
    }
}
