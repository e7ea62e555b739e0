using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Sending;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp;

// Closing (RFC 9260 §9):
//
//   us                         peer
//   SHUTDOWN-PENDING                             1. what waits is sent and acknowledged,
//   SHUTDOWN ───────────────►  SHUTDOWN-RECEIVED 2. then we say so; the peer sends what it still has,
//   SHUTDOWN-SENT
//          ◄──────────────── SHUTDOWN ACK      3. and says so,
//   SHUTDOWN COMPLETE ──────►                    4. and both are done.
//
// ABORT ends at once (§9.1).
internal sealed partial class SctpAssociation
{
    /// <summary>T5-shutdown-guard is five times RTO.Max (§9.2), here of silence: a peer that still sends DATA is not cut off.</summary>
    private const int ShutdownGuardFactor = 5;

    private RetransmitTimer _shutdownTimer;
    private Instant _shutdownGuardDue = Instant.Never;
    private bool _shutdownIsWanted;
    private bool _shutdownIsDue;
    private bool _shutdownAckIsDue;
    private SctpEndReason _endReason;

    /// <summary>Closes in order: what has been accepted is delivered first. Ends with <see cref="SctpEndReason.ClosedLocally"/>.</summary>
    public void Shutdown(Instant now)
    {
        BeginInput(now);
        _shutdownIsWanted = true;
        switch (State)
        {
            case SctpState.Closed or SctpState.CookieWait:
                End(SctpEndReason.ClosedLocally, "Closed before the association was set up.");
                break;
            case SctpState.Established:
                BeginShutdown();
                break;
        }
    }

    /// <summary>Closes at once: what has not been delivered is lost. Ends with <see cref="SctpEndReason.AbortedLocally"/>.</summary>
    public void Abort(Instant now)
    {
        BeginInput(now);
        if (State != SctpState.Ended)
            EndWithAbort(SctpEndReason.AbortedLocally, ErrorCause.UserInitiatedAbort, "Aborted.");
    }

    private void BeginShutdown()
    {
        State = SctpState.ShutdownPending;
        ContinueShutdown();
    }

    /// <summary>Goes on as soon as nothing of ours waits to be acknowledged.</summary>
    private void ContinueShutdown()
    {
        if (!_sender.IsAllAcked)
            return;
        if (State == SctpState.ShutdownPending)
        {
            State = SctpState.ShutdownSent;
            _shutdownIsDue = true;
            _shutdownGuardDue = _now + ShutdownGuardFactor * _options.RtoMax;
        }
        else if (State == SctpState.ShutdownReceived)
        {
            State = SctpState.ShutdownAckSent;
            _shutdownAckIsDue = true;
        }
        else
        {
            return;
        }

        _heartbeat.Stop();
        _size.Stop();
        _resets.Stop();
        _shutdownTimer.Start(_now, _rto.Smoothed, _rto.Current); // T2-shutdown
    }

    private void WriteShutdown(ref SpanWriter writer)
    {
        if (writer.Free < ShutdownChunk.Length)
            return;
        if (_shutdownIsDue && State == SctpState.ShutdownSent)
            ShutdownChunk.Write(ref writer, _receiver.CumulativeTsn);
        if (_shutdownAckIsDue && State == SctpState.ShutdownAckSent)
            Chunk.WriteEmpty(ref writer, ChunkType.ShutdownAck);
        _shutdownIsDue = false;
        _shutdownAckIsDue = false;
    }

    private void HandleShutdownTimeout()
    {
        if (_shutdownGuardDue <= _now)
        {
            EndWithAbort(SctpEndReason.ShutdownTimeout, ErrorCause.UserInitiatedAbort, "The peer did not complete our SHUTDOWN.");
            return;
        }

        if (!_shutdownTimer.TryExpire(_now))
            return;
        if (_shutdownTimer.Expirations > _options.MaxRetransmits)
        {
            // All has been said on both sides; only the last word of a peer that closed is missing.
            if (State == SctpState.ShutdownAckSent)
                End(SctpEndReason.ClosedByPeer, "The peer closed the association.");
            else
                EndWithAbort(SctpEndReason.ShutdownTimeout, ErrorCause.UserInitiatedAbort, "The peer did not answer SHUTDOWN.");
            return;
        }

        _shutdownIsDue = State == SctpState.ShutdownSent;
        _shutdownAckIsDue = State == SctpState.ShutdownAckSent;
    }

    /// <summary>§9.2: DATA that comes after our SHUTDOWN is acknowledged, SHUTDOWN is said again, T2 starts anew.</summary>
    private void HandleDataWhileShuttingDown()
    {
        if (State != SctpState.ShutdownSent)
            return;
        _receiver.SendSackNow();
        _shutdownIsDue = true;
        _shutdownTimer.Start(_now, _rto.Smoothed, _rto.Current);
        _shutdownGuardDue = _now + ShutdownGuardFactor * _options.RtoMax;
    }

    private void HandleShutdown(in Chunk chunk)
    {
        if (State < SctpState.Established || !ShutdownChunk.TryParse(chunk, out Serial32 cumulativeTsn))
        {
            _counters.ChunksIgnored++;
            return;
        }

        _sender.HandleCumulative(cumulativeTsn);
        switch (State)
        {
            case SctpState.Established or SctpState.ShutdownPending:
                State = SctpState.ShutdownReceived;
                ContinueShutdown();
                break;
            case SctpState.ShutdownReceived:
                ContinueShutdown();
                break;
            case SctpState.ShutdownSent:
                // Both closed at once.
                State = SctpState.ShutdownAckSent;
                _shutdownAckIsDue = true;
                _shutdownTimer.Start(_now, _rto.Smoothed, _rto.Current);
                break;
            case SctpState.ShutdownAckSent:
                _shutdownAckIsDue = true;
                break;
        }
    }

    private void HandleShutdownAck()
    {
        if (State is not (SctpState.ShutdownSent or SctpState.ShutdownAckSent))
        {
            _counters.ChunksIgnored++;
            return;
        }

        End(OrderlyReason, OrderlyDetail);
        Reply(_peerTag, goesAlone: true, ChunkType.ShutdownComplete, 0, []);
    }

    private void HandleShutdownComplete()
    {
        if (State == SctpState.ShutdownAckSent)
            End(OrderlyReason, OrderlyDetail);
        else
            _counters.ChunksIgnored++; // §8.5.1 C
    }

    private SctpEndReason OrderlyReason => _shutdownIsWanted ? SctpEndReason.ClosedLocally : SctpEndReason.ClosedByPeer;

    private string OrderlyDetail => _shutdownIsWanted ? "We closed the association." : "The peer closed the association.";

    private void HandleAbort(in Chunk chunk)
    {
        if (State is SctpState.Closed or SctpState.Ended)
            return;
        // In SHUTDOWN-ACK-SENT everything has been said on both sides: a peer that has forgotten us by now has closed, not failed.
        if (State == SctpState.ShutdownAckSent)
            End(OrderlyReason, OrderlyDetail);
        else
            End(SctpEndReason.AbortedByPeer, $"The peer aborted the association: {ErrorCause.NameOf(ErrorCause.FirstOf(chunk))}.");
    }

    /// <summary>
    /// §8.4 8: a packet out of the blue. Ours was the ABORT, and the peer may not have got it: it gets it again.
    /// After an orderly end, or the peer's ABORT, what still comes was on its way, and is let go.
    /// </summary>
    private void HandleAfterEnd(in Chunk first, uint tag)
    {
        bool peerMayNotKnow = _endReason is not (SctpEndReason.ClosedLocally or SctpEndReason.ClosedByPeer or SctpEndReason.AbortedByPeer);
        if (peerMayNotKnow && first.Type is not (ChunkType.CookieAck or ChunkType.Error))
            ReplyAbort(tag, reflectsTag: true, ErrorCause.UserInitiatedAbort);
        else
            _counters.ChunksIgnored++;
    }

    private void ReplyAbort(uint tag, bool reflectsTag, ushort cause, ReadOnlySpan<byte> causeValue = default)
    {
        Span<byte> value = stackalloc byte[64];
        SpanWriter writer = new(value);
        Parameter.Write(ref writer, cause, causeValue);
        Reply(tag, goesAlone: true, ChunkType.Abort, reflectsTag ? ErrorChunk.ReflectedTagFlag : (byte)0, writer.Written);
    }

    private void EndWithAbort(SctpEndReason reason, ushort cause, string detail, ReadOnlySpan<byte> causeValue = default)
    {
        End(reason, detail);
        if (_peerTag != 0)
            ReplyAbort(_peerTag, reflectsTag: false, cause, causeValue);
    }

    private void End(SctpEndReason reason, string detail)
    {
        State = SctpState.Ended;
        _endReason = reason;
        _initTimer.Stop();
        _shutdownTimer.Stop();
        _shutdownGuardDue = Instant.Never;
        _heartbeat.Stop();
        _size.Stop();
        _resets.Stop();
        _sender.Stop();
        _receiver.Stop();
        _replies.Clear();
        _events.Enqueue(new(SctpEventKind.Ended, reason, Detail: detail));
    }
}
