using System.Runtime.CompilerServices;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// A microphone and a loudspeaker of anybody's, with the loudspeaker's sound taken out of the microphone's: give <see cref="Source"/> and <see cref="Sink"/> to the session in their place.
/// </summary>
/// <remarks>
/// The caller owns both devices. Formats are converted within: what is read is 48 kHz mono. A loudspeaker that tells how much waits in it (<see cref="IAudioSink.Buffered"/>) makes it easier; the delay beyond that, up
/// to 500 ms, is found. Source and sink may be used by two threads, as a session does.
/// </remarks>
public sealed class EchoCancellingAudio
{
    private readonly IEchoCanceller? _canceller;

    /// <summary>Puts a canceller between the two.</summary>
    /// <param name="microphone">The microphone.</param>
    /// <param name="loudspeaker">The loudspeaker that it hears.</param>
    /// <param name="options">How. Default: null, cancelled by an <see cref="EchoCanceller"/>.</param>
    /// <exception cref="ArgumentException">The options contradict each other, or a format cannot be used.</exception>
    public EchoCancellingAudio(IAudioSource microphone, IAudioSink loudspeaker, EchoCancellationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(microphone);
        ArgumentNullException.ThrowIfNull(loudspeaker);
        microphone.Format.Validate(nameof(microphone));
        loudspeaker.Format.Validate(nameof(loudspeaker));
        _canceller = (options ?? new EchoCancellationOptions()).Create();
        (Source, Sink) = (microphone, loudspeaker);
        if (_canceller is null)
            return;
        var line = new FarEndLine(loudspeaker.Format);
        Source = new CancelledSource(microphone, line, _canceller);
        Sink = new HeardSink(loudspeaker, line);
    }

    /// <summary>The microphone without the echo: for <see cref="AudioOptions.Source"/>.</summary>
    public IAudioSource Source { get; }

    /// <summary>The loudspeaker: for <see cref="AudioOptions.Sink"/>.</summary>
    public IAudioSink Sink { get; }

    /// <summary>What the canceller is doing. Any thread.</summary>
    public EchoCancellerState State => _canceller?.State ?? default;

    /// <summary>The far end on its way from the sink's thread to the source's.</summary>
    private sealed class FarEndLine(AudioFormat format)
    {
        private readonly Lock _gate = new();
        private readonly FarEndTimeline _timeline = new();
        private readonly MonoConverter _converter = new(format);

        public void Write(ReadOnlySpan<short> pcm, TimeSpan buffered)
        {
            lock (_gate)
                _timeline.Write(_converter.Convert(pcm), AudioFormat.Mono48kHz.SamplesIn(buffered));
        }

        public void Read(Span<short> frame)
        {
            lock (_gate)
                _timeline.Read(frame);
        }

        public void Flush()
        {
            lock (_gate)
                _timeline.Flush();
        }
    }

    /// <summary>Any format to mono at 48 kHz.</summary>
    private sealed class MonoConverter(AudioFormat format)
    {
        private readonly Resampler _resampler = new(format.SampleRate, OpusPacket.SampleRate);
        private short[] _mono = [];
        private short[] _resampled = [];

        public ReadOnlySpan<short> Convert(ReadOnlySpan<short> pcm)
        {
            int count = pcm.Length / format.Channels;
            if (_mono.Length < count)
                (_mono, _resampled) = (new short[count], new short[_resampler.MaxOutput(count)]);
            if (format.Channels == 1)
                pcm.CopyTo(_mono);
            else
                ChannelMixer.ToMono(pcm, _mono);
            return _resampled.AsSpan(0, _resampler.Process(_mono.AsSpan(0, count), _resampled));
        }
    }

    private sealed class CancelledSource : IAudioSource
    {
        private const int Frame = EchoCanceller.FrameSamples;

        private readonly IAudioSource _microphone;
        private readonly FarEndLine _line;
        private readonly IEchoCanceller _canceller;
        private readonly MonoConverter _converter;
        private readonly short[] _read;
        private readonly short[] _far = new short[Frame];
        private readonly short[] _staged;       // cancelled samples that wait, then those that wait to be cancelled
        private int _ready, _staging;
        private bool _ended;

        public CancelledSource(IAudioSource microphone, FarEndLine line, IEchoCanceller canceller)
        {
            _microphone = microphone;
            _line = line;
            _canceller = canceller;
            _converter = new MonoConverter(microphone.Format);
            _read = new short[microphone.Format.SamplesIn(TimeSpan.FromMilliseconds(20))];
            _staged = new short[4 * Frame];
        }

        public AudioFormat Format => AudioFormat.Mono48kHz;

        public bool PacesItself => _microphone.PacesItself;

        public bool IsLive => _microphone.IsLive;

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]     // a wait allocates nothing
        public async ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default)
        {
            if (buffer.IsEmpty)
                throw new ArgumentException("Give room for at least one sample: 0 would mean the end.", nameof(buffer));
            while (_ready == 0)
            {
                if (_ended)
                    return 0;
                int count = await _microphone.ReadAsync(_read, cancellationToken).ConfigureAwait(false);
                if (count == 0)
                    End();
                else
                    Stage(_read.AsSpan(0, count));
            }

            int given = Math.Min(_ready, buffer.Length);
            _staged.AsSpan(0, given).CopyTo(buffer.Span);
            _ready -= given;
            _staging -= given;
            _staged.AsSpan(given, _staging).CopyTo(_staged);
            return given;
        }

        private void Stage(ReadOnlySpan<short> samples)
        {
            ReadOnlySpan<short> mono = _converter.Convert(samples);
            mono.CopyTo(_staged.AsSpan(_staging));
            _staging += mono.Length;
            while (_staging - _ready >= Frame)
            {
                Span<short> frame = _staged.AsSpan(_ready, Frame);
                _line.Read(_far);
                _canceller.Process(_far, frame, frame);
                _ready += Frame;
            }
        }

        // What has not filled a frame is cancelled with silence behind it, and given without that silence.
        private void End()
        {
            _ended = true;
            int rest = _staging - _ready;
            if (rest == 0)
                return;
            Span<short> frame = _staged.AsSpan(_ready, Frame);
            frame[rest..].Clear();
            _line.Read(_far);
            _canceller.Process(_far, frame, frame);
            _ready += rest;
        }
    }

    private sealed class HeardSink(IAudioSink loudspeaker, FarEndLine line) : IAudioSink
    {
        public AudioFormat Format => loudspeaker.Format;

        public TimeSpan Buffered => loudspeaker.Buffered;

        public bool IsNonBlocking => loudspeaker.IsNonBlocking;

        public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default)
        {
            line.Write(pcm.Span, loudspeaker.Buffered);
            return loudspeaker.WriteAsync(pcm, cancellationToken);
        }

        public void Flush()
        {
            loudspeaker.Flush();
            line.Flush();
        }
    }
}
