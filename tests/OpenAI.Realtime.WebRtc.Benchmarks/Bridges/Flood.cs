using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Bridges;

/// <summary>Datagrams of nobody's: noise, checks of unknown fragments, sound from strangers.</summary>
internal static class Flood
{
    /// <summary>Sends as evenly as a thread can until it is stopped, and says how many.</summary>
    public static Task<long> SendAsync(int port, int aSecond, CancellationToken stop) => Task.Factory.StartNew(() => Send(port, aSecond, stop), TaskCreationOptions.LongRunning);

    private static long Send(int port, int aSecond, CancellationToken stop)
    {
        const int Strangers = 64;
        var random = new Random(1);
        Socket[] sockets = [.. Enumerable.Range(0, Strangers).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))];
        foreach (Socket socket in sockets)
            socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
        byte[][] datagrams = [Noise(random, 200, first: 0xFF), Check(random), Noise(random, 92, first: 0x80), Noise(random, 60, first: 0x16)];
        long sent = 0, start = Stopwatch.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            long due = (long)(Stopwatch.GetElapsedTime(start).TotalSeconds * aSecond);
            for (; sent < due; sent++)
                sockets[sent % Strangers].Send(datagrams[sent % datagrams.Length]);
            Thread.Sleep(1);
        }

        foreach (Socket socket in sockets)
            socket.Dispose();
        return sent;
    }

    private static byte[] Noise(Random random, int length, byte first)
    {
        byte[] datagram = new byte[length];
        random.NextBytes(datagram);
        datagram[0] = first;
        return datagram;
    }

    // A Binding request of RFC 8489 with a USERNAME that nobody has given out.
    private static byte[] Check(Random random)
    {
        byte[] check = new byte[20 + 4 + 12];
        random.NextBytes(check);
        ReadOnlySpan<byte> header = [0x00, 0x01, 0x00, 0x10, 0x21, 0x12, 0xA4, 0x42];
        header.CopyTo(check);
        ReadOnlySpan<byte> username = [0x00, 0x06, 0x00, 0x0B, .. "nobody:here"u8];
        username.CopyTo(check.AsSpan(20));
        return check;
    }
}
