using System.Net;
using System.Net.Sockets;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>TCP: which addresses it may leave from, and where it is listened for.</summary>
internal sealed partial class PeerLoop
{
    private readonly List<StreamListener> _listeners = [];
    private IReadOnlyList<string> _fragments = [];
    private bool _hasLeftListeners;
    private CallStreams? _streams;

    void IStreamAdopter.Adopt(StreamSocket socket, TransportPath path, byte[] read) => Post(() =>
    {
        if (_end is null && _streams is { } streams)
            streams.Adopt(socket, path, read);
        else
            socket.Close();
    });

    /// <summary>Tells the engine the addresses of TCP: who offers connects, who answers listens where it was told to. A server that connected to wherever a page says could be sent into its own network.</summary>
    /// <returns>How many addresses there are.</returns>
    private int AddStreams(WebRtcPeer peer, IReadOnlyList<IPAddress> addresses, bool isOfferer, ref SocketException? lastError)
    {
        int count = 0;
        _fragments = peer.UsernameFragments;
        foreach (IPAddress address in addresses.Take(LocalAddresses.Max))
        {
            // A link-local address needs a zone, which no candidate has.
            if (address.IsIPv6LinkLocal)
                continue;
            if (isOfferer)
            {
                // What UDP could be bound to is an address of this machine; without UDP it has to be tried.
                if (_options.Network == NetworkChoice.Tcp && !CanBind(address, ref lastError))
                    continue;
                peer.AddLocalAddress(TransportAddress.From(address, 0), TransportProtocol.Tcp);
                count++;
            }
            else if (_options.TcpPort is { } port)
            {
                try
                {
                    StreamListener listener = _waitThreads.Listeners.Join(address, port, peer.UsernameFragment, this);
                    _listeners.Add(listener);
                    peer.AddLocalAddress(listener.Local, TransportProtocol.Tcp);
                    count++;
                }
                catch (SocketException e)
                {
                    lastError = e;
                    DriverLog.CannotBind(_logger, address, e.SocketErrorCode);
                }
            }
        }

        return count;
    }

    private bool CanBind(IPAddress address, ref SocketException? lastError)
    {
        try
        {
            using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(address, 0));
            return true;
        }
        catch (SocketException e)
        {
            lastError = e;
            DriverLog.CannotBind(_logger, address, e.SocketErrorCode);
            return false;
        }
    }

    // What they have counted stays to be asked for.
    private void LeaveListeners()
    {
        if (_hasLeftListeners)
            return;
        _hasLeftListeners = true;
        foreach (StreamListener listener in _listeners)
        {
            foreach (string fragment in _fragments)
                _waitThreads.Listeners.Leave(listener, fragment);
        }
    }

    /// <summary>An ICE restart brings another fragment, and its end takes one away: where sockets are shared, requests that name it are this connection's.</summary>
    private void FollowFragments()
    {
        IReadOnlyList<string> fragments = _peer!.UsernameFragments;
        _shares?.SetFragments(fragments);
        foreach (StreamListener listener in _listeners)
        {
            // The new ones first: a listener that nobody is named at is closed.
            foreach (string added in fragments.Except(_fragments))
                listener.Register(added, this);
            foreach (string gone in _fragments.Except(fragments))
                listener.Unregister(gone);
        }

        _fragments = fragments;
    }

    private void DrainStreams(WebRtcPeer peer)
    {
        if (_streams is not { } streams)
            return;
        while (peer.TryTakeDisconnect(out TransportPath path))
            streams.Close(path);
        while (peer.TryTakeConnect(out TransportPath path))
            streams.Connect(path);
    }
}
