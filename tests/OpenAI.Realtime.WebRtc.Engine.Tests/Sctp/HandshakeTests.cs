using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Sctp;

public class HandshakeTests
{
    [Fact]
    public void Both_sides_start_at_once_and_INITs_cross()
    {
        SctpLink link = new();
        link.Connect();
        link.RunFor(TimeSpan.FromSeconds(5));
        Assert.Equal([new SctpEvent(SctpEventKind.Established)], link.EventsOfA);
        Assert.Equal([new SctpEvent(SctpEventKind.Established)], link.EventsOfB);
        AssertCarries(link);
    }

    [Fact]
    public void One_side_alone_sets_it_up_in_two_round_trips_and_the_other_may_start_later()
    {
        SctpLink link = new();
        Instant start = link.Now;
        link.A.Start(link.Now);
        link.RunUntil(() => link.A.IsEstablished && link.B.IsEstablished);
        Assert.Equal(TimeSpan.FromMilliseconds(80), link.Now - start);
        link.B.Start(link.Now);
        AssertCarries(link);
    }

    [Fact]
    public void A_message_sent_at_the_start_arrives_with_COOKIE_ECHO()
    {
        SctpLink link = new();
        Instant start = link.Now;
        link.A.Start(link.Now);
        Assert.Equal(SctpSendResult.Accepted, link.A.Send(0, 51, [1, 2, 3], link.Now));
        link.RunUntil(() => link.B.TryPeekMessage(out _));
        Assert.Equal(TimeSpan.FromMilliseconds(60), link.Now - start);
        Assert.Equal([1, 2, 3], Packets.Take(link.B, link.Now));
    }

    [Theory]
    [InlineData(ChunkType.Init)]
    [InlineData(ChunkType.InitAck)]
    [InlineData(ChunkType.CookieEcho)]
    [InlineData(ChunkType.CookieAck)]
    public void It_comes_up_when_the_first_three_of_a_kind_are_lost(byte type)
    {
        SctpLink link = new();
        int toLose = 3;
        link.Passes = (_, packet) => Packets.TypesOf(packet)[0] != type || toLose-- <= 0;
        link.A.Start(link.Now);
        link.A.Send(0, 51, [1, 2, 3], link.Now);
        link.RunUntil(() => link.A.IsEstablished && link.B.IsEstablished);
        Assert.True(toLose <= 0);
        link.RunUntil(() => link.B.TryPeekMessage(out _));
        Assert.Equal([1, 2, 3], Packets.Take(link.B, link.Now));
        AssertCarries(link);
    }

    [Fact]
    public void The_round_trip_that_ICE_measured_sets_the_pace_of_INIT_and_COOKIE_ECHO()
    {
        foreach (byte type in (byte[])[ChunkType.Init, ChunkType.CookieEcho])
        {
            SctpLink link = new();
            List<Instant> times = [];
            link.Passes = (_, packet) =>
            {
                if (Packets.TypesOf(packet)[0] != type)
                    return true;
                times.Add(link.Now);
                return false;
            };
            link.A.Start(link.Now, roundTrip: 2 * link.Delay);
            link.RunFor(TimeSpan.FromSeconds(10));
            TimeSpan[] pauses = [.. times.Zip(times.Skip(1), (a, b) => b - a)];
            Assert.All(pauses.Take(8), pause => Assert.Equal(TimeSpan.FromMilliseconds(80), pause)); // 1.5 × 40 + 20
            Assert.True(pauses[^1] > TimeSpan.FromSeconds(1), "then it backs off");
        }
    }

    [Fact]
    public void A_lost_COOKIE_ACK_goes_again_with_the_DATA_that_a_waiting_peer_does_not_take()
    {
        SctpLink link = new();
        int echoes = 0, acks = 0;
        link.Passes = (toB, packet) => (toB, Packets.TypesOf(packet)[0]) switch
        {
            (true, ChunkType.CookieEcho) => echoes++ == 0, // A's repetitions are lost, too
            (false, ChunkType.CookieAck) => acks++ > 0,
            (false, ChunkType.Data) => false,              // RFC 9260 §6: discarded in COOKIE-ECHOED
            _ => true,
        };
        link.A.Start(link.Now, 2 * link.Delay);
        link.RunUntil(() => link.B.IsEstablished);
        link.B.Send(1, 51, [7], link.Now);
        link.RunUntil(() => link.A.TryPeekMessage(out _), TimeSpan.FromSeconds(1));
        Assert.True(link.A.IsEstablished);
    }

    [Fact]
    public void DATA_of_the_peer_stands_for_the_COOKIE_ACK_that_was_lost()
    {
        SctpLink link = new();
        link.Passes = (toB, packet) => Packets.TypesOf(packet)[0] != ChunkType.CookieAck;
        link.A.Start(link.Now);
        link.RunUntil(() => link.B.IsEstablished);
        link.RunFor(link.Delay);
        Assert.False(link.A.IsEstablished);
        link.B.Send(1, 51, [7], link.Now);
        link.RunUntil(() => link.A.IsEstablished, TimeSpan.FromMilliseconds(100));
        Assert.Equal([7], Packets.Take(link.A, link.Now));
    }

    [Fact]
    public void It_comes_up_on_any_bad_link()
    {
        for (int seed = 1; seed <= 200; seed++)
        {
            SctpLink link = new(seed) { Loss = 0.5, Duplication = 0.2, Jitter = TimeSpan.FromMilliseconds(100) };
            link.A.Start(link.Now);
            if (seed % 2 == 0)
                link.B.Start(link.Now);
            link.RunUntil(() => link.A.IsEstablished && link.B.IsEstablished, because: $"seed {seed}");
            link.RunFor(TimeSpan.FromSeconds(10));
            Assert.True(link.A.IsEstablished && link.B.IsEstablished, $"seed {seed}");
        }
    }

    [Fact]
    public void A_peer_that_never_answers_ends_it_with_a_reason()
    {
        SctpLink link = new() { Loss = 1 };
        link.A.Start(link.Now);
        link.RunUntil(() => link.A.HasEnded);
        SctpEvent ended = Assert.Single(link.EventsOfA);
        Assert.Equal((SctpEventKind.Ended, SctpEndReason.InitTimeout), (ended.Kind, ended.Reason));
        Assert.Equal(Wake.Never, link.A.NextTimeout);
        Assert.Equal(31, link.PacketsLost);
    }

    [Fact]
    public void INIT_leaves_no_state_and_a_changed_cookie_is_not_taken()
    {
        SctpLink link = new();
        link.A.Start(link.Now);
        byte[]? echo = null;
        link.Passes = (toB, packet) =>
        {
            if (Packets.TypesOf(packet)[0] != ChunkType.CookieEcho)
                return true;
            echo ??= packet;
            return false;
        };
        link.RunFor(TimeSpan.FromMilliseconds(100));
        Assert.NotNull(echo);
        Assert.Equal(SctpState.Closed, link.B.State);

        for (int i = SctpPacket.HeaderLength + 4; i < echo.Length; i++)
        {
            byte[] changed = [.. echo];
            changed[i] ^= 1;
            SctpPacket.Seal(changed);
            link.B.HandlePacket(changed, link.Now);
            Assert.Equal(SctpState.Closed, link.B.State);
        }

        link.B.HandlePacket(echo, link.Now);
        Assert.Equal(SctpState.Established, link.B.State);
    }

    [Fact]
    public void A_stale_cookie_is_told_and_a_new_one_is_asked_for()
    {
        SctpLink link = new();
        link.A.Start(link.Now);
        byte[]? echo = null;
        link.Passes = (_, packet) =>
        {
            if (Packets.TypesOf(packet)[0] == ChunkType.CookieEcho)
                echo ??= packet;
            return Packets.TypesOf(packet)[0] != ChunkType.CookieEcho;
        };
        link.RunFor(TimeSpan.FromSeconds(70));
        Assert.Equal(SctpState.CookieEchoed, link.A.State);
        List<byte> seen = [];
        link.Passes = (_, packet) =>
        {
            seen.AddRange(Packets.TypesOf(packet));
            return true;
        };
        link.Inject(toB: true, echo!);
        link.RunUntil(() => link.A.IsEstablished && link.B.IsEstablished);
        Assert.Contains(ChunkType.Error, seen);
        Assert.Contains(ChunkType.Init, seen);
        AssertCarries(link);
    }

    [Fact]
    public void Unknown_parameters_of_INIT_are_treated_as_their_highest_bits_say()
    {
        SctpAssociation association = new(SctpLink.Options(1));
        byte[] init = Packets.Make(0, (ref SpanWriter writer) =>
        {
            int begin = InitChunk.Begin(ref writer, ChunkType.Init, new(7, 100_000, 10, 10, new(1)));
            Parameter.Write(ref writer, 0x8042, [1, 2, 3]); // 10: passed over
            Parameter.Write(ref writer, 0xC042, [4, 5]); // 11: passed over and reported
            Parameter.Write(ref writer, 0x4042, [6]); // 01: reported, and the rest is not read
            Parameter.Write(ref writer, 0xC043, [7]);
            Chunk.End(ref writer, begin);
        });
        association.HandlePacket(init, Instant.Zero);
        byte[] buffer = new byte[2048];
        Assert.True(association.TryTakePacket(buffer, out int length));
        byte[] answer = buffer[..length];
        Assert.Equal([ChunkType.InitAck], Packets.TypesOf(answer));
        Assert.Equal(7u, Packets.TagOf(answer));

        Assert.True(SctpPacket.TryParse(answer, out SctpPacket packet));
        Assert.True(new ChunkReader(packet.Chunks).TryRead(out Chunk chunk));
        Assert.True(InitChunk.TryParse(chunk, out InitChunk initAck));
        ParameterReader reader = new(initAck.Parameters);
        List<string> reported = [];
        bool hasCookie = false;
        while (reader.TryRead(out Parameter parameter))
        {
            if (parameter.Type == ParameterType.UnrecognizedParameter)
                reported.Add(Convert.ToHexString(parameter.Value));
            hasCookie |= parameter.Type == ParameterType.StateCookie;
        }

        Assert.Equal(["C04200060405", "4042000506"], reported);
        Assert.True(hasCookie);
    }

    [Theory]
    [InlineData(10, 0, 100_000)]
    [InlineData(0, 10, 100_000)]
    [InlineData(10, 10, 1499)]
    public void An_INIT_that_cannot_be_used_is_answered_by_ABORT(int outbound, int inbound, int window)
    {
        SctpAssociation association = new(SctpLink.Options(1));
        byte[] init = Packets.Make(0, (ref SpanWriter writer) =>
            Chunk.End(ref writer, InitChunk.Begin(ref writer, ChunkType.Init, new(7, (uint)window, (ushort)outbound, (ushort)inbound, new(1)))));
        association.HandlePacket(init, Instant.Zero);
        byte[] buffer = new byte[2048];
        Assert.True(association.TryTakePacket(buffer, out int length));
        Assert.Equal([ChunkType.Abort], Packets.TypesOf(buffer[..length]));
        Assert.Equal(7u, Packets.TagOf(buffer));
        Assert.Equal(SctpState.Closed, association.State);
    }

    [Fact]
    public void An_old_INIT_does_not_disturb_an_association()
    {
        SctpLink link = new();
        byte[]? init = null;
        link.Passes = (toB, packet) =>
        {
            if (toB && Packets.TypesOf(packet)[0] == ChunkType.Init)
                init ??= packet;
            return true;
        };
        link.Connect();
        link.Inject(toB: true, init!);
        link.RunFor(TimeSpan.FromSeconds(1));
        Assert.True(link.A.IsEstablished && link.B.IsEstablished);
        AssertCarries(link);
    }

    [Fact]
    public void A_peer_that_starts_anew_ends_the_association_with_that_reason()
    {
        SctpLink link = new();
        link.Connect();
        // A second A, which knows nothing of the first, speaks to B.
        SctpAssociation again = new(SctpLink.Options(99));
        byte[] buffer = new byte[2048];
        again.Start(link.Now);
        for (int i = 0; i < 10; i++)
        {
            while (again.TryTakePacket(buffer, out int length))
                link.B.HandlePacket(buffer.AsSpan(0, length), link.Now);
            while (link.B.TryTakePacket(buffer, out int length))
                again.HandlePacket(buffer.AsSpan(0, length), link.Now);
        }

        link.Drain();
        Assert.Equal(SctpEndReason.PeerRestarted, link.EventsOfB[^1].Reason);
        Assert.True(again.HasEnded);
    }

    [Fact]
    public void INIT_is_as_the_RFC_draws_it()
    {
        SctpAssociation association = new(new() { Random = new FixedRandom(), ReceiveWindow = 0x20000, MaxIncomingMessageSize = 0x10000 });
        association.Start(Instant.Zero);
        byte[] buffer = new byte[2048];
        Assert.True(association.TryTakePacket(buffer, out int length));
        byte[] expected = Hex.Parse("""
            1388 1388  00000000  00000000
            01 00 0020
            ABABABAB
            00020000
            FFFF FFFF
            ABABABAB
            8008 0006 82C0 0000
            C000 0004
            """);
        buffer.AsSpan(8, 4).Clear();
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(buffer.AsSpan(0, length)));
    }

    private static void AssertCarries(SctpLink link)
    {
        byte[] there = Packets.Message(5000, 1);
        byte[] back = Packets.Message(3000, 2);
        Assert.Equal(SctpSendResult.Accepted, link.A.Send(1, 51, there, link.Now));
        Assert.Equal(SctpSendResult.Accepted, link.B.Send(1, 53, back, link.Now));
        link.RunUntil(() => link.A.TryPeekMessage(out _) && link.B.TryPeekMessage(out _));
        Assert.Equal(there, Packets.Take(link.B, link.Now, out SctpMessage atB));
        Assert.Equal(back, Packets.Take(link.A, link.Now, out SctpMessage atA));
        Assert.Equal((1, 51u), (atB.StreamId, atB.Ppid));
        Assert.Equal((1, 53u), (atA.StreamId, atA.Ppid));
    }

    private sealed class FixedRandom : RandomSource
    {
        public override void Fill(Span<byte> destination) => destination.Fill(0xAB);
    }
}
