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
internal sealed class DatagramRelay : IAsyncDisposable
{
    /// <summary>A client has a socket for each of its addresses.</summary>
    private const int MaxBacks = 16;

    private const int MaxDatagram = 65_536;

    /// <summary>How many datagrams are passed on at the end; others than the peer can send to a port, too.</summary>
    private const int MaxRest = 1_000;

    private readonly RealtimeTestNetwork _network;
    private readonly IPEndPoint _peer;
    private readonly Socket _front;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<IPEndPoint, Socket> _backs = [];
    private readonly List<Task> _running = [];

    public DatagramRelay(RealtimeTestNetwork network, IPEndPoint peer)
    {
        _network = network;
        _peer = peer;
        _front = Bind(peer.Address);
        _running.Add(RunAsync(_front, ToPeerAsync));
    }

    /// <summary>Where the client is to send to.</summary>
    public IPEndPoint Address => (IPEndPoint)_front.LocalEndPoint!;

    /// <summary>Passes on what the peer has sent, its goodbye at last, then closes.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_gate)
        {
            if (_stop.IsCancellationRequested)
                return;
            _stop.Cancel();
            running = [.. _running];
        }

        await Task.WhenAll(running).ConfigureAwait(false);
        foreach ((IPEndPoint client, Socket back) in _backs)
        {
            PassOnTheRest(back, client);
            back.Dispose();
        }

        _front.Dispose();
    }

    private void PassOnTheRest(Socket back, IPEndPoint client)
    {
        byte[] buffer = new byte[MaxDatagram];
        EndPoint from = new IPEndPoint(_peer.Address, 0);
        try
        {
            for (int i = 0; i < MaxRest && back.Available > 0; i++)
            {
                Span<byte> datagram = buffer.AsSpan(0, back.ReceiveFrom(buffer, ref from));
                if (!_network.Loses(datagram, toClient: true))
                    _front.SendTo(datagram, client);
            }
        }
        catch (SocketException)
        {
            // The client is gone.
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
        await back.SendToAsync(datagram, SocketFlags.None, _peer).ConfigureAwait(false);
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
            _running.Add(RunAsync(back, (datagram, _) => ToClientAsync(datagram, client)));
            return back;
        }
    }

    private async ValueTask ToClientAsync(ReadOnlyMemory<byte> datagram, IPEndPoint client)
    {
        if (!_network.Loses(datagram.Span, toClient: true))
            await _front.SendToAsync(datagram, SocketFlags.None, client).ConfigureAwait(false);
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
