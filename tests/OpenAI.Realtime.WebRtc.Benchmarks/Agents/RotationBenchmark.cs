using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.Benchmarks.Host;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Agents;

/// <summary>
/// How long the assistant is not heard when the call is exchanged in the middle of its sentence: over real WebRTC on loopback, with the endpoint in this process as the service, which begins the rest at once. Counted in
/// samples at the loudspeaker, between the last with sound of the old call and the first of the new one. First calls that have grown too old, then calls that the service ends.
/// <code>
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- rotation [rounds]
/// </code>
/// </summary>
internal static class RotationBenchmark
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(string[] args)
    {
        int rounds = Figures.Argument(args, 0, 20);
        Figures.PrintMachine("rotation");
        Console.WriteLine($"grown too old, in mid-sentence → silence at the loudspeaker: {Figures.Spread(await MeasureAsync(rounds, isLost: false), "ms")}");
        Console.WriteLine($"ended by the service, in mid-sentence → silence at the loudspeaker: {Figures.Spread(await MeasureAsync(rounds, isLost: true), "ms")}");
        return 0;
    }

    private static async Task<List<double>> MeasureAsync(int rounds, bool isLost)
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnResponse = (_, _) => new(RealtimeTestReply.Say("A note that lasts.", RealtimeTestAudio.Tone(440, TimeSpan.FromMinutes(1))));
        using var client = new RealtimeWebRtcClient(new OpenAIRealtimeWebRtcOptions { Endpoint = endpoint.BaseAddress, ApiKey = endpoint.ApiKey });
        var options = new VoiceConversationOptions
        {
            Calls = { RotateAfter = isLost ? null : TimeSpan.FromSeconds(3), MaxAge = isLost ? TimeSpan.FromHours(1) : TimeSpan.FromSeconds(4) },      // the next call is a second old when it takes over
        };
        var ear = new Ear();
        await using VoiceConversation talk = await client.StartConversationAsync(
            new VoiceAgent(), new RealtimeConnectOptions { Audio = { Source = new SilenceAudioSource(), Sink = ear } }, options);
        IAsyncEnumerator<ConversationUpdate> updates = talk.ReadUpdatesAsync().GetAsyncEnumerator();
        await talk.SendTextAsync("Sing.");
        List<double> gaps = [];
        for (int i = 0; i <= rounds; i++)       // the first is not counted: everything is compiled in it
        {
            await ear.HearsAsync(TimeSpan.FromSeconds(1));
            ear.Forget();
            if (isLost)
                await endpoint.Calls[^1].ExpireSessionAsync();
            while (await updates.MoveNextAsync().AsTask().WaitAsync(Patience) && updates.Current is not (RotatedUpdate or ReconnectedUpdate))
            {
            }

            await ear.HearsAsync(TimeSpan.FromSeconds(0.5));
            if (i > 0)
                gaps.Add(ear.LongestSilence.TotalMilliseconds);
        }

        return gaps;
    }

    /// <summary>A loudspeaker that counts the samples of the longest silence between two sounds.</summary>
    private sealed class Ear : IAudioSink
    {
        private const int Step = 240;       // 5 ms
        private const float LoudDbfs = -40;

        private readonly Lock _lock = new();
        private long _loud;
        private int _quiet;
        private int _longest;

        public AudioFormat Format => AudioFormat.Mono48kHz;

        public TimeSpan Buffered => TimeSpan.Zero;

        public TimeSpan LongestSilence
        {
            get
            {
                lock (_lock)
                    return TimeSpan.FromSeconds(_longest / (double)Format.SampleRate);
            }
        }

        public void Forget()
        {
            lock (_lock)
                _longest = 0;
        }

        public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default)
        {
            lock (_lock)
            {
                for (int at = 0; at < pcm.Length; at += Step)
                {
                    ReadOnlySpan<short> part = pcm.Span[at..Math.Min(at + Step, pcm.Length)];
                    if (AudioLevel.Measure(part).RmsDbfs > LoudDbfs)
                    {
                        (_loud, _longest, _quiet) = (_loud + part.Length, Math.Max(_longest, _quiet), 0);
                    }
                    else
                    {
                        _quiet += part.Length;
                    }
                }
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
            using var patience = new CancellationTokenSource(Patience);
            while (Interlocked.Read(ref _loud) < until)
                await Task.Delay(5, patience.Token);
        }
    }
}
