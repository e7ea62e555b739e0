using System.Diagnostics;
using System.Threading.Channels;
using OpenAI.Realtime.WebRtc.Benchmarks.Host;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Audio;

/// <summary>
/// What the SDK's audio adds, libopus included, on the system's clock.
/// <code>
/// capture → wire   a microphone gives 20 ms → SendAudio is called for them (resampled from 24 kHz, encoded)
/// wire → sink      a packet arrives, every 20 ms → the first write of its samples to the sink
/// </code>
/// Each packet is followed by a number: the microphone's read times and the sample values that a decoder of ours writes.
/// <code>
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- audio-delay [seconds]
/// </code>
/// </summary>
internal static class AudioDelayBenchmark
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(20);
    private static readonly AudioLinkContext s_context = new(TimeProvider.System);

    public static async Task<int> RunAsync(string[] args)
    {
        int frames = Figures.Argument(args, 0, 20) * 50;
        Figures.PrintMachine("audio-delay");
        Console.WriteLine($"capture → wire beyond the frame: {Figures.Spread(await CaptureToWireAsync(frames), "ms")}");
        Console.WriteLine($"wire → sink: {Figures.Spread(await WireToSinkAsync(frames), "ms")}");
        return 0;
    }

    private static async Task<List<double>> CaptureToWireAsync(int frames)
    {
        const int WarmUp = 100;
        List<double> delays = [];
        var microphone = new Microphone();
        int sent = 0;
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var sender = new AudioSender(microphone, LibOpusCodecFactory.Default.CreateEncoder(new()), new(), new SendingTrack((_, _) =>
        {
            if (++sent > WarmUp)
                delays.Add(Stopwatch.GetElapsedTime(microphone.LastRead).TotalMilliseconds);
            if (sent == WarmUp + frames)
                done.TrySetResult();
        }), s_context);
        sender.Start();
        await done.Task;
        return delays;
    }

    private static async Task<List<double>> WireToSinkAsync(int frames)
    {
        const int WarmUp = 150;
        var wire = new Wire();
        var sink = new Loudspeaker(wire, WarmUp);
        var receiver = new AudioReceiver(sink, new NumberingDecoder(LibOpusCodecFactory.Default.CreateDecoder()), new JitterBufferOptions(), wire, s_context);
        receiver.Start();
        await Task.Factory.StartNew(() => wire.Feed(WarmUp + frames), TaskCreationOptions.LongRunning);
        await Task.Delay(200);
        await receiver.DisposeAsync();
        return sink.Delays;
    }

    private static void SleepUntil(long timestamp)
    {
        TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), timestamp);
        if (left > TimeSpan.Zero)
            Thread.Sleep(left);
    }

    /// <summary>A sound card: 20 ms of noise every 20 ms at 24 kHz, on a thread of its own.</summary>
    private sealed class Microphone : IAudioSource
    {
        private readonly Random _random = new(1);
        private readonly long _origin = Stopwatch.GetTimestamp();
        private int _frames;
        private long _lastRead;

        public AudioFormat Format => new(24_000, 1);

        public bool PacesItself => true;

        /// <summary>When the last sample of the last frame was there.</summary>
        public long LastRead => Volatile.Read(ref _lastRead);

        public ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default)
        {
            long due = _origin + (long)(++_frames * Frame.TotalSeconds * Stopwatch.Frequency);
            return new(Task.Factory.StartNew(() =>
            {
                SleepUntil(due);
                foreach (ref short sample in buffer.Span)
                    sample = (short)_random.Next(-3000, 3000);
                Volatile.Write(ref _lastRead, Stopwatch.GetTimestamp());
                return buffer.Length;
            }, cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        }
    }

    /// <summary>A track that only receives: real Opus packets every 20 ms, whose number is their sequence number.</summary>
    private sealed class Wire : IOpusReader
    {
        private readonly Channel<EncodedAudio> _arrived = Channel.CreateUnbounded<EncodedAudio>();
        private readonly byte[] _opus = new byte[EncodedAudio.MaxLength];
        private readonly int _length;

        public Wire()
        {
            using IOpusEncoder encoder = LibOpusCodecFactory.Default.CreateEncoder(new());
            var noise = new Random(1);
            short[] pcm = new short[IOpusEncoder.FrameSamples];
            for (int i = 0; i < 10; i++)
            {
                foreach (ref short sample in pcm.AsSpan())
                    sample = (short)noise.Next(-3000, 3000);
                _length = encoder.Encode(pcm, _opus);
            }
        }

        /// <summary>When each packet arrived.</summary>
        public long[] Arrivals { get; } = new long[65_536];

        public void Feed(int packets)
        {
            long origin = Stopwatch.GetTimestamp();
            for (int i = 1; i <= packets; i++)
            {
                SleepUntil(origin + (long)(i * Frame.TotalSeconds * Stopwatch.Frequency));
                Volatile.Write(ref Arrivals[i], Stopwatch.GetTimestamp());
                _arrived.Writer.TryWrite(new EncodedAudio(_length, 111, (ushort)i, (uint)(i * 960), false, 1, TimeSpan.Zero));
            }

            _arrived.Writer.Complete();
        }

        public ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default) => _arrived.Reader.WaitToReadAsync(cancellationToken);

        public bool TryRead(Span<byte> destination, out EncodedAudio packet)
        {
            if (!_arrived.Reader.TryRead(out packet))
                return false;
            _opus.AsSpan(0, _length).CopyTo(destination);
            destination[_length - 1] = (byte)packet.SequenceNumber; // noise coded as other noise: it costs the same to decode
            destination[_length - 2] = (byte)(packet.SequenceNumber >> 8);
            return true;
        }

    }

    /// <summary>Decodes with libopus, then writes the packet's number into every sample, so that the sink knows what it hears.</summary>
    private sealed class NumberingDecoder(IOpusDecoder decoder) : IOpusDecoder
    {
        /// <summary>Louder than what the receiver takes for silence.</summary>
        public const int Base = 2_000;

        public bool TryDecode(ReadOnlySpan<byte> packet, Span<short> pcm, out int samples)
        {
            if (!decoder.TryDecode(packet, pcm, out samples))
                throw new InvalidOperationException("libopus refused the packet.");
            pcm[..samples].Fill((short)(Base + packet[^1] + (packet[^2] << 8)));
            return true;
        }

        public bool TryDecodeFec(ReadOnlySpan<byte> nextPacket, Span<short> pcm) => decoder.TryDecodeFec(nextPacket, pcm);

        public void Conceal(Span<short> pcm) => pcm.Clear();

        public void Reset() => decoder.Reset();

        public void Dispose() => decoder.Dispose();
    }

    private sealed class Loudspeaker(Wire wire, int warmUp) : IAudioSink
    {
        private int _heard = warmUp;

        public List<double> Delays { get; } = [];

        public AudioFormat Format => new(48_000, 1);

        public TimeSpan Buffered => TimeSpan.Zero;

        public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default)
        {
            int number = pcm.Span[0] - NumberingDecoder.Base;
            if (number > _heard)
            {
                _heard = number;
                Delays.Add(Stopwatch.GetElapsedTime(Volatile.Read(ref wire.Arrivals[number])).TotalMilliseconds);
            }

            return default;
        }

        public void Flush()
        {
        }
    }
}
