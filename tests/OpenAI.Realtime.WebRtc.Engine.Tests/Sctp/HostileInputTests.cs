using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.DataChannels;
using OpenAI.Realtime.WebRtc.Engine.Sctp;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;
using OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Sctp;

/// <summary>
/// Packets of a real conversation, changed at random and sealed again so that the checksum passes, into both ends of it: no exception, no
/// output without end, no growth beyond the bounds.
/// </summary>
public class HostileInputTests
{
    private static readonly byte[] KnownTypes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 130, 192, 64, 128, 255];

    [Fact]
    public void Changed_packets_never_make_it_throw_or_go_on_without_end()
    {
        int wanted = int.TryParse(Environment.GetEnvironmentVariable("SCTP_FUZZ_INPUTS"), out int asked) ? asked : 30_000;
        int inputs = 0;
        int ended = 0;
        for (int seed = 1; inputs < wanted; seed++)
        {
            Random random = new(seed);
            Conversation conversation = new(seed);
            for (int i = 0; i < 300 && !conversation.IsOver; i++, inputs++)
            {
                try
                {
                    conversation.Step(random);
                }
                catch (Exception e) when (e is not Xunit.Sdk.XunitException)
                {
                    Assert.Fail($"seed {seed}, step {i}: {e}");
                }
            }

            ended += conversation.IsOver ? 1 : 0;
        }

        Assert.True(ended > 0, "Nothing was changed that mattered.");
    }

    [Fact]
    public void Noise_into_every_parser_throws_nothing()
    {
        Random random = new(1);
        byte[] bytes = new byte[300];
        int parsed = 0;
        using ExceptionWatch watch = new();
        for (int i = 0; i < 100_000; i++)
        {
            random.NextBytes(bytes);
            ReadOnlySpan<byte> input = bytes.AsSpan(0, random.Next(bytes.Length));
            ChunkReader chunks = new(input);
            while (chunks.TryRead(out _))
            {
            }

            ParameterReader parameters = new(input);
            while (parameters.TryRead(out _))
            {
            }

            Chunk chunk = new(0, 0, input);
            parsed += ParseAll(chunk);
        }

        Assert.Null(watch.Unexpected);
        Assert.True(parsed > 200_000, $"{parsed}"); // Most of these shapes accept any bytes that are long enough.
    }

    private static int ParseAll(in Chunk chunk)
    {
        int parsed = DataChunk.TryParse(chunk, out _) ? 1 : 0;
        if (SackChunk.TryParse(chunk, out SackChunk sack))
        {
            parsed++;
            if (sack.GapCount > 0)
                sack.Gap(sack.GapCount - 1);
        }

        Span<byte> room = stackalloc byte[64];
        SpanWriter unrecognized = new(room);
        if (InitChunk.TryParse(chunk, out InitChunk init) && InitParameters.TryRead(init.Parameters, ref unrecognized, out _))
            parsed++;
        Assert.False(unrecognized.Overflowed);
        parsed += ForwardTsnChunk.TryParse(chunk, out _) ? 1 : 0;
        parsed += ShutdownChunk.TryParse(chunk, out _) ? 1 : 0;
        parsed += HeartbeatChunk.TryParseAck(chunk, out _, out _) ? 1 : 0;
        parsed += ErrorCause.FirstOf(chunk) != 0 ? 1 : 0;
        parsed += DcepMessage.TryParse(chunk.Value, out _) ? 1 : 0;
        return parsed;
    }

    private sealed class Conversation
    {
        private readonly DataChannel[] _ends;
        private readonly List<(int To, byte[] Packet)> _seen = [];
        private readonly byte[] _buffer = new byte[2048];
        private readonly byte[] _message = new byte[70_000];
        private Instant _now = new(TimeSpan.FromHours(1).Ticks);

        public Conversation(int seed)
        {
            _ends = [Make(2 * seed, true), Make(2 * seed + 1, false)];
            _ends[0].Start(DtlsRole.Client, _now);
            _ends[1].Start(DtlsRole.Server, _now);
            Drain(drop: null);
        }

        public bool IsOver => _ends[0].Association.HasEnded && _ends[1].Association.HasEnded;

        public void Step(Random random)
        {
            int to = random.Next(2);
            switch (random.Next(10))
            {
                case 0:
                    _ends[to].Send(MessageKind.Binary, _message.AsSpan(0, random.Next(1, random.Next(2) == 0 ? 100 : 20_000)), _now);
                    break;
                case 1:
                    _now += TimeSpan.FromMilliseconds(random.Next(1500));
                    _ends[to].HandleTimeout(_now);
                    break;
                case 2:
                    if (_ends[to].TryPeekMessage(out _))
                        _ends[to].TakeMessage(_message, _now);
                    break;
                default:
                    if (_seen.Count > 0)
                        _ends[to].HandlePacket(Change(random, to), _now);
                    break;
            }

            Drain(random);
        }

        private static DataChannel Make(int seed, bool isOpener) =>
            new(new(SctpLink.Options(seed, o => new() { Random = o.Random, MaxIncomingMessageSize = 65536, ReceiveWindow = 65536 })), new() { IsOpener = isOpener });

        private byte[] Change(Random random, int to)
        {
            List<(int To, byte[] Packet)> towards = _seen.Where(s => s.To == to).ToList();
            if (towards.Count == 0)
                towards = _seen;
            byte[] packet = [.. towards[random.Next(towards.Count)].Packet];
            for (int n = random.Next(4); n >= 0; n--)
            {
                int at = random.Next(SctpPacket.HeaderLength, packet.Length);
                switch (random.Next(6))
                {
                    case 0:
                        packet[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        packet[at] ^= (byte)(1 << random.Next(8));
                        break;
                    case 2:
                        packet[SctpPacket.HeaderLength] = KnownTypes[random.Next(KnownTypes.Length)];
                        break;
                    case 3:
                        packet = packet[..Math.Max(SctpPacket.HeaderLength + 4, at)];
                        break;
                    case 4:
                        packet = [.. packet, .. towards[random.Next(towards.Count)].Packet.AsSpan(SctpPacket.HeaderLength)];
                        break;
                    case 5:
                        // A TSN, or some other number of 32 bits, near another of the same kind.
                        if (packet.Length >= 20)
                            packet[19] += (byte)random.Next(-3, 4);
                        break;
                }

                if (packet.Length > 60_000)
                    packet = packet[..60_000];
            }

            SctpPacket.Seal(packet);
            return packet;
        }

        /// <summary>Delivers what both want to send, most of it, unchanged.</summary>
        private void Drain(Random? drop)
        {
            for (int round = 0; round < 200; round++)
            {
                bool any = false;
                for (int from = 0; from < 2; from++)
                {
                    while (_ends[from].TryTakePacket(_buffer, out int length))
                    {
                        any = true;
                        byte[] packet = _buffer[..length];
                        if (_seen.Count < 400)
                            _seen.Add((1 - from, packet));
                        if (drop is null || drop.Next(4) > 0)
                            _ends[1 - from].HandlePacket(packet, _now);
                    }

                    while (_ends[from].TryTakeEvent(out _))
                    {
                    }
                }

                if (!any)
                    return;
            }

            Assert.Fail("Two ends never come to rest.");
        }
    }
}
