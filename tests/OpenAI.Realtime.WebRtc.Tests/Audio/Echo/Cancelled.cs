using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Audio.Echo;

/// <summary>Runs a canceller over whole signals.</summary>
internal static class Cancelled
{
    public const int Frame = 960;
    public const int SampleRate = 48_000;

    /// <summary>What comes out, moved back by the canceller's own latency, so that it lies beside the microphone.</summary>
    public static double[] Run(IEchoCanceller canceller, double[] far, double[] microphone, Action<double>? each = null)
    {
        short[] f = EchoScene.ToSamples(far), m = EchoScene.ToSamples(microphone), o = new short[Frame];
        int latency = (int)Math.Round(canceller.Latency.TotalSeconds * SampleRate);
        var output = new double[m.Length];
        for (int at = 0; at + Frame <= m.Length; at += Frame)
        {
            canceller.Process(f.AsSpan(at, Frame), m.AsSpan(at, Frame), o);
            for (int n = Math.Max(0, latency - at); n < Frame; n++)
                output[at + n - latency] = o[n] / 32_768.0;
            each?.Invoke((double)(at + Frame) / SampleRate);
        }

        return output;
    }

    public static ReadOnlySpan<double> Seconds(this double[] signal, double from, double to) => signal.AsSpan((int)(from * SampleRate), (int)((to - from) * SampleRate));
}
