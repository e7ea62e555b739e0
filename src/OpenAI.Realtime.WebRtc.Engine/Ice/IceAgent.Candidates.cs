using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Ice;

/// <summary>Part 1 and 2: candidates, and the pairs of them.</summary>
internal sealed partial class IceAgent
{
    private readonly List<IceCandidate> _localCandidates = [];
    private readonly List<IceCandidate> _remoteCandidates = [];

    /// <summary>Ours: host candidates, then the peer-reflexive ones that checks taught us. Only host candidates belong in the SDP.</summary>
    public IReadOnlyList<IceCandidate> LocalCandidates => _localCandidates;

    /// <summary>The peer's: signalled ones and peer-reflexive ones.</summary>
    public IReadOnlyList<IceCandidate> RemoteCandidates => _remoteCandidates;

    /// <summary>
    /// Adds a host candidate: the address of one UDP socket, or of a socket that listens for TCP, or with port 0 one from which TCP connections may be opened (RFC 6544 §4.1). Never a wildcard
    /// address. Earlier ones are preferred.
    /// </summary>
    public bool AddLocalAddress(TransportAddress address, TransportProtocol protocol = TransportProtocol.Udp)
    {
        if (FindLocal(protocol, address) is not null)
            return false;
        if (_localCandidates.Count >= IceLimits.LocalCandidates)
        {
            Counters.DroppedOverLimit++;
            return false;
        }

        // RFC 8445 §5.1.1.3: one foundation for each address. §5.1.3: the base of a host candidate is itself.
        TcpCandidateType tcpType = protocol == TransportProtocol.Udp ? TcpCandidateType.None : address.Port == 0 ? TcpCandidateType.Active : TcpCandidateType.Passive;
        ushort preference = IcePriority.LocalPreference(address, _localCandidates.Count, tcpType);
        IceCandidate candidate = new(
            Foundation: $"{_localCandidates.Count + 1}",
            IcePriority.Component,
            protocol,
            IcePriority.OfCandidate(CandidateType.Host, protocol, preference),
            address,
            CandidateType.Host,
            tcpType);
        _localCandidates.Add(candidate);
        if (_isStarted && !_options.Lite)
        {
            foreach (IceCandidate remote in _remoteCandidates)
                TryPair(candidate, remote, out _);
            UpdateCheckTimer();
        }

        return true;
    }

    /// <summary>Adds a candidate of the peer's.</summary>
    /// <returns>False when it is not used: TCP that nobody here connects to, another component, no room, or known already.</returns>
    public bool AddRemoteCandidate(in IceCandidate candidate)
    {
        if (candidate.Protocol == TransportProtocol.Tcp && (candidate.TcpType != TcpCandidateType.Passive || !_localCandidates.Exists(c => c.TcpType == TcpCandidateType.Active)))
        {
            Counters.IgnoredTcpCandidates++;
            return false;
        }

        if (candidate.Component != IcePriority.Component || candidate.Address.Port == 0 || FindRemote(candidate.Protocol, candidate.Address) is not null)
            return false;
        if (_remoteCandidates.Count >= IceLimits.RemoteCandidates)
        {
            Counters.DroppedOverLimit++;
            return false;
        }

        _remoteCandidates.Add(candidate);
        if (_isStarted && !_options.Lite)
        {
            PairWithLocals(candidate);
            UpdateCheckTimer();
        }

        return true;
    }

    // RFC 8445 §6.1.2.2. A lite agent forms no checklist: its pairs come from the peer's requests.
    private void PairCandidates()
    {
        if (_options.Lite)
            return;
        foreach (IceCandidate remote in _remoteCandidates)
            PairWithLocals(remote);
    }

    private void PairWithLocals(in IceCandidate remote)
    {
        foreach (IceCandidate local in _localCandidates)
            TryPair(local, remote, out _);
    }

    private void TryPair(in IceCandidate local, in IceCandidate remote, out CandidatePair? pair)
    {
        pair = null;
        // RFC 6544 §6.2: with TCP an active candidate goes with a passive one, and a passive one waits.
        if (local.Type == CandidateType.Host && local.Protocol == remote.Protocol && local.TcpType != TcpCandidateType.Passive && ShouldPair(local, remote.Address))
            TryAddPair(local, remote, out pair);
    }

    /// <summary>Adds the pair without asking whether it makes sense: a request of the peer's has shown that it does.</summary>
    private bool TryAddPair(in IceCandidate local, in IceCandidate remote, out CandidatePair? pair)
    {
        TransportPath path = new(local.Protocol, local.Address, remote.Address);
        pair = _checkList.Find(path);
        if (pair is not null)
            return true;

        // RFC 8445 §7.1.1: the type preference of peer-reflexive, the rest as in the local candidate's own priority.
        uint peerReflexive = IcePriority.OfCandidate(CandidateType.PeerReflexive, local.Protocol, (ushort)(local.Priority >> 8));
        pair = new(path, local.Priority, remote.Priority, peerReflexive);
        pair.UpdatePriority(IsControlling);
        if (pair.IsActive)
            pair.State = StateOfNewStream();
        if (_checkList.TryAdd(pair))
            return true;
        Counters.DroppedOverLimit++;
        pair = null;
        return false;
    }

    // RFC 8445 §6.1.2.2: one address family; IPv6 link-local only with link-local. Loopback goes with loopback, and with other
    // addresses only when that is all there is: a machine reaches its own addresses from loopback, but no other machine's.
    private bool ShouldPair(in IceCandidate candidate, TransportAddress remote)
    {
        TransportAddress local = candidate.Address;
        if (local.IsIPv6 != remote.IsIPv6)
            return false;
        if (local.IsIPv6 && local.IsLinkLocal != remote.IsLinkLocal)
            return false;
        if (local.IsLoopback == remote.IsLoopback)
            return true;
        foreach (IceCandidate other in _localCandidates)
        {
            if (other.Protocol == candidate.Protocol && other.Address.IsIPv6 == remote.IsIPv6 && other.Address.IsLoopback == remote.IsLoopback)
                return false;
        }

        return true;
    }

    private IceCandidate? FindLocal(TransportProtocol protocol, TransportAddress address)
    {
        foreach (IceCandidate candidate in _localCandidates)
        {
            if (candidate.Type == CandidateType.Host && candidate.Protocol == protocol && candidate.Address == address)
                return candidate;
        }

        return null;
    }

    private IceCandidate? FindRemote(TransportProtocol protocol, TransportAddress address)
    {
        foreach (IceCandidate candidate in _remoteCandidates)
        {
            if (candidate.Protocol == protocol && candidate.Address == address)
                return candidate;
        }

        return null;
    }

    // RFC 8445 §7.3.1.3: the priority is what the request said, the foundation any that no other candidate has.
    private IceCandidate? LearnPeerReflexiveRemote(in TransportPath path, uint? priority)
    {
        if (_remoteCandidates.Count >= IceLimits.RemoteCandidates)
        {
            Counters.DroppedOverLimit++;
            if (!TryForgetQuietest())
                return null;
        }

        IceCandidate candidate = new(
            $"prflx{_remoteCandidates.Count}",
            IcePriority.Component,
            path.Protocol,
            priority ?? IcePriority.OfCandidate(CandidateType.PeerReflexive, path.Protocol, 0),
            path.Remote,
            CandidateType.PeerReflexive);
        _remoteCandidates.Add(candidate);
        return candidate;
    }

    // A peer that moves about shows itself from one address after the other: the one that has been silent the longest makes room.
    private bool TryForgetQuietest()
    {
        CandidatePair? quietest = null;
        foreach (CandidatePair pair in _checkList.Pairs)
        {
            if (pair != _selected && IsPeerReflexive(pair) && (quietest is null || pair.LastHeardAt < quietest.LastHeardAt))
                quietest = pair;
        }

        if (quietest is null)
            return false;
        Forget(quietest);
        return true;
    }

    private bool IsPeerReflexive(CandidatePair pair) =>
        FindRemote(pair.Path.Protocol, pair.Path.Remote) is { Type: CandidateType.PeerReflexive } && (_selected is null || _selected.Path.Remote != pair.Path.Remote);

    // RFC 8445 §7.2.5.3.1: the peer sees us at an address that is none of ours. It is written down and not checked from (§6.1.2.4:
    // its base stands for it).
    private void LearnPeerReflexiveLocal(TransportAddress mapped, CandidatePair pair)
    {
        if (_localCandidates.Count >= IceLimits.LocalCandidates)
            return;
        foreach (IceCandidate candidate in _localCandidates)
        {
            if (candidate.Address == mapped)
                return;
        }

        _localCandidates.Add(new(
            $"prflx{_localCandidates.Count}", IcePriority.Component, TransportProtocol.Udp, pair.PeerReflexivePriority, mapped, CandidateType.PeerReflexive));
    }
}
