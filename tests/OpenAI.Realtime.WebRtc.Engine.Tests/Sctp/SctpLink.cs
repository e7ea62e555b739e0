using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Sctp;

/// <summary>Two associations, A and B, a link between them, and virtual time.</summary>
internal sealed class SctpLink
{
    private readonly PriorityQueue<(bool ToB, byte[] Packet), (long Due, int Order)> _onTheWay = new();
    private readonly byte[] _buffer = new byte[2048];
    private readonly Random _random;
    private int _order;

    public SctpLink(int seed = 1, Func<SctpOptions, SctpOptions>? a = null, Func<SctpOptions, SctpOptions>? b = null)
    {
        _random = new(seed);
        A = new(Options(2 * seed, a));
        B = new(Options(2 * seed + 1, b));
    }

    public SctpAssociation A { get; }

    public SctpAssociation B { get; }

    public Instant Now { get; private set; } = new(TimeSpan.FromHours(1).Ticks);

    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(20);

    public TimeSpan Jitter { get; set; }

    public double Loss { get; set; }

    public double Duplication { get; set; }

    /// <summary>Sees each packet as it is sent; false loses it.</summary>
    public Func<bool, byte[], bool> Passes { get; set; } = (_, _) => true;

    public List<SctpEvent> EventsOfA { get; } = [];

    public List<SctpEvent> EventsOfB { get; } = [];

    public int PacketsLost { get; private set; }

    public static SctpOptions Options(int seed, Func<SctpOptions, SctpOptions>? change = null)
    {
        SctpOptions options = new() { Random = new SeededRandomSource(seed) };
        return change is null ? options : change(options);
    }

    /// <summary>A link whose sides send packets of this size.</summary>
    public static SctpLink WithPackets(int seed, int packetSize)
    {
        SctpLink link = new(seed, With, With);
        link.A.MaxOutgoingMessageSize = 1 << 20;
        link.B.MaxOutgoingMessageSize = 1 << 20;
        return link;

        SctpOptions With(SctpOptions o) => new() { Random = o.Random, MaxPacketSize = packetSize };
    }

    /// <summary>Starts both and runs until both are established.</summary>
    public void Connect()
    {
        A.Start(Now);
        B.Start(Now);
        RunUntil(() => A.IsEstablished && B.IsEstablished);
    }

    /// <summary>Sends a message and waits until it has come whole and been acknowledged.</summary>
    public void ExchangeOneWay(SctpAssociation from, SctpAssociation to, byte[] message)
    {
        from.MaxOutgoingMessageSize = 1 << 20;
        Assert.Equal(SctpSendResult.Accepted, from.Send(0, 53, message, Now));
        RunUntil(() => to.TryPeekMessage(out _) && from.BufferedBytes == 0);
        Assert.Equal(message, Packets.Take(to, Now));
    }

    public SctpAssociation Side(bool isB) => isB ? B : A;

    /// <summary>Sends everything that either side has to send now.</summary>
    public void Drain()
    {
        Drain(A, toB: true);
        Drain(B, toB: false);
        while (A.TryTakeEvent(out SctpEvent e))
            EventsOfA.Add(e);
        while (B.TryTakeEvent(out SctpEvent e))
            EventsOfB.Add(e);
    }

    /// <summary>Puts a packet on the way.</summary>
    public void Inject(bool toB, byte[] packet, TimeSpan? delay = null) =>
        _onTheWay.Enqueue((toB, packet), ((Now + (delay ?? Delay)).Ticks, _order++));

    /// <summary>Lets time go on until <paramref name="done"/>, or fails after <paramref name="limit"/> of virtual time.</summary>
    public void RunUntil(Func<bool> done, TimeSpan? limit = null, string because = "")
    {
        Instant end = Now + (limit ?? TimeSpan.FromMinutes(10));
        Drain();
        while (!done())
        {
            if (!Step(end))
                Assert.Fail($"Not done at {Now}. A: {A.State}, B: {B.State}. {because}");
        }
    }

    /// <summary>Lets <paramref name="span"/> of virtual time go by.</summary>
    public void RunFor(TimeSpan span)
    {
        Instant end = Now + span;
        Drain();
        while (Step(end))
        {
        }

        Now = end;
    }

    /// <summary>Goes to what happens next and lets it happen; false when that is after <paramref name="end"/>.</summary>
    private bool Step(Instant end)
    {
        Instant arrival = _onTheWay.TryPeek(out _, out (long Due, int) first) ? new(first.Due) : Instant.Never;
        Instant next = Instant.Min(arrival, Instant.Min(A.NextTimeout.At, B.NextTimeout.At));
        if (next > end || next == Instant.Never)
            return false;
        if (next > Now)
            Now = next;
        if (arrival <= Now)
        {
            (bool toB, byte[] packet) = _onTheWay.Dequeue();
            Side(toB).HandlePacket(packet, Now);
        }
        else
        {
            if (A.NextTimeout.At <= Now)
                A.HandleTimeout(Now);
            if (B.NextTimeout.At <= Now)
                B.HandleTimeout(Now);
        }

        Drain();
        return true;
    }

    private void Drain(SctpAssociation from, bool toB)
    {
        int sent = 0;
        while (from.TryTakePacket(_buffer, out int length))
        {
            Assert.True(++sent < 10_000, "Output never ends.");
            byte[] packet = _buffer[..length];
            if (!Passes(toB, packet) || _random.NextDouble() < Loss)
            {
                PacketsLost++;
                continue;
            }

            Inject(toB, packet, Delay + _random.NextDouble() * Jitter);
            if (_random.NextDouble() < Duplication)
                Inject(toB, packet, Delay + _random.NextDouble() * Jitter);
        }
    }
}

internal static class Packets
{
    /// <summary>The types of a packet's chunks.</summary>
    public static List<byte> TypesOf(byte[] packet)
    {
        List<byte> types = [];
        Engine.Sctp.Chunks.ChunkReader reader = new(packet.AsSpan(SctpPacket.HeaderLength));
        while (reader.TryRead(out Engine.Sctp.Chunks.Chunk chunk))
            types.Add(chunk.Type);
        Assert.False(reader.IsMalformed);
        return types;
    }

    public static uint TagOf(byte[] packet) => System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(4));

    public delegate void WriteChunks(ref SpanWriter writer);

    /// <summary>A packet of one's own.</summary>
    public static byte[] Make(uint tag, WriteChunks write)
    {
        byte[] bytes = new byte[4096];
        SpanWriter writer = new(bytes);
        SctpPacket.WriteHeader(ref writer, 5000, 5000, tag);
        write(ref writer);
        Assert.False(writer.Overflowed);
        SctpPacket.Seal(writer.Written);
        return bytes[..writer.Length];
    }

    public static byte[] Message(int length, int seed)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static byte[]? Take(SctpAssociation from, Instant now) => Take(from, now, out _);

    public static byte[]? Take(SctpAssociation from, Instant now, out SctpMessage header)
    {
        if (!from.TryPeekMessage(out header))
            return null;
        byte[] bytes = new byte[header.Length];
        from.TakeMessage(bytes, now);
        return bytes;
    }
}
