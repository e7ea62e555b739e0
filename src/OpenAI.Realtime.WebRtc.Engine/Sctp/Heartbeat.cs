using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Sending;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp;

/// <summary>
/// Asks a silent peer whether it is there (RFC 9260 §8.3). One that is not answered within RTO is sent again, like DATA, and each time
/// counts as an error.
/// </summary>
internal sealed class Heartbeat(SctpOptions options, RetransmissionTimeout rto)
{
    private ulong _nonce;
    private Instant _sentAt;
    private bool _isAwaited;

    public Instant Due { get; private set; } = Instant.Never;

    public bool IsToBeSent { get; private set; }

    /// <summary>The peer has shown that it is there: nothing is to be asked for one interval.</summary>
    public void Restart(Instant now)
    {
        _isAwaited = false;
        IsToBeSent = false;
        Due = now + options.HeartbeatInterval;
    }

    public void Stop()
    {
        _isAwaited = false;
        IsToBeSent = false;
        Due = Instant.Never;
    }

    /// <param name="now">The time.</param>
    /// <param name="wasMissed">Whether one has not been answered.</param>
    public void HandleTimeout(Instant now, out bool wasMissed)
    {
        wasMissed = false;
        if (Due > now)
            return;
        wasMissed = _isAwaited;
        if (wasMissed)
            rto.BackOff();
        IsToBeSent = true;
        Due = now + rto.Current;
    }

    public void Write(ref SpanWriter writer, Instant now)
    {
        IsToBeSent = false;
        _isAwaited = true;
        _nonce = options.Random.NextUInt64();
        _sentAt = now;
        HeartbeatChunk.Write(ref writer, now, _nonce);
    }

    /// <summary>
    /// Whether a HEARTBEAT ACK answers the last HEARTBEAT. All of it must come back as it went: a peer that changes the moment of sending would
    /// choose our round trip.
    /// </summary>
    public bool TryHandleAck(in Chunk chunk, Instant now)
    {
        if (!_isAwaited || !HeartbeatChunk.TryParseAck(chunk, out Instant sentAt, out ulong nonce) || nonce != _nonce || sentAt != _sentAt)
            return false;
        rto.Measure(now - sentAt);
        Restart(now);
        return true;
    }
}
