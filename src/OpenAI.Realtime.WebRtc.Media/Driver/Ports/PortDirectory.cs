using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>How sure it is that a remote address is a connection's.</summary>
internal enum ClaimStrength
{
    /// <summary>The connection has sent there: it is its own as long as nobody else has it.</summary>
    Sent,

    /// <summary>A request from there had the right credentials: it is its own, whoever had it before.</summary>
    Proven,
}

/// <summary>
/// Whose a datagram is that came to a port of many connections.
/// <code>
///   a Binding request     by the username fragment that it names     (a second call of the same peer may come from the same address)
///   anything else         by the address that it comes from, when a connection has claimed it
///   the rest              nobody's: one look-up, counted by the caller
/// </code>
/// A connection claims an address by sending there, and nothing but its engine decides where it sends: strangers can make nothing grow. Not synchronised.
/// </summary>
internal sealed class PortDirectory<TOwner>
    where TOwner : class
{
    /// <summary>Addresses that one connection has at most; the one sent to longest ago goes first. As many as ICE keeps of a peer's candidates.</summary>
    public const int MaxAddresses = 32;

    /// <summary>Longer fragments are none of ours.</summary>
    private const int MaxFragmentLength = 32;

    private readonly Dictionary<TransportAddress, Member> _byAddress = [];
    private readonly Dictionary<string, Member> _byFragment = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Member>.AlternateLookup<ReadOnlySpan<char>> _byFragmentText;

    public PortDirectory() => _byFragmentText = _byFragment.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>How many connections there are.</summary>
    public int Count { get; private set; }

    /// <summary>How many addresses are remembered, of all connections.</summary>
    public int AddressCount => _byAddress.Count;

    public Member Add(TOwner owner, string fragment)
    {
        var member = new Member(owner);
        SetFragments(member, [fragment]);
        Count++;
        return member;
    }

    /// <summary>Says by which fragments a connection is named: during an ICE restart there are two, and for some seconds afterwards.</summary>
    public void SetFragments(Member member, IReadOnlyList<string> fragments)
    {
        foreach (string gone in member.Fragments.Except(fragments))
            _byFragment.Remove(gone);
        foreach (string added in fragments.Except(member.Fragments))
            _byFragment.Add(added, member);
        member.Fragments = fragments;
    }

    /// <summary>Forgets a connection and its addresses.</summary>
    public void Remove(Member member)
    {
        SetFragments(member, []);
        Count--;
        foreach (TransportAddress address in member.Addresses)
            _byAddress.Remove(address);
        member.Addresses.Clear();
    }

    /// <summary>Whose the datagram is; null: nobody's. Allocates nothing.</summary>
    public TOwner? Find(ReadOnlySpan<byte> datagram, in TransportAddress remote)
    {
        if (!datagram.IsEmpty && datagram[0] == 0 && WebRtcPeer.TryReadRecipient(datagram, out ReadOnlySpan<byte> fragment))
        {
            if (fragment.Length > MaxFragmentLength)
                return null;
            Span<char> text = stackalloc char[MaxFragmentLength];
            int length = Encoding.Latin1.GetChars(fragment, text);
            return _byFragmentText.TryGetValue(text[..length], out Member? named) ? named.Owner : null;
        }

        return _byAddress.TryGetValue(remote, out Member? known) ? known.Owner : null;
    }

    /// <summary>Has the datagrams of an address brought to this connection.</summary>
    /// <returns>False: another connection has it.</returns>
    public bool TryClaim(Member member, in TransportAddress remote, ClaimStrength strength)
    {
        if (_byAddress.TryGetValue(remote, out Member? holder))
        {
            if (holder != member && strength < ClaimStrength.Proven)
                return false;
            holder.Addresses.Remove(remote);
        }

        if (member.Addresses.Count == MaxAddresses)
        {
            _byAddress.Remove(member.Addresses[0]);
            member.Addresses.RemoveAt(0);
        }

        member.Addresses.Add(remote);
        _byAddress[remote] = member;
        return true;
    }

    /// <summary>One connection, and the addresses that it has claimed: the one sent to last comes last.</summary>
    internal sealed class Member(TOwner owner)
    {
        public TOwner Owner => owner;

        public IReadOnlyList<string> Fragments { get; set; } = [];

        public List<TransportAddress> Addresses { get; } = new(MaxAddresses);
    }
}
