using OpenAI.Realtime.WebRtc.Benchmarks.Host;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;
using OpenAI.Realtime.WebRtc.Tests.Audio.Echo;

namespace OpenAI.Realtime.WebRtc.Benchmarks.EchoCancellation;

/// <summary>
/// A whole call in a room where the microphone hears the loudspeaker, in real time: over real WebRTC on loopback, with the endpoint's voice activity on. Every twenty seconds a person asks, and a synthesiser's voice answers
/// for twelve; across the last answer the person speaks. Counted is how often the endpoint takes the answer for the person.
/// <code>
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- echo-call [questions with the canceller] [questions without it]
/// </code>
/// </summary>
internal static class EchoCallBenchmark
{
    private const int SampleRate = SimulatedRoom.SampleRate;
    private const double ReverberationSeconds = 0.3;
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_across = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan s_answer = TimeSpan.FromSeconds(12);

    public static async Task<int> RunAsync(string[] args)
    {
        int with = Figures.Argument(args, 0, 30), without = Figures.Argument(args, 1, 3);
        if (!Voices.AreThere)
        {
            Console.WriteLine("No voices here. They are installed by tests/OpenAI.Realtime.WebRtc.Benchmarks/EchoCancellation/install");
            return 1;
        }

        Figures.PrintMachine("echo-call");
        await CallAsync("without cancellation", without, isCancelled: false);
        await CallAsync("with cancellation", with, isCancelled: true);
        return 0;
    }

    private static async Task CallAsync(string name, int questions, bool isCancelled)
    {
        RealtimeTestAudio answer = RealtimeTestAudio.FromPcm(EchoScene.ToSamples(Voices.OfSynthesiser(s_answer.TotalSeconds, -18)), SampleRate);
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnResponse = (_, _) => new(RealtimeTestReply.Say("The harvest moon rose above the valley.", answer));
        using var client = new RealtimeWebRtcClient(new OpenAIRealtimeWebRtcOptions { Endpoint = endpoint.BaseAddress, ApiKey = endpoint.ApiKey });
        var room = new Room(SimulatedRoom.Response(ReverberationSeconds));
        var heard = new EchoCancellingAudio(room, room);
        await using RealtimeWebRtcSession session = await client.ConnectAsync(
            new RealtimeConnectOptions { Audio = isCancelled ? new() { Source = heard.Source, Sink = heard.Sink } : new() { Source = room, Sink = room } });
        var tally = new Tally(room);
        Task counting = tally.CountAsync(session);
        short[] question = EchoScene.ToSamples(Voices.OfPeople(1.3, -26)), objection = EchoScene.ToSamples(Voices.OfPeople(4, -26));
        using var clock = new PeriodicTimer(s_period);
        for (int i = 1; i <= questions; i++)
        {
            room.Say(question);
            if (i == questions)
            {
                await Task.Delay(s_across);
                tally.Across = true;
                room.Say(objection);
            }

            await clock.WaitForNextTickAsync();
        }

        EchoCancellerState state = heard.State;
        await session.CloseAsync();
        await counting;
        Console.WriteLine(Figures.Text(
            $"{name}, {questions} questions: {tally.Person} times the person was heard, {tally.Mistakes.Count} times the assistant was taken for one; {tally.Whole} answers were played whole, {tally.Cut} cut off{(isCancelled ? $"; spoken across: {tally.AcrossText}; {state}" : "")}"));
        foreach (string mistake in tally.Mistakes.Take(10))
            Console.WriteLine($"  taken for a person {mistake}");
    }

    /// <summary>What the endpoint says that it heard.</summary>
    private sealed class Tally(Room room)
    {
        private bool _across;
        private string? _interrupted;

        public int Person { get; private set; }

        public int Whole { get; private set; }

        public int Cut { get; private set; }

        /// <summary>When the assistant was taken for a caller.</summary>
        public List<string> Mistakes { get; } = [];

        public bool Across { set => Volatile.Write(ref _across, value); }

        public string AcrossText => _interrupted ?? "not noticed";

        public async Task CountAsync(RealtimeWebRtcSession session)
        {
            await foreach (ServerEvent e in session.ReadEventsAsync())
            {
                Whole += e is OutputAudioBufferStopped ? 1 : 0;
                Cut += e is OutputAudioBufferCleared ? 1 : 0;
                if (e is not InputAudioBufferSpeechStarted)
                    continue;
                (TimeSpan since, bool isPerson) = room.Person;
                if (isPerson)
                    Person++;
                else
                    Mistakes.Add(Figures.Text($"{since.TotalSeconds:0.0} s after the person began"));
                if (isPerson && Volatile.Read(ref _across))
                    _interrupted ??= Figures.Text($"noticed {since.TotalMilliseconds:0} ms after the person began");
            }
        }
    }

    /// <summary>A loudspeaker that begins when 40 ms wait in it, anew after each gap, and a microphone that hears it by way of the walls, the person, and some noise.</summary>
    private sealed class Room : IAudioSource, IAudioSink
    {
        private const int Frame = 960;
        private const int Size = 16_384;        // of the transform: a frame and the response of 0.3 s
        private const int Way = 50 * 48;        // 50 ms that the devices add, beyond what the loudspeaker tells
        private const double Gain = 0.5;

        private readonly Lock _lock = new();
        private readonly Queue<short> _playing = new();
        private readonly double[] _responseRe = new double[Size], _responseIm = new double[Size], _re = new double[Size], _im = new double[Size], _echo = new double[Size];
        private readonly short[] _frame = new short[Frame];
        private readonly Queue<double> _way = new(Enumerable.Repeat(0.0, Way));
        private readonly Random _noise = new(1);
        private short[] _person = [];
        private int _said, _left;
        private bool _isPlaying;
        private long _heard, _began = -10 * SampleRate;

        public Room(double[] response)
        {
            double scale = Gain / Math.Sqrt(response.Sum(h => h * h));
            for (int n = 0; n < response.Length; n++)
                _responseRe[n] = response[n] * scale;
            SimulatedRoom.Transform(_responseRe, _responseIm, inverse: false);
        }

        public AudioFormat Format => AudioFormat.Mono48kHz;

        public TimeSpan Buffered
        {
            get
            {
                lock (_lock)
                    return TimeSpan.FromSeconds(_playing.Count / (double)SampleRate);
            }
        }

        /// <summary>How long ago, by the microphone's clock, the person began, and whether what the endpoint hears now can be them: they speak, or did half a second ago.</summary>
        public (TimeSpan Since, bool CanBeHeard) Person
        {
            get
            {
                lock (_lock)
                    return (TimeSpan.FromSeconds((_heard - _began) / (double)SampleRate), _heard - _began < _person.Length + (SampleRate / 2));
            }
        }

        public void Say(short[] speech)
        {
            lock (_lock)
                (_person, _said, _began) = (speech, 0, _heard);
        }

        public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default)
        {
            lock (_lock)
            {
                foreach (short sample in pcm.Span)
                    _playing.Enqueue(sample);
            }

            return default;
        }

        public void Flush()
        {
            lock (_lock)
                _playing.Clear();
        }

        public ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default)
        {
            lock (_lock)
            {
                if (_left == 0)
                    Hear();
                int count = Math.Min(_left, buffer.Length);
                _frame.AsSpan(Frame - _left, count).CopyTo(buffer.Span);
                _left -= count;
                return new(count);
            }
        }

        // A frame is played and heard: convolved by overlap and add.
        private void Hear()
        {
            Array.Clear(_re);
            Array.Clear(_im);
            _isPlaying = _playing.Count >= (_isPlaying ? Frame : 2 * Frame);
            for (int n = 0; _isPlaying && n < Frame; n++)
                _re[n] = _playing.Dequeue();
            SimulatedRoom.Transform(_re, _im, inverse: false);
            for (int k = 0; k < Size; k++)
                (_re[k], _im[k]) = ((_re[k] * _responseRe[k]) - (_im[k] * _responseIm[k]), (_re[k] * _responseIm[k]) + (_im[k] * _responseRe[k]));
            SimulatedRoom.Transform(_re, _im, inverse: true);
            for (int n = 0; n < Size; n++)
                _echo[n] += _re[n];
            for (int n = 0; n < Frame; n++)
            {
                _way.Enqueue(_echo[n]);
                double person = _said < _person.Length ? _person[_said++] : 0;
                _frame[n] = (short)Math.Clamp(_way.Dequeue() + person + (20 * (_noise.NextDouble() - 0.5)), short.MinValue, short.MaxValue);
            }

            Array.Copy(_echo, Frame, _echo, 0, Size - Frame);
            Array.Clear(_echo, Size - Frame, Frame);
            (_left, _heard) = (Frame, _heard + Frame);
        }
    }
}
