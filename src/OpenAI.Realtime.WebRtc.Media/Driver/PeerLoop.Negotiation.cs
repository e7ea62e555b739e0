using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Offers and answers, and the two ways to the end.</summary>
internal sealed partial class PeerLoop
{
    /// <summary>
    /// Opens the sockets, then has <paramref name="negotiate"/> write the offer or the answer. What it throws reaches the caller;
    /// a peer that has thrown can be tried again with another SDP.
    /// </summary>
    public string Negotiate(bool starts, Func<WebRtcPeer, Instant, string> negotiate)
    {
        ThrowIfEnded();
        return Invoke(() =>
        {
            ThrowIfEnded();
            Open(isOfferer: !starts);
            string sdp = negotiate(_peer!, _clock.Now);
            FollowFragments();
            if (starts)
                Start();
            return sdp;
        });
    }

    /// <summary>Has <paramref name="negotiate"/> write an offer for the call that there is.</summary>
    public string NegotiateAgain(Func<WebRtcPeer, string> negotiate)
    {
        ThrowIfEnded();
        return Invoke(() =>
        {
            ThrowIfEnded();
            if (_peer is null)
                throw new InvalidOperationException("There is no call yet in which ICE could be restarted: call CreateOfferAsync or CreateAnswerAsync first.");
            string sdp = negotiate(_peer);
            FollowFragments();
            return sdp;
        });
    }

    public void SetAnswer(Action<WebRtcPeer, Instant> apply)
    {
        ThrowIfEnded();
        Invoke(() =>
        {
            ThrowIfEnded();
            if (_peer is null)
                throw new InvalidOperationException("There is no offer yet that this could answer: call CreateOfferAsync first.");
            apply(_peer, _clock.Now);
            FollowFragments();
            Start();
            return true;
        });
    }

    /// <summary>Begins to close in good order. Does nothing when closing has begun.</summary>
    public void BeginClose() => Invoke(() =>
    {
        if (_end is not null)
            return true;
        if (!_started)
        {
            Finish(new PeerEnd(PeerEndReason.ClosedLocally, _phase, "The connection was closed before it had begun to connect."));
            return true;
        }

        EnterState(PeerState.Closing, null);
        _peer!.Close(_clock.Now);
        return true;
    });

    /// <summary>Says goodbye without waiting for an answer, and ends.</summary>
    public void Abort(string detail) => Invoke(() =>
    {
        if (_end is not null)
            return true;
        if (_started)
        {
            _peer!.Abort(detail, _clock.Now);
            DrainOutputs();
        }

        if (_end is null)
            Finish(new PeerEnd(PeerEndReason.ClosedLocally, _phase, detail));
        return true;
    });
}
