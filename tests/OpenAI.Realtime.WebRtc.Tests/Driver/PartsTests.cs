using System.Net;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Driver;

public sealed class AudioRingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_ring_does_what_a_queue_with_the_same_bounds_does(int seed)
    {
        var random = new Random(seed);
        var ring = new AudioRing<int>(maxPackets: 8, maxBytes: 100);
        Queue<(byte[] Bytes, int Header)> model = new();
        byte[] buffer = new byte[64];
        for (int step = 0; step < 10_000; step++)
        {
            if (random.Next(2) == 0)
            {
                byte[] packet = new byte[random.Next(0, 40)];
                random.NextBytes(packet);
                bool fits = model.Count < 8 && model.Sum(p => p.Bytes.Length) + packet.Length <= 100;
                Assert.Equal(fits, ring.TryEnqueue(packet, step));
                if (fits)
                    model.Enqueue((packet, step));
            }
            else
            {
                Assert.Equal(model.TryDequeue(out (byte[] Bytes, int Header) expected), ring.TryDequeue(buffer, out int length, out int header));
                if (expected.Bytes is not null)
                {
                    Assert.Equal(expected.Header, header);
                    Assert.Equal(expected.Bytes, buffer[..length]);
                }
            }
        }
    }
}

public sealed class RunGateTests
{
    [Fact]
    public async Task Work_put_before_entering_is_never_left_undone_and_never_done_by_two_at_once()
    {
        var gate = new RunGate();
        int work = 0, done = 0, inside = 0;
        bool overlapped = false;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 100_000; i++)
            {
                Interlocked.Increment(ref work);
                if (!gate.TryEnter())
                    continue;
                do
                {
                    overlapped |= Interlocked.Increment(ref inside) != 1;
                    done += Interlocked.Exchange(ref work, 0);
                    Interlocked.Decrement(ref inside);
                }
                while (!gate.TryLeave());
            }
        })));
        Assert.False(overlapped);
        Assert.Equal(400_000, done);
        Assert.Equal(0, work);
    }
}

public sealed class LocalAddressTests
{
    private static readonly IPAddress s_v4 = IPAddress.Parse("192.0.2.1"), s_v6 = IPAddress.Parse("2001:db8::1"), s_linkLocal = IPAddress.Parse("fe80::1");

    [Fact]
    public void IPv4_comes_first_loopback_last_and_link_local_only_when_there_is_nothing_else()
    {
        Assert.Equal([s_v4, s_v6, IPAddress.Loopback], LocalAddresses.Choose([s_v6, s_v4], [s_linkLocal], [IPAddress.Loopback]));
        Assert.Equal([s_linkLocal], LocalAddresses.Choose([], [s_linkLocal], []));
        Assert.Equal(LocalAddresses.Max, LocalAddresses.Choose(Enumerable.Repeat(s_v4, 50), [], [IPAddress.Loopback]).Count);
    }

    [Fact]
    public void Loopback_is_gathered_only_when_asked_for()
    {
        Assert.DoesNotContain(LocalAddresses.Gather(includeLoopback: false), IPAddress.IsLoopback);
        Assert.Contains(IPAddress.Loopback, LocalAddresses.Gather(includeLoopback: true));
    }

    [Fact]
    public void The_quick_way_on_Linux_finds_the_addresses_that_the_portable_way_finds()
    {
        List<InterfaceAddress>? quick = LinuxInterfaceAddresses.TryRead();
        Assert.Equal(OperatingSystem.IsLinux(), quick is not null);
        if (quick is not null)
            Assert.Equal(Known(LocalAddresses.ReadByNetworkInterface()), Known(quick)); // by text: scope ids count

        static IEnumerable<string> Known(IEnumerable<InterfaceAddress> addresses) => addresses.Select(a => $"{a.Interface} {a.Address}").Distinct().Order(StringComparer.Ordinal);
    }
}

public sealed class UdpPortTests
{
    [Theory]
    [InlineData("epoll", "127.0.0.1")]
    [InlineData("select", "127.0.0.1")]
    [InlineData("epoll", "::1")]
    [InlineData("select", "::1")]
    public void A_port_knows_who_sent_what_it_reads_and_reports_each_arrival(string kind, string address)
    {
        using ISocketPoller? poller = kind == "select" ? new SelectPoller() : EpollPoller.TryCreate();
        if (poller is null)
            return; // no epoll on this system
        using UdpPort a = poller.Open(IPAddress.Parse(address)), b = poller.Open(IPAddress.Parse(address));
        poller.Add(b);
        PolledSocket?[] readable = new PolledSocket?[4];
        byte[] buffer = new byte[2000];

        for (int i = 1; i <= 3; i++)
        {
            Assert.Equal(SendOutcome.Sent, a.Send(new byte[i], b.Local));
            Assert.Equal(SendOutcome.Sent, a.Send(new byte[1800], b.Local));
            while (poller.Wait(10_000, readable) == 0)
            {
            }

            Assert.Same(b, readable[0]);
            Assert.True(b.TakeReady());
            Assert.True(b.TryReceive(buffer, out int length, out TransportAddress from));
            Assert.Equal(i, length);
            Assert.Equal(a.Local, from);
            Assert.True(b.TryReceive(buffer, out length, out _));
            Assert.Equal(1800, length);
            Assert.False(b.TryReceive(buffer, out _, out _));
            poller.Rearm(b);
        }

        poller.Wake();
        Assert.Equal(0, poller.Wait(-1, readable));
        poller.Remove(b);
    }

    [Theory]
    [InlineData("epoll")]
    [InlineData("select")]
    public void What_cannot_be_sent_is_named_and_a_datagram_that_is_too_long_is_told_as_an_empty_one(string kind)
    {
        using ISocketPoller? poller = kind == "select" ? new SelectPoller() : EpollPoller.TryCreate();
        if (poller is null)
            return; // no epoll on this system
        using UdpPort a = poller.Open(IPAddress.Loopback), b = poller.Open(IPAddress.Loopback);
        Assert.Equal(SendOutcome.TooLarge, a.Send(new byte[70_000], b.Local));
        Assert.Equal(SendOutcome.Unreachable, a.Send(new byte[10], TransportAddress.From(IPAddress.IPv6Loopback, 9)));

        Assert.Equal(SendOutcome.Sent, a.Send(new byte[500], b.Local));
        Assert.Equal(SendOutcome.Sent, a.Send(new byte[] { 7 }, b.Local));
        byte[] small = new byte[100];
        Assert.True(b.TryReceive(small, out int length, out _));
        Assert.Equal(0, length);
        Assert.True(b.TryReceive(small, out length, out _));
        Assert.Equal(1, length);
        Assert.Equal(7, small[0]);
    }
}

public sealed class FactoryTests
{
    [Fact]
    public void An_option_out_of_range_is_named()
    {
        var factory = new PeerConnectionFactory();
        ArgumentException error = Assert.Throws<ArgumentException>(() => factory.Create(new PeerConnectionOptions { MaxIncomingMessageSize = 10 }));
        Assert.Contains("MaxIncomingMessageSize must be at least 1,024", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => factory.Create(new PeerConnectionOptions { NegotiatedChannelId = 65535 }));
        Assert.Throws<ArgumentException>(() => factory.Create(new PeerConnectionOptions { IceTimeout = TimeSpan.Zero }));
        Assert.Throws<ArgumentException>(() => factory.Create(new PeerConnectionOptions { LocalAddresses = [] }));
    }
}
