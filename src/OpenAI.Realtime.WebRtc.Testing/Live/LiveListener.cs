using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>What the model hears: packets, measured and decoded, and the stretches of speech among them. Its clock is what was heard. Under the conversation's gate.</summary>
internal sealed class LiveListener(IOpusDecoder decoder, int maxTurnSamples, LiveReflection reflection) : IDisposable
{
    private const int LeastSpeechSamples = 4_800;

    private readonly UplinkDecoder _uplink = new(decoder);
    private readonly UplinkMeter _meter = new();
    private readonly VoiceActivityDetector _detector = new() { Settings = new(-40, TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(500)) };
    private readonly InputAudioBuffer _input = new(maxTurnSamples);
    private UplinkStatistics? _measured;
    private (RealtimeTestAudio Audio, int Start)? _spoken;
    private long _heard;
    private long _speechStart;

    /// <summary>How many samples were heard.</summary>
    public long Heard => _heard;

    /// <summary>The same in milliseconds: the session's clock.</summary>
    public int Now => (int)(_heard / 48);

    /// <summary>Whether it hears silence, whatever is sent.</summary>
    public bool IsMuted { get; set; }

    /// <summary>Whether it listens at all: not before the session has started.</summary>
    public bool IsListening { get; set; }

    public UplinkStatistics Statistics => _measured ?? _meter.Copy().Snapshot();

    /// <summary>One packet of the caller's voice.</summary>
    public void Handle(ReadOnlySpan<byte> opus, in EncodedAudio packet)
    {
        if (opus.IsEmpty)
        {
            _meter.OnPadding(packet.SequenceNumber);
            return;
        }
        _meter.OnPacket(packet);
        if (!_uplink.TryDecode(opus, packet, OnSound))
            _meter.OnUndecodable();
    }

    /// <summary>Speech that has just ended, and where it began; once. Null for none.</summary>
    public (RealtimeTestAudio Audio, int Start)? TakeSpoken()
    {
        (RealtimeTestAudio, int)? spoken = _spoken;
        _spoken = null;
        return spoken;
    }

    public void Dispose()
    {
        _measured ??= Statistics;
        _meter.Free();
        _input.Free();
        _uplink.Dispose();
    }

    private void OnSound(ReadOnlySpan<short> pcm)
    {
        _meter.OnSound(pcm);
        _heard += pcm.Length;
        reflection.Hear(pcm);
        if (IsMuted || !IsListening)
            return;
        _input.Append(pcm);
        switch (_detector.Process(pcm, AudioFormat.Mono48kHz.DurationOf(pcm.Length)))
        {
            case VoiceActivity.Started:
                _speechStart = _heard;
                break;
            case VoiceActivity.Stopped:
                short[] samples = _input.Take();
                samples = samples[VoiceActivityDetector.FindSpeech(samples, _detector.Settings.ThresholdDbfs)];
                if (samples.Length >= LeastSpeechSamples)
                    _spoken = (RealtimeTestAudio.Adopt(samples), (int)(_speechStart / 48));
                break;
        }
        if (!_detector.IsSpeaking)
            _input.TrimTo(AudioFormat.Mono48kHz.SamplesIn(_detector.Settings.PrefixPadding + VoiceActivityDetector.Onset));
    }
}
