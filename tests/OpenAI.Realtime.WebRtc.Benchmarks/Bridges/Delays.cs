using OpenAI.Realtime.WebRtc.Benchmarks.Host;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Bridges;

/// <summary>How long packets took, counted by tenths of a millisecond: nothing is kept of the single one.</summary>
internal sealed class Delays
{
    private const int Buckets = 20_000; // 2 s; longer ones count as that

    private readonly int[] _counts = new int[Buckets];

    public long Sent { get; set; }

    public long Received { get; private set; }

    /// <summary>The share that has not come; what is under way at the end is too little to count.</summary>
    public double Lost => Sent == 0 ? 0 : Math.Max(0, Sent - Received) / (double)Sent;

    public void Add(TimeSpan delay)
    {
        Received++;
        _counts[Math.Clamp((int)(delay.TotalMilliseconds * 10), 0, Buckets - 1)]++;
    }

    public override string ToString() => Figures.Text($"{Percentile(50):0.0} / {Percentile(99):0.0} ms");

    private double Percentile(double percent)
    {
        long rank = (long)(Received * percent / 100), seen = 0;
        for (int i = 0; i < Buckets; i++)
        {
            if ((seen += _counts[i]) > rank)
                return i / 10.0;
        }

        return double.NaN;
    }
}
