using System.Net;
using System.Net.Sockets;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>
/// Stands between the client and one socket of the peer, so that datagrams can be lost after the engine has numbered them.
/// </summary>
/// <remarks>
/// <code>
///   client A ──► front ──► back of A ──► peer          The peer sees each of the client's addresses as an address of its own,
///   client B ──► front ──► back of B ──► peer          so its ICE has the same pairs to choose from.
/// </code>
/// </remarks>
internal sealed class DatagramRelay : IDisposable
{
    /// <summary>A client has a socket for each of its addresses.</summary>
    private const int MaxBacks = 16;

    private const int MaxDatagram = 65_536;

    private readonly RealtimeTestNetwork _network;
    private readonly IPEndPoint _peer;
    private readonly Socket _front;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<IPEndPoint, Socket> _backs = [];

    public DatagramRelay(RealtimeTestNetwork network, IPEndPoint peer)
    {
        _network = network;
        _peer = peer;
        _front = Bind(peer.Address);
        _ = RunAsync(_front, ToPeerAsync);
    }

    /// <summary>Where the client is to send to.</summary>
    public IPEndPoint Address => (IPEndPoint)_front.LocalEndPoint!;

    public void Dispose()
    {
        lock (_gate)
        {
            if (_stop.IsCancellationRequested)
                return;
            _stop.Cancel();
            _front.Dispose();
            foreach (Socket back in _backs.Values)
                back.Dispose();
        }
    }

    private static Socket Bind(IPAddress address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(address, 0));
        return socket;
    }

    private async ValueTask ToPeerAsync(ReadOnlyMemory<byte> datagram, IPEndPoint client)
    {
        if (_network.Loses(datagram.Span, toClient: false) || BackOf(client) is not { } back)
            return;
        await back.SendToAsync(datagram, SocketFlags.None, _peer, _stop.Token).ConfigureAwait(false);
    }

    private Socket? BackOf(IPEndPoint client)
    {
        lock (_gate)
        {
            if (_stop.IsCancellationRequested)
                return null;
            if (_backs.TryGetValue(client, out Socket? back))
                return back;
            if (_backs.Count == MaxBacks)
                return null;
            back = Bind(_peer.Address);
            _backs.Add(client, back);
            _ = RunAsync(back, (datagram, _) => ToClientAsync(datagram, client));
            return back;
        }
    }

    private async ValueTask ToClientAsync(ReadOnlyMemory<byte> datagram, IPEndPoint client)
    {
        if (!_network.Loses(datagram.Span, toClient: true))
            await _front.SendToAsync(datagram, SocketFlags.None, client, _stop.Token).ConfigureAwait(false);
    }

    private async Task RunAsync(Socket socket, Func<ReadOnlyMemory<byte>, IPEndPoint, ValueTask> forward)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        byte[] buffer = new byte[MaxDatagram];
        var any = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                SocketReceiveFromResult result = await socket.ReceiveFromAsync(buffer, SocketFlags.None, any, _stop.Token).ConfigureAwait(false);
                await forward(buffer.AsMemory(0, result.ReceivedBytes), (IPEndPoint)result.RemoteEndPoint).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                // An ICMP answer to a datagram sent before (port unreachable): networks lose datagrams, and this is one.
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}
