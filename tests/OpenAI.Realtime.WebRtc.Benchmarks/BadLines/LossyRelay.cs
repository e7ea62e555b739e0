using System.Net;
using System.Net.Sockets;

namespace OpenAI.Realtime.WebRtc.Benchmarks.BadLines;

/// <summary>
/// A bad line between one client and the server, on real sockets: what comes in on either side is lost by chance, or sent on to the other side later.
/// </summary>
internal sealed class LossyRelay : IDisposable
{
    /// <summary>A relay lives as long as a call may; whoever forgets it loses a socket for so long only.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    private readonly DelayLine _line;
    private readonly Random _chance;
    private readonly double _loss;
    private readonly TimeSpan _delay;
    private readonly Socket _outer;
    private readonly Socket _inner;
    private readonly CancellationTokenSource _life = new(Lifetime);
    private SocketAddress? _client;

    /// <param name="line">Where datagrams wait.</param>
    /// <param name="seed">Of what is lost.</param>
    /// <param name="loss">The chance that a datagram is lost, each way, 0 to 1.</param>
    /// <param name="delay">One way.</param>
    /// <param name="address">Where the client finds the relay.</param>
    /// <param name="server">The server's own address.</param>
    public LossyRelay(DelayLine line, int seed, double loss, TimeSpan delay, IPAddress address, IPEndPoint server)
    {
        _line = line;
        _chance = new Random(seed);
        _loss = loss;
        _delay = delay;
        _outer = Bind(address);
        _inner = Bind(server.Address);
        SocketAddress there = server.Serialize();
        _ = PumpAsync(_outer, _inner, from =>
        {
            _client ??= from;
            return there;
        });
        _ = PumpAsync(_inner, _outer, _ => _client);
    }

    /// <summary>What the client is told in place of the server's address.</summary>
    public IPEndPoint Address => (IPEndPoint)_outer.LocalEndPoint!;

    public void Dispose()
    {
        _life.Cancel();
        _outer.Dispose();
        _inner.Dispose();
        _life.Dispose();
    }

    private static Socket Bind(IPAddress address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(address, 0));
        return socket;
    }

    private async Task PumpAsync(Socket from, Socket to, Func<SocketAddress, SocketAddress?> route)
    {
        byte[] buffer = new byte[2048];
        var sender = new SocketAddress(AddressFamily.InterNetwork);
        try
        {
            while (true)
            {
                int length = await from.ReceiveFromAsync(buffer, SocketFlags.None, sender, _life.Token);
                var copy = new SocketAddress(AddressFamily.InterNetwork);
                sender.Buffer.CopyTo(copy.Buffer);
                if (route(copy) is not { } destination || IsLost())
                    continue;
                byte[] datagram = buffer[..length];
                _line.Add(_delay, () => Send(to, datagram, destination));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The call is over.
        }
    }

    private bool IsLost()
    {
        lock (_chance)
            return _chance.NextDouble() < _loss;
    }

    private static void Send(Socket to, byte[] datagram, SocketAddress destination)
    {
        try
        {
            to.SendTo(datagram, SocketFlags.None, destination);
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // Nobody is there any more: it is lost, as on any network.
        }
    }
}
