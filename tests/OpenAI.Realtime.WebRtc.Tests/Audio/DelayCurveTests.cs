using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Audio;

/// <summary>Speech without a pause over a network whose delay moves: what arrives steadily is played, whatever the delay has become.</summary>
public sealed class DelayCurveTests
{
    private static readonly byte[] Celt = [0xF8, 1, 2, 3];      // 20 ms

    [Theory]
    [InlineData(600)]
    [InlineData(760)]
    [InlineData(900)]
    [InlineData(1_000)]
    [InlineData(1_500)]
    public void A_delay_that_grows_within_four_seconds_and_stays_is_played_through(double growth)
    {
        var speech = new Speech();
        speech.Run(from: 0, to: 10, _ => 0);
        speech.Run(10, 14, t => growth * (t - 10) / 4);
        speech.Run(14, 34, _ => growth);
        speech.Run(34, 38, t => growth * (38 - t) / 4);
        speech.Run(38, 50, _ => 0);
        Assert.Empty(speech.Holes(15 + (growth / 1_000), 34));
        Assert.Empty(speech.Holes(39, 50));
    }

    [Theory]
    [InlineData(-1_000)]
    [InlineData(-700)]
    [InlineData(-300)]
    [InlineData(400)]
    public void Timestamps_that_step_while_numbers_go_on_do_not_stop_the_playing(int milliseconds)
    {
        var speech = new Speech();
        speech.Run(0, 10, _ => 0);
        speech.TimestampOffset = milliseconds * 48;
        speech.Run(10, 40, _ => 0);
        Assert.Empty(speech.Holes(11, 39));
    }

    [Fact]
    public void Over_random_delay_curves_what_arrives_steadily_is_played_within_a_second_of_any_change()
    {
        const int seed = 20_261_127;        // the same curves in each run: another number is another set
        for (int curve = 0; curve < 60; curve++)
        {
            var random = new Random(seed + curve);
            var speech = new Speech();
            double time = 0, delay = 0;
            List<(double From, double To)> steady = [];
            for (int part = 0; part < 8; part++)
            {
                double target = random.Next(4) switch { 0 => 0, 1 => random.Next(0, 200), 2 => random.Next(0, 1_200), _ => random.Next(0, 3_000) };
                double length = random.NextDouble() * 5, began = delay, start = time;
                speech.Run(time, time + length, t => began + ((target - began) * (t - start) / length));
                time += length;
                delay = target;
                double rest = 2 + (random.NextDouble() * 12);
                speech.Run(time, time + rest, _ => target);
                steady.Add((time + 1 + (delay / 1_000), time + rest));      // what was sent before the change is still on its way
                time += rest;
            }

            speech.Run(time, time + 4, _ => delay);
            foreach ((double from, double to) in steady)
            {
                // What waits here since the delay shrank may be caught up with by leaving packets out, one bufferful at most and then one now and then; and a packet may be made
                // up where a tick falls just before an arrival. Before, every packet of such a stretch was left out and made up.
                string[] holes = [.. speech.Holes(from, to)];
                int packets = (int)(50 * Math.Max(0, to - from));
                int madeUp = holes.Count(h => !h.StartsWith("left out", StringComparison.Ordinal));
                string where = $"seed {seed + curve}, steady from {from:0.00} to {to:0.00} s: of {packets} packets {holes.Length - madeUp} left out, {madeUp} made up";
                Assert.True(madeUp <= 5 + (packets / 20), where);
                Assert.True(holes.Length - madeUp <= JitterBuffer.Capacity + (packets / 5), where);
            }
        }
    }

    /// <summary>A sender of 20 ms packets, a network that keeps their order, and a listener who plays 20 ms every 20 ms.</summary>
    private sealed class Speech
    {
        private readonly JitterBuffer _buffer = new(new());
        private readonly Queue<(int Number, uint Timestamp, double Arrival)> _underWay = new();
        private readonly List<(double At, string What)> _holes = [];
        private int _sent;
        private double _lastArrival, _nextTick = 0.03;

        public int TimestampOffset { get; set; }

        /// <summary>Sends from one second to another, with the delay in milliseconds that a packet sent at a time has.</summary>
        public void Run(double from, double to, Func<double, double> delay)
        {
            for (; _sent * 0.02 < to; _sent++)
            {
                double sentAt = _sent * 0.02;
                _lastArrival = Math.Max(_lastArrival, sentAt + (Math.Max(0, delay(Math.Max(sentAt, from))) / 1_000));
                _underWay.Enqueue((_sent, unchecked((uint)((_sent * 960) + TimestampOffset)), _lastArrival));
                PlayUntil(sentAt);
            }
        }

        /// <summary>What was made up or left out between two seconds of playing.</summary>
        public IEnumerable<string> Holes(double from, double to) => _holes.Where(h => h.At > from && h.At < to).Select(h => $"{h.What} at {h.At:0.00} s");

        private void PlayUntil(double time)
        {
            for (; _nextTick <= time; _nextTick += 0.02)
            {
                while (_underWay.TryPeek(out (int Number, uint Timestamp, double Arrival) packet) && packet.Arrival <= _nextTick)
                {
                    _buffer.Put(Celt, (ushort)packet.Number, packet.Timestamp, 1, TimeSpan.FromSeconds(packet.Arrival));
                    _underWay.Dequeue();
                }

                Play(TimeSpan.FromSeconds(_nextTick));
            }
        }

        private void Play(TimeSpan now)
        {
            while (true)
            {
                JitterAction action = _buffer.Take(now, out _, out _);
                if (action == JitterAction.Decode && _buffer.Correct(now, 0, silent: false, out _) == DelayCorrection.Remove)
                {
                    _holes.Add((now.TotalSeconds, "left out"));
                    continue;
                }

                if (action is JitterAction.Conceal or JitterAction.Silence)
                    _holes.Add((now.TotalSeconds, action.ToString()));
                return;
            }
        }
    }
}
