using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Conformance;

/// <summary>Decodes what a connection receives and says what it hears.</summary>
public sealed class ToneListener : IAsyncDisposable
{
    private const int Rate = 48_000;

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly List<short> _heard = [];
    private readonly Task _listening;

    /// <summary>Starts to listen.</summary>
    public ToneListener(IPeerConnection peer, IOpusCodecFactory codec) => _listening = ListenAsync(peer, codec, _stop.Token);

    /// <summary>Packets received until now.</summary>
    public int Packets { get; private set; }

    /// <summary>Waits until half a second of <paramref name="frequency"/> has been heard; otherwise fails with what was heard instead.</summary>
    public async Task<double> HearAsync(double frequency, TimeSpan within)
    {
        using CancellationTokenSource limit = new(within);
        double? heard = null;
        while (!limit.IsCancellationRequested)
        {
            heard = DominantFrequency(TimeSpan.FromMilliseconds(500));
            if (heard is { } h && Math.Abs(h - frequency) < 10)
                return h;
            await Task.Delay(50, CancellationToken.None);
        }

        Assert.Fail($"Expected to hear {frequency} Hz within {within.TotalSeconds} s; heard {heard?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "silence"} in {Packets} packets.");
        return 0;
    }

    /// <summary>Waits until the last half second was silent.</summary>
    public async Task HearSilenceAsync(TimeSpan within)
    {
        using CancellationTokenSource limit = new(within);
        while (Level(TimeSpan.FromMilliseconds(500)) > -50)
        {
            Assert.False(limit.IsCancellationRequested, $"Expected silence within {within.TotalSeconds} s; heard {Level(TimeSpan.FromMilliseconds(500)):0} dBFS.");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _listening;
        _stop.Dispose();
    }

    /// <summary>The strongest frequency of the last <paramref name="window"/>, to about 2 Hz; null while less was heard or it was silent.</summary>
    public double? DominantFrequency(TimeSpan window)
    {
        short[]? samples = Last(window);
        return samples is null || LevelOf(samples) < -50 ? null : Spectrum.DominantFrequency(samples, Rate);
    }

    private double Level(TimeSpan window) => Last(window) is { } samples ? LevelOf(samples) : 0;

    private short[]? Last(TimeSpan window)
    {
        int count = (int)(window.TotalSeconds * Rate);
        lock (_gate)
            return _heard.Count < count ? null : _heard.GetRange(_heard.Count - count, count).ToArray();
    }

    private static double LevelOf(short[] samples) =>
        20 * Math.Log10(Math.Max(1e-5, Math.Sqrt(samples.Average(s => (double)s * s)) / short.MaxValue));

    private async Task ListenAsync(IPeerConnection peer, IOpusCodecFactory codec, CancellationToken stop)
    {
        using IOpusDecoder decoder = codec.CreateDecoder();
        byte[] packet = new byte[EncodedAudio.MaxLength];
        short[] pcm = new short[IOpusDecoder.MaxPacketSamples];
        try
        {
            while (await peer.Audio.WaitAsync(stop))
            {
                while (peer.Audio.TryRead(packet, out EncodedAudio audio))
                {
                    Packets++;
                    if (!decoder.TryDecode(packet.AsSpan(0, audio.Length), pcm, out int samples))
                        continue;
                    lock (_gate)
                        _heard.AddRange(pcm.AsSpan(0, samples));
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
