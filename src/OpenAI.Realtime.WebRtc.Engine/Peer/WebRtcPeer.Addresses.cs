using System.Net;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Stun;

namespace OpenAI.Realtime.WebRtc.Engine.Peer;

// What a driver needs whose sockets have other addresses outside, or are shared by many peers.
public sealed partial class WebRtcPeer
{
    private AnnouncedAddresses? _announced;

    /// <summary>The ICE username fragment of this peer: what a Binding request for it names first (<see cref="TryReadRecipient"/>). ASCII, drawn at random for each peer, and anew when ICE is restarted.</summary>
    public string UsernameFragment => _ices.Current.LocalCredentials.UsernameFragment;

    /// <summary>
    /// All the fragments by which the peer may name this one, <see cref="UsernameFragment"/> first: those of an ICE restart that is under way, and for some seconds of the session before it, among them. It
    /// changes with an offer or an answer that restarts ICE, and with the events that say what became of it.
    /// </summary>
    public IReadOnlyList<string> UsernameFragments => _ices.UsernameFragments;

    /// <summary>
    /// Says by which addresses others reach the local ones: behind a one-to-one NAT, in a container. They are written into the SDP as host candidates with the port of each socket, each for the
    /// sockets of its own family; checks go on leaving from the sockets themselves. Before the offer or the answer.
    /// </summary>
    /// <param name="addresses">The addresses; each is written once a port.</param>
    /// <param name="besideLocal">Whether the local addresses are written, too; otherwise only those that no announced address stands for.</param>
    public void Announce(IEnumerable<IPAddress> addresses, bool besideLocal)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        _announced = new AnnouncedAddresses(addresses, besideLocal);
    }

    /// <summary>
    /// A local address has gone, and its socket with it: a cable was pulled, a network was left. Where the call used it, another pair takes its place as soon as it answers; an address that is new is
    /// told by <see cref="AddLocalAddress"/>, and the peer learns of it by our checks.
    /// </summary>
    public void RemoveLocalAddress(TransportAddress address, TransportProtocol protocol, Instant now)
    {
        _ices.RemoveLocalAddress(address, protocol, now);
        HandleIceEvents(now);
    }

    /// <summary>
    /// For which of many peers behind one socket a datagram is, by what it says itself: true for a Binding request with a USERNAME. Whether the request is authentic is for the peer to find out.
    /// </summary>
    /// <param name="datagram">As it was received.</param>
    /// <param name="usernameFragment">The <see cref="UsernameFragment"/> that it names, a part of <paramref name="datagram"/>.</param>
    public static bool TryReadRecipient(ReadOnlySpan<byte> datagram, out ReadOnlySpan<byte> usernameFragment) =>
        StunRecipient.TryRead(datagram, out usernameFragment);
}
