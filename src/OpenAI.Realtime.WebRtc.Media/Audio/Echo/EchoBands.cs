namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>The bins in groups: 188 Hz wide at the bottom and about a quarter of an octave from 1.2 kHz on, near the ear's critical bands (Zwicker 1961).</summary>
internal static class EchoBands
{
    private static readonly int[] s_edges = Edges();

    /// <summary>How many there are.</summary>
    public static int Count => s_edges.Length - 1;

    /// <summary>The first bin of a band; of <see cref="Count"/>: one beyond the last bin.</summary>
    public static int From(int band) => s_edges[band];

    /// <summary>The sums over each band.</summary>
    public static void Sum(ReadOnlySpan<float> bins, Span<float> bands)
    {
        for (int band = 0; band < Count; band++)
        {
            float sum = 0;
            for (int bin = s_edges[band]; bin < s_edges[band + 1]; bin++)
                sum += bins[bin];
            bands[band] = sum;
        }
    }

    private static int[] Edges()
    {
        var edges = new List<int> { 0 };
        while (edges[^1] < EchoBlocks.Bins)
        {
            int width = Math.Max(4, (int)(edges[^1] * 0.15));
            edges.Add(Math.Min(edges[^1] + width, EchoBlocks.Bins));
        }

        return [.. edges];
    }
}
