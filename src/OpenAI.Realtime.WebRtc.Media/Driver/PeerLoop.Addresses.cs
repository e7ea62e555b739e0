using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Addresses of this machine that come and go while a call goes on: each has a socket as long as it is there.</summary>
internal sealed partial class PeerLoop
{
    private readonly List<IPAddress> _bound = [];
    private bool _isOfferer;
    private IDisposable? _watch;

    // Whoever names addresses wants those; a lite agent waits for its peer to find the way.
    private void WatchAddresses()
    {
        if (_options.LocalAddresses is null && !_options.IceLite)
            _watch ??= _addresses.Watch(() => Post(RefreshAddresses));
    }

    private void RefreshAddresses()
    {
        if (_end is not null || _peer is null)
            return;
        IReadOnlyList<IPAddress> present = GatherAgain();
        IPAddress[] gone = [.. _bound.Where(a => !present.Contains(a))];
        IPAddress[] added = [.. present.Where(a => !_bound.Contains(a)).Take(Math.Max(0, LocalAddresses.Max - _bound.Count + gone.Length))];
        if (gone.Length + added.Length == 0)
            return;
        DriverLog.AddressesChanged(_logger, added.Length, gone.Length);
        foreach (IPAddress address in added) // first, so that there is a way out
            TryAddAddress(address);
        foreach (IPAddress address in gone)
            RemoveAddress(address);
        FollowFragments();
        DrainOutputs();
    }

    private IReadOnlyList<IPAddress> GatherAgain()
    {
        try
        {
            return _addresses.Gather(_options);
        }
        catch (PeerConnectionException)
        {
            return []; // the interface that the options name has gone
        }
        catch (NetworkInformationException)
        {
            return [.. _bound]; // the system cannot say at this moment: nothing has changed that we know of
        }
    }

    private void TryAddAddress(IPAddress address)
    {
        try
        {
            if (_options.Network != NetworkChoice.Tcp)
                AddUdp(address);
            if (_options.Network != NetworkChoice.Udp && _isOfferer && !address.IsIPv6LinkLocal)
                _peer!.AddLocalAddress(TransportAddress.From(address, 0), TransportProtocol.Tcp);
            _bound.Add(address);
        }
        catch (SocketException e)
        {
            // An IPv6 address that is being tried out: it is told again when it can be used.
            DriverLog.CannotBind(_logger, address, e.SocketErrorCode);
        }
    }

    private void AddUdp(IPAddress address)
    {
        if (_shares is not null)
        {
            _peer!.AddLocalAddress(_shares.Join(address, _options.UdpPorts!.Value.First, _peer.UsernameFragment));
            return;
        }

        UdpPort port = _wait!.Poller.Open(address, _options.UdpPorts);
        port.Owner = this;
        _wait.Poller.Add(port);
        _ports = [.. _ports, port];
        _peer!.AddLocalAddress(port.Local);
    }

    private void RemoveAddress(IPAddress address)
    {
        _bound.Remove(address);
        Instant now = _clock.Now;
        if (_shares?.Leave(address) is { } shared)
            _peer!.RemoveLocalAddress(shared, TransportProtocol.Udp, now);
        foreach (UdpPort port in _ports.Where(p => p.Local.ToIPAddress().Equals(WithoutScope(address))))
        {
            _ports = [.. _ports.Where(p => p != port)];
            ClosePorts(_wait!, [port]);
            _peer!.RemoveLocalAddress(port.Local, TransportProtocol.Udp, now);
        }

        var source = TransportAddress.From(address, 0);
        _peer!.RemoveLocalAddress(source, TransportProtocol.Tcp, now);
        _streams?.CloseFrom(source);
    }

    // A socket says its own address without the scope.
    private static IPAddress WithoutScope(IPAddress address) => address.IsIPv6LinkLocal ? new IPAddress(address.GetAddressBytes()) : address;
}
