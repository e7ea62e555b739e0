using System.Net;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Ice;

namespace OpenAI.Realtime.WebRtc.Engine.Peer;

/// <summary>Addresses outside that lead to the sockets inside, and what of both is written into the SDP.</summary>
internal sealed class AnnouncedAddresses(IEnumerable<IPAddress> addresses, bool besideLocal)
{
    private readonly TransportAddress[] _addresses = [.. addresses.Select(a => TransportAddress.From(a, 0)).Distinct()];

    /// <summary>
    /// The candidates for the SDP. An announced address stands for the local ones of its family; for those of loopback only where there is nothing else, since what is in front of a machine does
    /// not lead to its loopback.
    /// </summary>
    public List<IceCandidate> Apply(IReadOnlyList<IceCandidate> local)
    {
        List<IceCandidate> written = [.. local.Where(candidate => besideLocal || !IsStoodFor(candidate, local))];
        for (int i = 0; i < _addresses.Length; i++)
        {
            foreach (IceCandidate candidate in local)
            {
                if (_addresses[i].IsIPv6 != candidate.Address.IsIPv6 || !IsStoodFor(candidate, local))
                    continue;
                IceCandidate announced = Announce(candidate, _addresses[i], besideLocal ? i + 1 : i);
                if (!written.Exists(c => c.Address == announced.Address && c.Protocol == announced.Protocol && c.TcpType == announced.TcpType))
                    written.Add(announced);
            }
        }

        return written;
    }

    /// <summary>
    /// RFC 8445 §5.1.2, §5.1.1.3: each candidate has its place in the order and each address a foundation. The local preferences of local candidates lie next to each other, so those of the next address
    /// come below all of them.
    /// </summary>
    private static IceCandidate Announce(in IceCandidate candidate, in TransportAddress address, int rank) => candidate with
    {
        Address = TransportAddress.From(address.ToIPAddress(), candidate.Address.Port),
        Foundation = rank == 0 ? candidate.Foundation : $"{candidate.Foundation}a{rank}",
        Priority = candidate.Priority - ((uint)(rank * IceLimits.LocalCandidates) << 8),
    };

    private bool IsStoodFor(IceCandidate candidate, IReadOnlyList<IceCandidate> local) =>
        _addresses.Any(a => a.IsIPv6 == candidate.Address.IsIPv6)
        && (!candidate.Address.IsLoopback || local.All(c => c.Address.IsIPv6 != candidate.Address.IsIPv6 || c.Address.IsLoopback));
}
