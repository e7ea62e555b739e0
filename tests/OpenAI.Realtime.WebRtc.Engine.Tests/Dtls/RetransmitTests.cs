using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Dtls;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Handshake;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Records;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Dtls;

public class RetransmitTests
{
    private const int Seeds = 20;

    private static bool TimeComparer(double expected, double actual) => Math.Abs(expected - actual) < 1e-6;

    [Theory]
    [InlineData(0, 1200)]
    [InlineData(0, 600)]
    [InlineData(0, 256)]
    [InlineData(5, 1200)]
    [InlineData(5, 600)]
    [InlineData(10, 1200)]
    [InlineData(10, 600)]
    [InlineData(20, 1200)]
    [InlineData(20, 600)]
    [InlineData(50, 1200)]
    [InlineData(50, 600)]
    public void Handshake_completes_on_a_lossy_link_that_reorders_and_duplicates(int lossPercent, int mtu)
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            var link = new LinkConditions { LossPercent = lossPercent, DuplicatePercent = 10, Jitter = TimeSpan.FromMilliseconds(40) };
            using var pair = new DtlsPair(seed, link, mtu: mtu);
            pair.Start();
            Assert.True(pair.RunUntil(() => pair.BothConnected, TimeSpan.FromMinutes(2)), pair.Describe());
            var keys = new byte[2][];
            foreach ((int i, DtlsSide side) in new[] { (0, pair.Client), (1, pair.Server) })
                Assert.True(side.Connection.TryExportKeyingMaterial("EXTRACTOR-dtls_srtp"u8, keys[i] = new byte[56]));
            Assert.Equal(keys[0], keys[1]);
            Assert.All(pair.Client.Sent.Concat(pair.Server.Sent), datagram => Assert.True(datagram.Length <= mtu, pair.Describe()));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Loss_of_any_one_datagram_costs_no_more_than_the_first_interval(int which)
    {
        foreach (bool ofClient in (bool[])[true, false])
        {
            using var pair = new DtlsPair();
            DtlsSide side = ofClient ? pair.Client : pair.Server;
            int count = 0;
            side.Intercept = datagram => count++ == which ? [] : [datagram];
            pair.Start();
            Assert.True(pair.RunUntil(() => pair.BothConnected, TimeSpan.FromSeconds(10)), pair.Describe());
            Assert.InRange(pair.Now.Ticks, 0, TimeSpan.FromMilliseconds(40 + 200 + 40).Ticks);
        }
    }

    [Theory]
    [InlineData(1200, 0)]
    [InlineData(1200, 1)]
    [InlineData(1200, 2)]
    [InlineData(600, 0)]
    [InlineData(600, 1)]
    [InlineData(600, 2)]
    public void Handshake_completes_when_every_third_datagram_is_lost(int mtu, int first)
    {
        using var pair = new DtlsPair(mtu: mtu);
        int count = 0;
        pair.Client.Intercept = pair.Server.Intercept = datagram => count++ % 3 == first ? [] : [datagram];
        pair.Start();
        Assert.True(pair.RunUntil(() => pair.BothConnected, TimeSpan.FromSeconds(10)), pair.Describe());
    }

    [Fact]
    public void Repeats_come_after_doubling_intervals_up_to_the_limit()
    {
        using var pair = new DtlsPair();
        var times = new List<double>();
        pair.Client.Intercept = _ =>
        {
            times.Add((pair.Now - Instant.Zero).TotalSeconds);
            return [];
        };
        pair.Start();
        pair.Run(TimeSpan.FromSeconds(10));
        Assert.Equal([0, 0.1, 0.3, 0.7, 1.5, 3.1, 5.1, 7.1, 9.1], times, TimeComparer);
        Assert.Equal(WakeReason.DtlsRetransmit, pair.Client.Connection.NextTimeout.Reason);
    }

    [Fact]
    public void Early_and_repeated_timeouts_do_nothing()
    {
        using var pair = new DtlsPair();
        pair.Start();
        for (int i = 0; i < 10; i++)
        {
            pair.Client.Connection.HandleTimeout(Instant.Zero + TimeSpan.FromMilliseconds(99));
            pair.Drain(pair.Client);
        }

        Assert.Single(pair.Client.Sent);
        for (int i = 0; i < 10; i++)
        {
            pair.Client.Connection.HandleTimeout(Instant.Zero + TimeSpan.FromMilliseconds(100));
            pair.Drain(pair.Client);
        }

        Assert.Equal(2, pair.Client.Sent.Count);
    }

    [Fact]
    public void Server_that_has_finished_repeats_its_Finished_for_a_client_that_missed_it()
    {
        using var pair = new DtlsPair();
        int count = 0;
        pair.Server.Intercept = datagram => count++ is 1 or 2 ? [] : [datagram];
        pair.Start();
        Assert.True(pair.RunUntil(() => pair.BothConnected, TimeSpan.FromSeconds(10)), pair.Describe());
        Assert.InRange(pair.Server.Connection.Counters.FlightsRepeated, 2, 3);
        pair.Send(pair.Client, [0]);
        pair.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(Wake.Never, pair.Server.Connection.NextTimeout);
    }

    [Fact]
    public void Server_repeats_its_Finished_unasked_three_times_at_the_most()
    {
        // Most clients repeat themselves only after a second: waiting for them would cost that second.
        using var pair = new DtlsPair();
        int count = 0;
        pair.Server.Intercept = datagram => ++count is 1 ? [datagram] : [];
        pair.Start();
        Assert.True(pair.RunUntil(() => pair.Server.Connection.IsConnected, TimeSpan.FromSeconds(1)), pair.Describe());
        pair.Client.Intercept = _ => [];
        pair.Run(TimeSpan.FromSeconds(30));
        Assert.Equal(2 + FlightTimer.RepeatsOfLastFlight, count);
        Assert.Equal(Wake.Never, pair.Server.Connection.NextTimeout);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(300)]
    public void A_measured_round_trip_sets_the_pace_until_it_looks_like_congestion(int roundTripMs)
    {
        using var pair = new DtlsPair();
        List<Instant> times = [];
        pair.Client.Intercept = _ =>
        {
            times.Add(pair.Now);
            return [];
        };
        pair.Client.Connection.RoundTrip = TimeSpan.FromMilliseconds(roundTripMs);
        pair.Start();
        pair.Run(TimeSpan.FromSeconds(10));
        TimeSpan[] pauses = [.. times.Zip(times.Skip(1), (a, b) => b - a)];
        TimeSpan expected = TimeSpan.FromMilliseconds(Math.Max(50, (1.5 * roundTripMs) + 20));
        Assert.All(pauses.Take(4), pause => Assert.Equal(expected, pause));
        Assert.Equal(TimeSpan.FromSeconds(2), pauses[^1]);
    }

    [Fact]
    public void A_flight_that_arrives_ten_times_is_answered_once()
    {
        using var pair = new DtlsPair();
        pair.Client.Intercept = datagram => [.. Enumerable.Repeat(datagram, 10)];
        pair.Server.Intercept = datagram => [.. Enumerable.Repeat(datagram, 10)];
        pair.Client.OnConnected = () => pair.Send(pair.Client, [0]);
        pair.Start();
        Assert.True(pair.RunUntil(() => pair.BothConnected, TimeSpan.FromSeconds(10)), pair.Describe());
        pair.Run(TimeSpan.FromSeconds(60));
        Assert.Equal(3, pair.Client.Sent.Count); // two flights, and the data
        Assert.Equal(2, pair.Server.Sent.Count);
    }

    [Fact]
    public void A_slow_path_causes_no_storm()
    {
        // A round trip of 3 s is far longer than the first interval: both sides repeat themselves needlessly, but in bounded measure. From the third time on a flight takes two datagrams.
        using var pair = new DtlsPair(link: new LinkConditions { Delay = TimeSpan.FromSeconds(1.5) });
        pair.Start();
        Assert.True(pair.RunUntil(() => pair.BothConnected, TimeSpan.FromSeconds(10)), pair.Describe());
        pair.Run(TimeSpan.FromSeconds(60));
        Assert.InRange(pair.Client.Sent.Count + pair.Server.Sent.Count, 4, 60);
    }

    [Fact]
    public void Data_that_overtakes_the_servers_Finished_waits_for_it()
    {
        using var pair = new DtlsPair();
        byte[]? finished = null;
        int count = 0;
        pair.Server.Intercept = datagram =>
        {
            if (++count != 2)
                return [datagram];
            finished = datagram;
            return [];
        };
        pair.Start();
        Assert.True(pair.RunUntil(() => finished is not null, TimeSpan.FromSeconds(1)));
        pair.Send(pair.Server, "early"u8);
        pair.Run(TimeSpan.FromMilliseconds(20));
        Assert.Empty(pair.Client.Received);
        pair.Deliver(pair.Client, finished);
        Assert.True(pair.Client.Connection.IsConnected);
        Assert.Equal("early"u8.ToArray(), Assert.Single(pair.Client.Received));
    }

    [Fact]
    public void Finished_that_overtakes_the_rest_of_its_flight_waits_for_it()
    {
        using var pair = new DtlsPair();
        byte[]? flight = null;
        int count = 0;
        pair.Client.Intercept = datagram =>
        {
            if (++count != 2)
                return [datagram];
            flight = datagram;
            return [];
        };
        pair.Start();
        Assert.True(pair.RunUntil(() => flight is not null, TimeSpan.FromSeconds(1)));
        foreach (byte[] record in Enumerable.Reverse(DtlsBytes.Records(flight!)))
            pair.Deliver(pair.Server, record);
        Assert.True(pair.Server.Connection.IsConnected, pair.Describe());
        Assert.Equal(0, pair.Server.Connection.Counters.FlightsRepeated);
    }

    [Fact]
    public void What_waits_for_its_keys_is_bounded()
    {
        using var pair = new DtlsPair();
        byte[] junk = new byte[RecordHeader.Size + 1000];
        new RecordHeader(ContentType.ApplicationData, ProtocolVersion.Dtls12, 1, 5, 1000).Write(junk);
        for (int i = 0; i < 100; i++)
            pair.Deliver(pair.Server, junk);
        Assert.Equal(100 - EarlyRecords.MaxCount, pair.Server.Connection.Counters.TooEarly);

        // And it does no harm: the handshake completes, and the junk then fails its authentication.
        pair.Start();
        Assert.True(pair.RunUntil(() => pair.BothConnected, TimeSpan.FromSeconds(10)), pair.Describe());
        pair.Send(pair.Client, "real"u8);
        pair.Run(TimeSpan.FromMilliseconds(20));
        Assert.Equal("real"u8.ToArray(), Assert.Single(pair.Server.Received));
        Assert.Equal(EarlyRecords.MaxCount, pair.Server.Connection.Counters.Unauthentic);
    }

    [Fact]
    public void Handshake_does_without_ChangeCipherSpec_records()
    {
        using var pair = new DtlsPair();
        static byte[][] WithoutChangeCipherSpec(byte[] datagram) =>
            [DtlsBytes.Join(DtlsBytes.Records(datagram).Where(r => r[0] != (byte)ContentType.ChangeCipherSpec))];
        pair.Client.Intercept = pair.Server.Intercept = WithoutChangeCipherSpec;
        pair.Start();
        Assert.True(pair.RunUntil(() => pair.BothConnected, TimeSpan.FromSeconds(1)), pair.Describe());
    }

    [Fact]
    public void Every_repeat_carries_new_record_numbers()
    {
        using var pair = new DtlsPair();
        pair.Client.Intercept = _ => [];
        pair.Start();
        pair.Run(TimeSpan.FromSeconds(5));
        var numbers = pair.Client.Sent.SelectMany(DtlsBytes.Records).Select(r => Convert.ToHexString(r.AsSpan(3, 8))).ToList();
        Assert.True(numbers.Count > 3);
        Assert.Equal(numbers.Count, numbers.Distinct().Count());
        Assert.All(pair.Client.Sent, d => Assert.True(DtlsBytes.IsHandshake(d, HandshakeType.ClientHello)));
    }
}
