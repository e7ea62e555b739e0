using System.Diagnostics;
using OpenAI.Realtime.WebRtc.Benchmarks.Host;
using OpenAI.Realtime.WebRtc.Devices;
using OpenAI.Realtime.WebRtc.Devices.Tests.Support;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Audio;

/// <summary>
/// What the devices package adds to what the system says. A click is written to a loudspeaker as a session does, every 20 ms at a deadline; it plays into a null sink of a PulseAudio of the benchmark's own, whose monitor is the
/// microphone, and is found again in the frame that the sender gives to the encoder.
/// <code>
/// wire ─► Loudspeaker.WriteAsync ─► ring ─► PulseAudio: sink, its monitor ─► ring ─► Microphone.ReadAsync ─► AudioSender ─► encoder
///        written at                                                                                              found at
/// </code>
/// <code>
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- device-delay [clicks]
/// </code>
/// </summary>
internal static class DeviceDelayBenchmark
{
    private const int FrameSamples = 960;
    private const int Loud = 8_000;
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(20);

    public static async Task<int> RunAsync(string[] args)
    {
        int clicks = Figures.Argument(args, 0, 50);
        Figures.PrintMachine("device-delay");
        await using PulseServer server = await PulseServer.StartAsync();
        using AudioDevices devices = AudioDevices.Open(new() { Server = server.Address });
        using Loudspeaker loudspeaker = devices.OpenLoudspeaker(new() { Device = "voice" });
        using Microphone microphone = devices.OpenMicrophone(new() { Device = "voice.monitor" });
        var wire = new Wire();
        await using var sender = new AudioSender(microphone, wire, new(), new SendingTrack((_, _) => { }), new AudioLinkContext(TimeProvider.System));
        sender.Start();

        List<double> whole = [], spoken = [], heard = [], system = [];
        await Task.Factory.StartNew(() => Click(clicks, loudspeaker, microphone, wire, whole, spoken, heard, system), TaskCreationOptions.LongRunning);
        AudioDeviceStatistics played = loudspeaker.GetStatistics(), captured = microphone.GetStatistics();
        Console.WriteLine($"loudspeaker's write → microphone's frame at the encoder: {Figures.Spread(whole, "ms")}");
        Console.WriteLine($"of it what the system says, both ways:                   {Figures.Spread(system, "ms")}");
        Console.WriteLine($"wire → loudspeaker, our ring:                            {Figures.Spread(spoken, "ms")}");
        Console.WriteLine($"microphone → wire, our ring:                             {Figures.Spread(heard, "ms")}");
        Console.WriteLine($"beyond the system, both ways, by the clicks:             {Figures.Spread([.. whole.Zip(system, (all, theirs) => all - theirs)], "ms")}");
        Console.WriteLine($"underruns {played.Underruns} and {captured.Underruns}, overruns {played.Overruns} and {captured.Overruns}");
        return 0;
    }

    // At absolute deadlines, as the audio clock writes; a click every 500 ms, at the start of a frame.
    private static void Click(int clicks, Loudspeaker loudspeaker, Microphone microphone, Wire wire, List<double> whole, List<double> spoken, List<double> heard, List<double> system)
    {
        const int FramesApart = 25, WarmUp = 150;
        short[] silence = new short[FrameSamples], click = new short[FrameSamples];
        click.AsSpan(0, 24).Fill(20_000);
        long origin = Stopwatch.GetTimestamp();
        for (int i = 0; i < WarmUp + ((clicks + 1) * FramesApart); i++)
        {
            TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), origin + (long)(i * Frame.TotalSeconds * Stopwatch.Frequency));
            if (left > TimeSpan.Zero)
                Thread.Sleep(left);
            bool clicksNow = i >= WarmUp && i % FramesApart == 0;
            if (clicksNow)
            {
                if (wire.TryTake(out double delay) && i > WarmUp)
                {
                    whole.Add(delay);
                    AudioDeviceStatistics played = loudspeaker.GetStatistics(), captured = microphone.GetStatistics();
                    spoken.Add(played.Delay.TotalMilliseconds);
                    heard.Add(captured.Delay.TotalMilliseconds);
                    system.Add((played.SystemDelay + captured.SystemDelay).TotalMilliseconds);
                }

                wire.Clicked();
            }

            loudspeaker.WriteAsync(clicksNow ? click : silence).AsTask().Wait();
        }
    }

    /// <summary>Not an encoder: it looks for the click. The delay is that of one sample, from the write to the encoder: what is left of its frame in time, both there and here, is taken off.</summary>
    private sealed class Wire : IOpusEncoder
    {
        private readonly Lock _gate = new();
        private long _written;
        private double? _delay;

        public void Clicked()
        {
            lock (_gate)
                (_written, _delay) = (Stopwatch.GetTimestamp(), null);
        }

        public bool TryTake(out double delay)
        {
            lock (_gate)
            {
                delay = _delay ?? 0;
                return _delay is not null;
            }
        }

        public int Encode(ReadOnlySpan<short> pcm, Span<byte> packet)
        {
            int at = pcm.IndexOfAnyInRange((short)Loud, short.MaxValue);
            if (at >= 0)
            {
                // The click is the first sample of a frame that was written at once: none of that frame was waited for. Here the rest of the frame had to come before it could be read.
                double frameStill = (FrameSamples - at) / 48.0;
                lock (_gate)
                    _delay ??= Stopwatch.GetElapsedTime(_written).TotalMilliseconds - frameStill;
            }

            return 3;
        }

        public void Tune(in OpusEncoderTuning tuning)
        {
        }

        public void Dispose()
        {
        }
    }
}
