using System.Globalization;
using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

internal sealed partial class Conversation
{
    private const int LeastCommitMilliseconds = 100;
    private const float DefaultThresholdDbfs = -40;
    private const int BeatsWithoutAudio = 50;      // 1 s; with DTX a packet comes at least every 400 ms (RFC 6716 §2.1.9)
    private static readonly TimeSpan Tail = TimeSpan.FromMilliseconds(100);

    private readonly UplinkDecoder _uplink;
    private readonly UplinkMeter _meter = new();
    private UplinkStatistics? _measured; // of a call that has ended
    private readonly InputAudioBuffer _input;
    private readonly VoiceActivityDetector _detector = new();
    private bool _detects;
    private int _idleSamples;               // what is kept while nobody speaks
    private string? _speechItemId;
    private int _beatsWithoutPacket;

    /// <summary>One packet of the caller's voice.</summary>
    public void HandleAudio(ReadOnlySpan<byte> opus, in EncodedAudio packet)
    {
        lock (_gate)
        {
            if (_isOver)
                return;
            _beatsWithoutPacket = 0;
            if (opus.IsEmpty)
            {
                _meter.OnPadding(packet.SequenceNumber);
                return;
            }

            _meter.OnPacket(packet);
            if (!_uplink.TryDecode(opus, packet, OnSound))
                _meter.OnUndecodable();
        }
    }

    // threshold 0.5 is −40 dBFS, 0 is −60 and 1 is −20: louder rooms need a higher one, as with the service.
    private void ConfigureVoiceActivity()
    {
        JsonObject? detection = _session.TurnDetection;
        _detects = detection is not null;
        bool isSemantic = detection.Text("type") == "semantic_vad";
        double silence = isSemantic
            ? detection.Text("eagerness") switch { "low" => 1_200, "high" => 250, _ => 500 }
            : detection.Number("silence_duration_ms") ?? 500;
        double threshold = isSemantic ? 0.5 : detection.Number("threshold") ?? 0.5;
        double prefix = isSemantic ? 300 : detection.Number("prefix_padding_ms") ?? 300;
        _detector.Settings = new VoiceActivitySettings(
            (float)(DefaultThresholdDbfs + (threshold - 0.5) * 40), TimeSpan.FromMilliseconds(prefix), TimeSpan.FromMilliseconds(silence));
        _idleSamples = AudioFormat.Mono48kHz.SamplesIn(_detector.Settings.PrefixPadding + VoiceActivityDetector.Onset);
        if (_detects)
            return;
        _detector.Reset();
        _speechItemId = null;
    }

    private void OnSound(ReadOnlySpan<short> pcm)
    {
        _meter.OnSound(pcm);
        _input.Append(pcm);
        if (!_detects)
            return;
        switch (_detector.Process(pcm, AudioFormat.Mono48kHz.DurationOf(pcm.Length)))
        {
            case VoiceActivity.Started:
                OnSpeechStarted();
                break;
            case VoiceActivity.Stopped:
                OnSpeechStopped();
                break;
        }

        if (!_detector.IsSpeaking)
            _input.TrimTo(_idleSamples);
    }

    private void OnSpeechStarted()
    {
        _input.TrimTo(_idleSamples);        // the frame that told has just been added
        if (_session.IsTranslation)
            return;
        _speechItemId = Json.NewId("item_");
        Emit("input_audio_buffer.speech_started", ("audio_start_ms", _input.StartMilliseconds), ("item_id", _speechItemId));
        if (_session.TurnDetection.Flag("interrupt_response") ?? true)
            Interrupt();
    }

    private void OnSpeechStopped()
    {
        if (_session.IsTranslation)
        {
            Translate();
            return;
        }

        Emit("input_audio_buffer.speech_stopped", ("audio_end_ms", _input.EndMilliseconds), ("item_id", _speechItemId));
        Commit();
        if ((_session.TurnDetection.Flag("create_response") ?? true) && !_session.IsTranscription && !_runs.Any(run => run.IsInConversation))
            StartResponse(parameters: null, isAutomatic: true);
    }

    // How long the caller was silent is told by the packets' timestamps, whenever they arrive: a busy machine makes no silence. Only the end of a turn after which a client
    // sends nothing at all is left to the beat, and it beats only while the machine is not held up.
    private void HearSilenceWhenNothingComes()
    {
        if (_detects && _detector.IsSpeaking && ++_beatsWithoutPacket > BeatsWithoutAudio)
            _uplink.Pass(IOpusEncoder.FrameSamples, OnSound);
    }

    private ApiError? CommitByClient()
    {
        int milliseconds = _input.EndMilliseconds - _input.StartMilliseconds;
        if (milliseconds < LeastCommitMilliseconds)
        {
            return new ApiError(
                $"Error committing input audio buffer: buffer too small. Expected at least {LeastCommitMilliseconds}ms of audio, but buffer only has {milliseconds}ms of audio.",
                "input_audio_buffer_commit_empty");
        }

        Commit();
        return null;
    }

    private ApiError? ClearInput()
    {
        _input.Clear();
        _detector.Reset();
        _speechItemId = null;
        Emit("input_audio_buffer.cleared");
        return null;
    }

    private void Commit()
    {
        string id = _speechItemId ?? Json.NewId("item_");
        _speechItemId = null;
        (RealtimeTestAudio? speech, string described, _, int samples) = TakeSpeech();
        _pendingAudio = speech ?? _pendingAudio;
        string? transcript = !_session.WantsTranscription ? null : speech is null ? described : WriteDown(speech, described);
        string? previous = LastItemId;
        var item = new JsonObject
        {
            ["id"] = id,
            ["object"] = "realtime.item",
            ["type"] = "message",
            ["status"] = "completed",
            ["role"] = "user",
            ["content"] = new JsonArray(new JsonObject { ["type"] = "input_audio", ["transcript"] = null }),
        };
        Emit("input_audio_buffer.committed", ("previous_item_id", previous), ("item_id", id));
        AddItem(item);
        Emit("conversation.item.added", ("previous_item_id", previous), ("item", item.DeepClone()));
        Emit("conversation.item.done", ("previous_item_id", previous), ("item", item.DeepClone()));
        if (transcript is not null)
            Transcribe(item, transcript, samples);
    }

    /// <summary>Takes what was heard out of the buffer: the speech in it, null where there is none; what can be said of it; where in the audio it ends; and how many samples it was.</summary>
    private (RealtimeTestAudio? Speech, string Described, int EndMilliseconds, int Samples) TakeSpeech()
    {
        _detector.Reset();
        int end = _input.EndMilliseconds;
        short[] pcm = _input.Take();
        (int offset, int length) = VoiceActivityDetector.FindSpeech(pcm, _detector.Settings.ThresholdDbfs).GetOffsetAndLength(pcm.Length);
        int tail = Math.Min(pcm.Length - offset - length, AudioFormat.Mono48kHz.SamplesIn(Tail));
        return (length > 0 ? RealtimeTestAudio.Adopt(pcm[offset..(offset + length + tail)]) : null, Describe(pcm.AsSpan(offset, length), pcm.Length), end, pcm.Length);
    }

    private void Transcribe(JsonObject item, string transcript, int samples)
    {
        const string prefix = "conversation.item.input_audio_transcription.";
        string? id = item.Text("id");
        item["content"]![0]!["transcript"] = transcript;
        Emit(prefix + "delta", ("item_id", id), ("content_index", 0), ("delta", transcript));
        Emit(prefix + "completed", ("item_id", id), ("content_index", 0), ("transcript", transcript),
            ("usage", new JsonObject { ["type"] = "duration", ["seconds"] = Math.Round(samples / 48_000.0, 3) }));
    }

    // Says what was heard, and that it is not a transcript.
    private static string Describe(ReadOnlySpan<short> speech, int allSamples)
    {
        CultureInfo c = CultureInfo.InvariantCulture;
        return speech.IsEmpty
            ? string.Create(c, $"[{allSamples / 48_000.0:0.0} s without speech; this endpoint does not transcribe words]")
            : string.Create(c, $"[{speech.Length / 48_000.0:0.0} s of speech at {AudioLevel.Measure(speech).RmsDbfs:0} dBFS; this endpoint does not transcribe words]");
    }
}
