using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Audio;

public class JitterBufferTests
{
    private static readonly byte[] Celt = [0xF8, 1, 2, 3];          // CELT, 20 ms
    private static readonly byte[] SilkWithFec = [0x08, 0x40, 3];   // SILK, 20 ms; the LBRR flag is the second bit of the frame

    private readonly JitterBuffer _buffer = new(new());

    private AudioReceiveStatistics Counted => _buffer.AddTo(default);

    [Fact]
    public void Packets_in_order_are_played_in_order_without_anything_made_up()
    {
        List<string> played = Run(Enumerable.Range(0, 50).Select(i => (i, 20.0 * i)));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), Playing(played).Take(50));
        Assert.Equal(0, Counted.ConcealedSamples);
        Assert.Equal(0, Counted.Lost);
    }

    [Fact]
    public void The_delay_on_a_clean_link_is_at_most_forty_milliseconds()
    {
        for (int i = 0; i < 100; i++)
        {
            Put(i, 20 * i);
            if (i >= 2)
                Assert.True(_buffer.Buffered <= TimeSpan.FromMilliseconds(40));
            if (i > 0)
                Take((20 * i) + 10);
        }

        Assert.Equal(TimeSpan.FromMilliseconds(30), new JitterBuffer(new()).TargetDelay);
    }

    [Fact]
    public void Reordered_packets_are_put_back_into_order()
    {
        List<string> played = Run([(0, 0), (1, 20), (3, 41), (2, 42), (4, 80), (5, 100), (7, 120), (6, 125), (8, 160)]);
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6", "7", "8"], Playing(played).Take(9));
        Assert.Equal(0, Counted.Lost);
        Assert.Equal(0, Counted.Late);
    }

    [Fact]
    public void A_packet_that_overtook_the_first_one_does_not_push_it_out()
    {
        List<string> played = Run([(1, 0), (0, 5), (2, 20), (3, 40)]);
        Assert.Equal(["0", "1", "2", "3"], Playing(played).Take(4));
        Assert.Equal(0, Counted.Late);
    }

    [Fact]
    public void Duplicates_are_dropped_and_counted_before_and_after_they_were_played()
    {
        List<string> played = Run([(0, 0), (0, 1), (1, 20), (2, 40), (0, 60.5), (3, 61), (2, 100)]);
        Assert.Equal(["0", "1", "2", "3"], Playing(played).Take(4));
        Assert.Equal(3, Counted.Duplicate);
        Assert.Equal(0, Counted.Late);
        Assert.Equal(7, Counted.Packets);
    }

    [Fact]
    public void A_lost_packet_is_made_up_once_and_counted()
    {
        List<string> played = Run(Enumerable.Range(0, 20).Where(i => i != 10).Select(i => (i, 20.0 * i)));
        Assert.Equal("9 conceal 11", string.Join(' ', Playing(played).Skip(9).Take(3)));
        Assert.Equal(1, Counted.Lost);
    }

    [Fact]
    public void A_lost_packet_is_restored_when_the_next_one_carries_fec()
    {
        // A delay of 40 ms, so that the next packet is there when the lost one is missed.
        var buffer = new JitterBuffer(new() { InitialDelay = TimeSpan.FromMilliseconds(60), MinDelay = TimeSpan.FromMilliseconds(40) });
        List<string> played = Run(buffer, Enumerable.Range(0, 20).Where(i => i != 10).Select(i => (i, 20.0 * i)), opus: SilkWithFec, firstTick: 60);
        Assert.Equal("9 fec 11", string.Join(' ', Playing(played).Skip(9).Take(3)));
        Assert.Equal(1, buffer.AddTo(default).FecRecovered);
        Assert.Equal(1, buffer.AddTo(default).Lost);
    }

    [Fact]
    public void A_burst_of_losses_keeps_its_length()
    {
        List<string> played = Run(Enumerable.Range(0, 30).Where(i => i is < 10 or > 13).Select(i => (i, 20.0 * i)));
        int from = played.IndexOf("9"), to = played.IndexOf("14");
        Assert.Equal(5, to - from);
        Assert.Equal(4, Counted.Lost);
    }

    [Fact]
    public void A_packet_that_comes_after_its_turn_is_late_and_no_longer_lost()
    {
        List<string> played = Run([(0, 0), (1, 20), (2, 40), (4, 80), (5, 100), (3, 119), (6, 120)]);
        Assert.DoesNotContain("3", played);
        Assert.Equal(1, Counted.Late);
        Assert.Equal(0, Counted.Lost);
    }

    [Fact]
    public void A_pause_that_the_timestamps_show_is_neither_loss_nor_concealment()
    {
        // Sequence numbers run on, timestamps and arrivals jump by a second.
        List<string> played = Run(
            _buffer,
            Enumerable.Range(0, 20).Select(i => (i, i < 10 ? 20.0 * i : (20.0 * i) + 1_000)),
            timestampOf: i => (uint)(i < 10 ? 960 * i : (960 * i) + 48_000));
        Assert.Equal(0, Counted.Lost);
        Assert.Equal(0, Counted.ConcealedSamples);
        Assert.Equal(Enumerable.Range(10, 10).Select(i => $"{i}"), Playing(played).SkipWhile(p => p != "10").Take(10));
    }

    [Fact]
    public void A_short_gap_in_the_timestamps_is_played_as_silence_of_its_length()
    {
        List<string> played = Run(
            _buffer,
            Enumerable.Range(0, 10).Select(i => (i, i < 5 ? 20.0 * i : (20.0 * i) + 60)),
            timestampOf: i => (uint)(i < 5 ? 960 * i : (960 * i) + 2_880));
        Assert.Equal(4, played.IndexOf("5") - played.IndexOf("4"));
        Assert.Equal(0, Counted.Lost);
    }

    [Fact]
    public void A_sender_whose_timestamps_stand_still_in_a_pause_does_not_raise_the_delay()
    {
        Run(Enumerable.Range(0, 400).Select(i => (i, (20.0 * i) + (i / 100 * 700))));
        Assert.True(_buffer.TargetDelay <= TimeSpan.FromMilliseconds(40), $"{_buffer.TargetDelay}");
        Assert.Equal(0, Counted.Lost);
    }

    [Fact]
    public void Sequence_numbers_and_timestamps_wrap_around_unseen()
    {
        List<string> played = Run(
            _buffer,
            Enumerable.Range(0, 100).Select(i => (i, 20.0 * i)),
            timestampOf: i => unchecked((uint)(-48_000 + (960 * i))),
            sequenceOf: i => unchecked((ushort)(65_500 + i)));
        Assert.Equal(100, played.Count(p => char.IsDigit(p[0])));
        Assert.Equal(0, Counted.Lost);
        Assert.Equal(0, Counted.Resyncs);
    }

    [Fact]
    public void Another_ssrc_begins_anew()
    {
        Run(Enumerable.Range(0, 10).Select(i => (i, 20.0 * i)));
        for (int i = 0; i < 10; i++)
            Assert.True(_buffer.Put(Celt, (ushort)(40_000 + i), (uint)(7_000_000 + (960 * i)), 99, Ms(1_000 + (20 * i))));
        Assert.Equal(1, Counted.Resyncs);
        Assert.Equal(0, Counted.Lost);
        Assert.Equal(JitterAction.Decode, _buffer.Take(Ms(1_040), out _, out _));
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(-5_000)]
    public void A_jump_of_the_sequence_number_begins_anew(int jump)
    {
        List<string> played = Run(
            _buffer,
            Enumerable.Range(0, 60).Select(i => (i, 20.0 * i)),
            sequenceOf: i => unchecked((ushort)(20_000 + i + (i < 30 ? 0 : jump))));
        Assert.Equal(1, Counted.Resyncs);
        Assert.Equal(0, Counted.Lost);
        Assert.True(played.Count(p => char.IsDigit(p[0])) >= 58, string.Join(' ', played));
    }

    [Fact]
    public void One_very_old_packet_is_late_and_begins_nothing()
    {
        Run(Enumerable.Range(300, 20).Select(i => (i, 20.0 * (i - 300))));
        Assert.False(_buffer.Put(Celt, 5, 5 * 960, 1, Ms(500)));
        Assert.Equal(1, Counted.Late);
        Assert.Equal(0, Counted.Resyncs);
    }

    [Fact]
    public void The_delay_grows_with_the_jitter_and_shrinks_again_in_silence()
    {
        var random = new Random(3);
        double arrival = 0;
        var packets = new List<(int, double)>();
        for (int i = 0; i < 3_000; i++)
        {
            double jitter = i is > 500 and < 1_000 ? random.NextDouble() * 120 : 0;
            arrival = (20.0 * i) + jitter;
            packets.Add((i, arrival));
        }

        var targets = new List<double>();
        var delays = new List<double>();
        RunWithCorrection(packets, targets, delays, out int removed, out int concealedLate);
        Assert.InRange(targets[450], 20, 40);
        Assert.InRange(targets[990], 90, 160);
        Assert.InRange(targets[^1], 20, 40);
        Assert.InRange(delays[^100..].Average(), 15, 65);
        Assert.True(removed > 0);
        Assert.Equal(0, Counted.Lost);
        Assert.True(concealedLate < 10, $"{concealedLate} frames were made up although the delay had grown.");
    }

    [Fact]
    public void Packets_of_padding_alone_are_neither_lost_nor_played()
    {
        // A probe of ten packets behind each of fifty packets of speech, as senders measure a network.
        int number = 0, heard = 0;
        for (int i = 0; i < 50; i++)
        {
            Assert.True(_buffer.Put(Celt, (ushort)number++, (uint)(i * 960), 1, Ms(20 * i)));
            for (int n = 0; n < 10; n++)
                Assert.False(_buffer.Put([], (ushort)number++, (uint)(i * 960), 1, Ms(20 * i)));
            if (i > 1 && _buffer.Take(Ms((20 * i) + 10), out _, out _) == JitterAction.Decode)
                heard++;
        }

        Assert.Equal(48, heard);
        Assert.Equal((0, 0, 0, 0, 0), (Counted.Lost, Counted.Late, Counted.Duplicate, Counted.Malformed, Counted.ConcealedSamples));
    }

    [Fact]
    public void Padding_before_the_first_packet_and_a_probe_longer_than_the_buffer_are_no_loss()
    {
        Assert.False(_buffer.Put([], 7, 0, 1, Ms(0)));
        Put(8, 20);
        Assert.Equal("8", Take(60));
        for (int n = 9; n < 509; n++)
            _buffer.Put([], (ushort)n, 8 * 960, 1, Ms(61));
        Assert.True(_buffer.Put(Celt, 509, 9 * 960, 1, Ms(62)));
        Assert.Equal(JitterAction.Decode, _buffer.Take(Ms(80), out _, out _));
        Assert.Equal((0, 0), (Counted.Lost, Counted.Resyncs));
    }

    [Fact]
    public void A_burst_fills_the_buffer_and_no_more()
    {
        for (int i = 0; i < 500; i++)
            Put(i, 0);
        Assert.True(_buffer.Buffered <= TimeSpan.FromMilliseconds(20 * JitterBuffer.Capacity));
        Assert.Equal(500 - JitterBuffer.Capacity, Counted.Late);
        Assert.Equal($"{500 - JitterBuffer.Capacity}", Take(40));
    }

    [Theory]
    [InlineData(0x00, 480)]     // SILK, 10 ms
    [InlineData(0x18, 2_880)]   // SILK, 60 ms
    [InlineData(0xE1, 240)]     // CELT, two of 2.5 ms
    public void Packets_of_other_lengths_keep_the_pace(byte toc, int samples)
    {
        byte[] opus = [toc, 1, 2, 3];
        for (int i = 0; i < 20; i++)
            Assert.True(_buffer.Put(opus, (ushort)i, (uint)(i * samples), 1, Ms(i * samples / 48.0)));
        TimeSpan now = Ms(40 + (20 * samples / 48.0));
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(JitterAction.Decode, _buffer.Take(now, out _, out int given));
            Assert.Equal(samples, given);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Nothing_that_a_peer_sends_makes_it_throw_or_grow(int seed)
    {
        var random = new Random(seed);
        byte[] bytes = new byte[1_400];
        ushort sequence = 0;
        uint timestamp = 0, ssrc = 1;
        double now = 0;
        for (int i = 0; i < 50_000; i++)
        {
            random.NextBytes(bytes.AsSpan(0, 4));
            switch (random.Next(12))
            {
                case 0:
                    sequence = (ushort)random.Next(65_536);
                    break;
                case 1:
                    timestamp = (uint)random.NextInt64(1L << 32);
                    break;
                case 2 when random.Next(50) == 0:
                    ssrc++;
                    break;
                case 3:
                    sequence -= (ushort)random.Next(120);
                    break;
                case 4:
                    sequence += (ushort)random.Next(120);
                    break;
                case 5 when random.Next(100) == 0:
                    _buffer.Flush(Ms(now));
                    break;
                default:
                    sequence++;
                    timestamp += 960;
                    break;
            }

            now += random.Next(30);
            int length = random.Next(8) == 0 ? random.Next(1_400) : random.Next(5);
            _buffer.Put(bytes.AsSpan(0, length), sequence, timestamp, ssrc, Ms(now));
            JitterAction action = _buffer.Take(Ms(now), out ReadOnlySpan<byte> opus, out int samples);
            Assert.True(samples is > 0 and <= 5_760, $"Seed {seed}, step {i}: {samples} samples.");
            Assert.Equal(action is JitterAction.Decode or JitterAction.DecodeFec, !opus.IsEmpty);
            Assert.True(action != JitterAction.Conceal || samples % 120 == 0, $"Seed {seed}, step {i}: conceal {samples}.");
            Assert.InRange(_buffer.TargetDelay.TotalMilliseconds, 20, 500);
            Assert.InRange(_buffer.Buffered.TotalMilliseconds, 0, JitterBuffer.Capacity * 120);
            _buffer.Correct(Ms(now), i % 960, i % 2 == 0, out _);
        }
    }

    [Fact]
    public void Nothing_is_allocated_per_packet()
    {
        int i = 0;
        Assert.Equal(0, Allocations.Measure(() =>
        {
            i++;
            _buffer.Put(Celt, (ushort)i, (uint)(i * 960), 1, Ms(20 * i));
            _buffer.Take(Ms((20 * i) + 10), out _, out _);
            _buffer.Correct(Ms((20 * i) + 10), 0, true, out _);
        }));
    }

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private void Put(int i, double at) => _buffer.Put([.. Celt, .. BitConverter.GetBytes(i)], (ushort)i, (uint)(960 * i), 1, Ms(at));

    private string Take(double at) => Take(_buffer, at);

    internal static string Take(JitterBuffer buffer, double at) => buffer.Take(Ms(at), out ReadOnlySpan<byte> opus, out _) switch
    {
        JitterAction.Decode => $"{BitConverter.ToInt32(opus[^4..])}",
        JitterAction.DecodeFec => "fec",
        JitterAction.Conceal => "conceal",
        _ => "silence",
    };

    private List<string> Run(IEnumerable<(int Number, double At)> packets) => Run(_buffer, packets);

    // Delivers packets at their times; ticks every 20 ms from the first packet's due time until 200 ms after the last.
    private static List<string> Run(
        JitterBuffer buffer,
        IEnumerable<(int Number, double At)> packets,
        Func<int, uint>? timestampOf = null,
        Func<int, ushort>? sequenceOf = null,
        byte[]? opus = null,
        double firstTick = 30)
    {
        var played = new List<string>();
        List<(int Number, double At)> list = [.. packets];
        int next = 0;
        for (double tick = list[0].At + firstTick; tick < list[^1].At + 200; tick += 20)
        {
            while (next < list.Count && list[next].At <= tick)
            {
                (int number, double at) = list[next++];
                byte[] marked = [.. opus ?? Celt, .. BitConverter.GetBytes(number)];
                buffer.Put(marked, sequenceOf?.Invoke(number) ?? (ushort)number, timestampOf?.Invoke(number) ?? (uint)(960 * number), 1, Ms(at));
            }

            played.Add(Take(buffer, tick));
        }

        return played;
    }

    private void RunWithCorrection(List<(int Number, double At)> packets, List<double> targets, List<double> delays, out int removed, out int concealedLate)
    {
        removed = 0;
        concealedLate = 0;
        List<(int Number, double At)> arrivals = [.. packets.OrderBy(p => p.At)];
        int next = 0;
        for (double tick = 30; tick < packets[^1].At; tick += 20)
        {
            while (next < arrivals.Count && arrivals[next].At <= tick)
            {
                Put(arrivals[next].Number, arrivals[next].At);
                next++;
                targets.Add(_buffer.TargetDelay.TotalMilliseconds);
            }

            while (true)
            {
                JitterAction action = _buffer.Take(Ms(tick), out ReadOnlySpan<byte> opus, out _);
                if (action == JitterAction.Conceal && next is > 800 and < 1_000)
                    concealedLate++;
                if (action == JitterAction.Decode)
                {
                    int number = BitConverter.ToInt32(opus[^4..]);
                    if (_buffer.Correct(Ms(tick), 0, silent: true, out _) == DelayCorrection.Remove)
                    {
                        removed++;
                        continue;
                    }

                    delays.Add(tick - (20.0 * number));
                }

                break;
            }
        }
    }

    private static IEnumerable<string> Playing(IEnumerable<string> played) => played.SkipWhile(p => p == "silence").Where(p => p != "silence");
}
