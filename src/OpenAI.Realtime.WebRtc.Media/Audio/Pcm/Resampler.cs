using System.Collections.Concurrent;
using System.Numerics;
using System.Runtime.InteropServices;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Converts mono audio from one sample rate to another, between 8, 16, 24, 44.1 and 48 kHz and others in small ratios to them, by a
/// band-limited polyphase filter. A stream may be cut into calls in any way: the output is the same. Nothing is allocated per call.
/// Not thread-safe.
/// </summary>
/// <remarks>
/// A windowed sinc (Kaiser, 70 dB) of 32 zero crossings to each side: flat within 0.1 dB up to 0.42 of the lower rate, and at least 60 dB down from half of it, as the tests measure. After
/// n samples in, exactly ⌈n · to / from⌉ samples are out. The audio is later by <see cref="Delay"/>: 32 samples of the lower rate (0.67 ms
/// at 48 kHz, 1.33 ms at 24 kHz, 4 ms at 8 kHz).
/// </remarks>
public sealed class Resampler
{
    private const int ZeroCrossings = 32;
    private const double StopbandDecibels = 70;
    private const int MaxPhases = 1_000;
    private const int MaxTableLength = 1_000_000;
    private const int Block = 1_024;

    private static readonly ConcurrentDictionary<(int Up, int Down), Filter> Filters = new();

    private readonly Filter? _filter;
    private readonly float[] _window = [];      // the last Taps − 1 samples of earlier calls, then the block at hand
    private int _phase;                         // of the next output sample, in 1/Up of an input sample
    private int _skip;                          // how many input samples after the window's history it lies

    /// <summary>Makes one.</summary>
    /// <param name="fromRate">The rate of the input in Hz.</param>
    /// <param name="toRate">The rate of the output in Hz.</param>
    /// <exception cref="ArgumentOutOfRangeException">The ratio of the rates is not one of small numbers.</exception>
    public Resampler(int fromRate, int toRate)
    {
        if (!CanConvert(fromRate, toRate))
            throw new ArgumentOutOfRangeException(nameof(toRate), $"Cannot convert from {fromRate} Hz to {toRate} Hz.");
        FromRate = fromRate;
        ToRate = toRate;
        if (fromRate == toRate)
            return;
        _filter = Filters.GetOrAdd(Ratio(fromRate, toRate), static ratio => new Filter(ratio.Up, ratio.Down));
        _window = new float[_filter.Taps - 1 + Block + Vector<float>.Count];
    }

    /// <summary>The rate of the input in Hz.</summary>
    public int FromRate { get; }

    /// <summary>The rate of the output in Hz.</summary>
    public int ToRate { get; }

    /// <summary>How much later the audio comes out; nothing when the rates are the same.</summary>
    public TimeSpan Delay => _filter is null
        ? TimeSpan.Zero
        : TimeSpan.FromSeconds((double)ZeroCrossings / Math.Min(FromRate, ToRate));

    /// <summary>Whether there is a filter for the two rates.</summary>
    public static bool CanConvert(int fromRate, int toRate)
    {
        if (fromRate is < 8_000 or > 192_000 || toRate is < 8_000 or > 192_000)
            return false;
        (int up, int down) = Ratio(fromRate, toRate);
        return up <= MaxPhases && (long)up * Filter.TapsOf(up, down) <= MaxTableLength;
    }

    /// <summary>The most samples that so many samples of input can give.</summary>
    public int MaxOutput(int inputSamples) => checked((int)(((long)inputSamples * ToRate / FromRate) + 1));

    /// <summary>Converts the next stretch of the stream.</summary>
    /// <param name="input">Samples, any number.</param>
    /// <param name="output">Room for <see cref="MaxOutput"/> samples.</param>
    /// <returns>How many samples were written.</returns>
    /// <exception cref="ArgumentException">There is not enough room.</exception>
    public int Process(ReadOnlySpan<short> input, Span<short> output)
    {
        if (output.Length < (_filter is null ? input.Length : MaxOutput(input.Length)))
            throw new ArgumentException($"{input.Length} samples need room for {MaxOutput(input.Length)}.", nameof(output));
        if (_filter is null)
        {
            input.CopyTo(output);
            return input.Length;
        }

        int written = 0;
        while (!input.IsEmpty)
        {
            int count = Math.Min(Block, input.Length);
            written += ProcessBlock(_filter, input[..count], output[written..]);
            input = input[count..];
        }

        return written;
    }

    /// <summary>Forgets the stream: the next input is taken to come after silence.</summary>
    public void Reset()
    {
        Array.Clear(_window);
        _phase = 0;
        _skip = 0;
    }

    private int ProcessBlock(Filter filter, ReadOnlySpan<short> input, Span<short> output)
    {
        int history = filter.Taps - 1;
        Span<float> fresh = _window.AsSpan(history, input.Length);
        for (int i = 0; i < input.Length; i++)
            fresh[i] = input[i];

        int written = 0;
        while (_skip < input.Length)
        {
            // The window's samples _skip … _skip + Taps − 1 end at the input sample that the output falls on or just after.
            float value = filter.Apply(_window.AsSpan(_skip), _phase);
            output[written++] = (short)Math.Clamp(MathF.Round(value), short.MinValue, short.MaxValue);
            _phase += filter.Down;
            _skip += _phase / filter.Up;
            _phase %= filter.Up;
        }

        _skip -= input.Length;
        _window.AsSpan(input.Length, history).CopyTo(_window);
        return written;
    }

    private static (int Up, int Down) Ratio(int fromRate, int toRate)
    {
        int divisor = (int)BigInteger.GreatestCommonDivisor(fromRate, toRate);
        return (toRate / divisor, fromRate / divisor);
    }

    /// <summary>The filter's taps, one set for each position of an output sample between two input samples. Shared by all of the same ratio.</summary>
    private sealed class Filter
    {
        private readonly float[] _taps;
        private readonly int _stride;

        public Filter(int up, int down)
        {
            Up = up;
            Down = down;
            Taps = TapsOf(up, down);
            _stride = (Taps + Vector<float>.Count - 1) / Vector<float>.Count * Vector<float>.Count;
            _taps = new float[up * _stride];

            // Frequencies in units of the input rate. The stop band begins at half of the lower rate; the cut-off lies half a
            // transition below, whose width follows from window length and attenuation (Kaiser's formula).
            double lower = Math.Min(1, (double)up / down);
            double transition = (StopbandDecibels - 7.95) / (14.36 * (2 * ZeroCrossings)) * lower;
            double cutoff = (0.5 * lower) - (transition / 2);
            double half = ZeroCrossings / lower;
            double beta = 0.1102 * (StopbandDecibels - 8.7);
            for (int phase = 0; phase < up; phase++)
            {
                Span<float> set = _taps.AsSpan(phase * _stride, Taps);
                double sum = 0;
                for (int i = 0; i < Taps; i++)
                {
                    // Tap i meets the sample that is Taps − 1 − i before the newest; the output lies phase/up after the newest, less the delay.
                    double t = Taps - 1 - i + ((double)phase / up) - half;
                    double tap = 2 * cutoff * Sinc(2 * cutoff * t) * Kaiser(t / half, beta);
                    set[i] = (float)tap;
                    sum += tap;
                }

                // Each set passes a constant unchanged; otherwise the sets' differences would be heard as a tone.
                for (int i = 0; i < Taps; i++)
                    set[i] = (float)(set[i] / sum);
            }
        }

        public int Up { get; }

        public int Down { get; }

        public int Taps { get; }

        public static int TapsOf(int up, int down) => (int)Math.Ceiling(2 * ZeroCrossings * Math.Max(1, (double)down / up)) + 1;

        public float Apply(ReadOnlySpan<float> samples, int phase)
        {
            ReadOnlySpan<Vector<float>> a = MemoryMarshal.Cast<float, Vector<float>>(samples[.._stride]);
            ReadOnlySpan<Vector<float>> b = MemoryMarshal.Cast<float, Vector<float>>(_taps.AsSpan(phase * _stride, _stride));
            Vector<float> sum = Vector<float>.Zero;
            for (int i = 0; i < b.Length; i++)
                sum += a[i] * b[i];
            return Vector.Sum(sum);
        }

        private static double Sinc(double x) => x == 0 ? 1 : Math.Sin(Math.PI * x) / (Math.PI * x);

        private static double Kaiser(double x, double beta) =>
            Math.Abs(x) > 1 ? 0 : BesselI0(beta * Math.Sqrt(1 - (x * x))) / BesselI0(beta);

        private static double BesselI0(double x)
        {
            double sum = 1, term = 1;
            for (int k = 1; term > 1e-12 * sum; k++)
            {
                term *= x / (2 * k) * (x / (2 * k));
                sum += term;
            }

            return sum;
        }
    }
}
