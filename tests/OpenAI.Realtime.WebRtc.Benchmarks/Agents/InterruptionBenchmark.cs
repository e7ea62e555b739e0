using System.Diagnostics;
using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.Benchmarks.Host;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Agents;

/// <summary>
/// How long the assistant is still heard once the program has interrupted it: over real WebRTC on loopback, with the endpoint in this process as the service. From the call of InterruptAsync to the end of the last frame with
/// sound that the loudspeaker was given, and to the service's word that it has stopped.
/// <code>
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- interruption [rounds]
/// </code>
/// </summary>
internal static class InterruptionBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        int rounds = Figures.Argument(args, 0, 30);
        Figures.PrintMachine("interruption");
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnResponse = (_, _) => new(RealtimeTestReply.Say("A note that lasts.", RealtimeTestAudio.Tone(440, TimeSpan.FromMinutes(1))));
        using var client = new RealtimeWebRtcClient(new OpenAIRealtimeWebRtcOptions { Endpoint = endpoint.BaseAddress, ApiKey = endpoint.ApiKey });
        var ear = new Ear();
        await using VoiceConversation talk = await client.StartConversationAsync(new VoiceAgent(), new AudioOptions { Source = new SilenceAudioSource(), Sink = ear });
        List<double> heard = [], told = [];
        for (int i = 0; i < rounds; i++)
        {
            Task<ResponseSnapshot> speaking = talk.RespondAsync();
            await ear.HearsAsync(TimeSpan.FromMilliseconds(500));
            long at = Stopwatch.GetTimestamp();
            await talk.InterruptAsync();
            await speaking;
            told.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
            await Task.Delay(500);
            heard.Add(Math.Max(0, Stopwatch.GetElapsedTime(at, ear.LastLoud).TotalMilliseconds + Ear.FrameMilliseconds));
        }

        Console.WriteLine($"InterruptAsync → silence at the loudspeaker: {Figures.Spread(heard, "ms")}");
        Console.WriteLine($"InterruptAsync → the response has ended: {Figures.Spread(told, "ms")}");
        return 0;
    }

    /// <summary>A loudspeaker that notes when it was last given sound.</summary>
    private sealed class Ear : IAudioSink
    {
        public const double FrameMilliseconds = 20;
        private const float LoudDbfs = -40;

        private long _loud;
        private long _lastLoud;

        public AudioFormat Format => AudioFormat.Mono48kHz;

        public TimeSpan Buffered => TimeSpan.Zero;

        public long LastLoud => Volatile.Read(ref _lastLoud);

        public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default)
        {
            if (AudioLevel.Measure(pcm.Span).RmsDbfs > LoudDbfs)
            {
                Volatile.Write(ref _lastLoud, Stopwatch.GetTimestamp());
                Interlocked.Add(ref _loud, pcm.Length);
            }

            return default;
        }

        public void Flush()
        {
        }

        /// <summary>Until so much has been heard, from now on.</summary>
        public async Task HearsAsync(TimeSpan time)
        {
            long until = Interlocked.Read(ref _loud) + Format.SamplesIn(time);
            while (Interlocked.Read(ref _loud) < until)
                await Task.Delay(5);
        }
    }
}
