using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>The service's side of one Live conversation. Events, audio and time come in; events and audio go out.</summary>
/// <remarks>
/// The session's clock is the audio that was heard: a text is taken up <see cref="TakenUpAfter"/> of audio after it came, so that nothing is taken up while no audio comes. One lock guards all of it; what is done
/// under it is short and never waits.
/// </remarks>
internal sealed class LiveConversation : IDisposable
{
    private const int MaxAppendCharacters = 2_000;          // some 500 tokens
    private const int MaxPendingAppends = 256;
    private const int MaxClips = 64;
    private const int BeatsOfUsage = 750;                   // 15 s
    private const int BeatsWithoutAudio = 1_500;            // 30 s, after which the service ends a session
    private const int BeatsOfDraining = 500;                // 10 s, which it takes at most to say what it is saying
    private const int LeastSpeechSamples = 4_800;
    private static readonly TimeSpan TakenUpAfter = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan FrameOfTranscript = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly LiveTestSession _session;
    private readonly RealtimeTestEndpointOptions _options;
    private readonly LiveConfiguration _configuration;
    private readonly Action<string, byte[]> _send;
    private readonly AudioPacketHandler _sendAudio;
    private readonly Action _over;
    private readonly ILogger _logger;
    private readonly IOpusEncoder _encoder;
    private readonly UplinkDecoder _uplink;
    private readonly UplinkMeter _meter = new();
    private readonly VoiceActivityDetector _detector = new() { Settings = new(-40, TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(500)) };
    private readonly InputAudioBuffer _input;
    private readonly ReplyPlayer _player = new();
    private readonly Queue<(string Type, string Content, string? Id, long Due)> _appends = new();
    private readonly Queue<Saying> _sayings = new();
    private readonly byte[] _packet = new byte[EncodedAudio.MaxLength];
    private Metronome? _metronome;
    private UplinkStatistics? _measured;
    private RealtimeTestAudio? _spoken;         // a turn that has just ended, to be answered under no lock
    private DateTimeOffset _expiresAt;
    private long _heard;                // samples: the session's clock
    private long _beats;
    private long _speechStart;
    private int _beatsWithoutPacket;
    private int _drainingFor = -1;
    private string? _closeId;
    private ushort _sequence;
    private uint _timestamp;
    private bool _marker = true;
    private bool _muted;
    private bool _started;
    private bool _isOver;

    public LiveConversation(
        LiveTestSession session, RealtimeTestEndpointOptions options, LiveConfiguration configuration, Action<string, byte[]> send, AudioPacketHandler sendAudio, Action over, ILogger logger)
    {
        _session = session;
        _options = options;
        _configuration = configuration;
        _send = send;
        _sendAudio = sendAudio;
        _over = over;
        _logger = logger;
        IOpusCodecFactory codecs = options.CodecFactory ?? OpusCodecs.Auto;
        _encoder = codecs.CreateEncoder(new OpusEncoderOptions());
        _uplink = new UplinkDecoder(codecs.CreateDecoder());
        _input = new InputAudioBuffer(AudioFormat.Mono48kHz.SamplesIn(options.MaxTurn));
    }

    public delegate void AudioPacketHandler(ReadOnlySpan<byte> opus, OpusPacketHeader header);

    public JsonObject Description
    {
        get
        {
            lock (_gate)
                return Describe();
        }
    }

    public UplinkStatistics Uplink
    {
        get
        {
            lock (_gate)
                return _measured ?? _meter.Copy().Snapshot();
        }
    }

    /// <summary>The channel is open: audio flows, and the session starts unless it is to be started by hand.</summary>
    public void Open(bool start)
    {
        lock (_gate)
        {
            _expiresAt = _options.TimeProvider.GetUtcNow() + _options.SessionDuration;
            if (_configuration.LimitsChannel)
                Emit("info", null, ("code", "data_channel_permissions"), ("message", "This data channel carries some events only."));
            if (start)
                StartLocked();
            _metronome = new Metronome(_options.TimeProvider, OnBeat);
        }
    }

    public void Start()
    {
        lock (_gate)
            StartLocked();
    }

    /// <summary>Says something; false when the session is over, has not started, or has much to say already.</summary>
    public bool TrySay(string transcript, RealtimeTestAudio? audio)
    {
        lock (_gate)
            return TrySayLocked(transcript, audio);
    }

    /// <summary>Closes the session from the service's side.</summary>
    public void Close(string reason)
    {
        lock (_gate)
            CloseLocked(reason);
    }

    public void ReportError(ApiError error, string? clientEventId)
    {
        lock (_gate)
            EmitError(error, clientEventId);
    }

    /// <summary>One message of the client.</summary>
    public void HandleMessage(ReadOnlySpan<byte> utf8)
    {
        if (!Json.TryParseObject(utf8, out JsonObject? e, out string problem))
        {
            ReportError(new ApiError($"The server could not read the event: {problem}", "invalid_event"), null);
            return;
        }
        string? id = e.Text("event_id");
        if (e.Text("type") is not { } type)
        {
            ReportError(ApiError.Missing("type"), id);
            return;
        }
        try
        {
            if (_options.LiveScript.OnEvent is { } onEvent && onEvent(_session, (JsonObject)e.DeepClone()))
                return;
        }
        catch (Exception exception)     // a user's hook
        {
            _logger.HookFailed(nameof(LiveTestScript.OnEvent), exception);
            ReportError(new ApiError($"The script's {nameof(LiveTestScript.OnEvent)} failed: {exception.Message}", Type: "server_error"), id);
            return;
        }
        lock (_gate)
        {
            if (_isOver)
                return;
            if (!_configuration.MaySend(type))
                EmitError(new ApiError($"The event '{Json.Shorten(type)}' is not allowed on this data channel."), id);
            else if (Handle(type, e, id) is { } error)
                EmitError(error, id);
        }
    }

    /// <summary>One packet of the caller's voice.</summary>
    public void HandleAudio(ReadOnlySpan<byte> opus, in EncodedAudio packet)
    {
        RealtimeTestAudio? spoken;
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
            TakeUp();
            (spoken, _spoken) = (_spoken, null);
        }
        if (spoken is not null)
            Answer(spoken);
    }

    public async ValueTask StopAsync()
    {
        lock (_gate)
            _isOver = true;
        if (_metronome is not null)
            await _metronome.DisposeAsync().ConfigureAwait(false);
        Dispose();
    }

    public void Dispose()
    {
        UplinkStatistics measured = Uplink;
        lock (_gate)
        {
            _isOver = true;
            _measured = measured;
            _meter.Free();
            _input.Free();
            _encoder.Dispose();
            _uplink.Dispose();
        }
    }

    private int Now => (int)(_heard / 48);

    private double Seconds => Math.Round(_beats * Metronome.Beat.TotalSeconds, 2);

    private ApiError? Handle(string type, JsonObject e, string? id)
    {
        switch (type)
        {
            case "session.update":
                if (e["session"] is not JsonObject changes)
                    return ApiError.Missing("session");
                if (_configuration.Update(changes) is { } wrong)
                    return wrong;
                Emit("session.updated", id, ("session", Describe()));
                return null;
            case "session.input_audio.mute":
            case "session.input_audio.unmute":
                _muted = type.EndsWith(".mute", StringComparison.Ordinal);
                Emit(type + "d", id);
                return null;
            case "session.instructions.append":
            case "session.thinking.append":
            case "session.commentary.append":
                return Append(type, e, id);
            case "session.close":
                _closeId = id;
                _drainingFor = 0;
                if (_player.Current is null)
                    CloseLocked("close_requested");
                return null;
            case "decision.create":
            case "decision.item.create":
            case "decision.item.delete":
                return HandleDecision(type, e, id);
            case "response.item.create":
            case "response.create":
                return _configuration.DelegationType == "responses" ? null : new ApiError($"{type} requires Responses delegation.");     // what follows is the script's
            default:
                return ApiError.InvalidValue("type", type, "'session.update', 'session.input_audio.mute', 'session.input_audio.unmute', 'session.instructions.append', 'session.thinking.append', "
                    + "'session.commentary.append', 'decision.create', 'decision.item.create', 'decision.item.delete', 'response.item.create', 'response.create', 'session.close'");
        }
    }

    private ApiError? Append(string type, JsonObject e, string? id)
    {
        if (e.Text("content") is not { } content)
            return ApiError.Missing("content");
        if (!e.ContainsKey("delegation_id"))
            return ApiError.Missing("delegation_id");
        if (content.Length > MaxAppendCharacters)
            return new ApiError("Context append text must not exceed 500 tokens", "invalid_value", "content");
        if (e["delegation_id"] is not null && !(e.Text("delegation_id") is { } delegation && _session.HasDelegation(delegation)))
            return new ApiError("Unknown client delegation.");
        if (_appends.Count >= MaxPendingAppends)
            return new ApiError("Too many texts wait to be taken up.", "rate_limit_exceeded");
        _appends.Enqueue((type, content, id, _heard + AudioFormat.Mono48kHz.SamplesIn(TakenUpAfter)));
        return null;
    }

    private ApiError? HandleDecision(string type, JsonObject e, string? id)
    {
        if (type == "decision.create")
            return id is null ? ApiError.Missing("event_id") : null;     // what follows is the script's
        if (type == "decision.item.delete")
        {
            if (e.Text("item_id") is not { } itemId)
                return ApiError.Missing("item_id");
            Emit("decision.item.deleted", id, ("item_id", itemId));
            return null;
        }
        if (e["item"] is not JsonObject item)
            return ApiError.Missing("item");
        var stored = (JsonObject)item.DeepClone();
        stored["id"] ??= Json.NewId("item_");
        Emit("decision.item.created", id, ("item", stored));
        return null;
    }

    private void TakeUp()
    {
        while (_appends.TryPeek(out (string Type, string Content, string? Id, long Due) append) && append.Due <= _heard)
        {
            _appends.Dequeue();
            Emit(append.Type + "ed", append.Id, ("start_ms", Now), ("end_ms", Now + (int)FrameOfTranscript.TotalMilliseconds));
            if (append.Type == "session.commentary.append")
                TrySayLocked(append.Content, audio: null);
        }
    }

    private void OnSound(ReadOnlySpan<short> pcm)
    {
        _meter.OnSound(pcm);
        _heard += pcm.Length;
        if (_muted || !_started)
            return;
        _input.Append(pcm);
        switch (_detector.Process(pcm, AudioFormat.Mono48kHz.DurationOf(pcm.Length)))
        {
            case VoiceActivity.Started:
                _speechStart = _heard;
                break;
            case VoiceActivity.Stopped:
                short[] samples = _input.Take();
                Range speech = VoiceActivityDetector.FindSpeech(samples, _detector.Settings.ThresholdDbfs);
                samples = samples[speech];
                if (samples.Length < LeastSpeechSamples)
                    break;
                _spoken = RealtimeTestAudio.Adopt(samples);
                EmitTranscript("session.input_transcript.delta", string.Create(CultureInfo.InvariantCulture, $"[{samples.Length / 48_000.0:0.0} s of speech; this endpoint does not transcribe words]"), (int)(_speechStart / 48), Now);
                break;
        }
        if (!_detector.IsSpeaking)
            _input.TrimTo(AudioFormat.Mono48kHz.SamplesIn(_detector.Settings.PrefixPadding + VoiceActivityDetector.Onset));
    }

    // Under no lock: it is the user's code.
    private void Answer(RealtimeTestAudio spoken)
    {
        string? answer;
        try
        {
            answer = _options.LiveScript.OnSpeech is { } onSpeech
                ? onSpeech(_session, spoken)
                : string.Create(CultureInfo.InvariantCulture, $"You have spoken for {spoken.Duration.TotalSeconds:0.0} seconds.");
        }
        catch (Exception e)     // a user's hook
        {
            _logger.HookFailed(nameof(LiveTestScript.OnSpeech), e);
            ReportError(new ApiError($"The script's {nameof(LiveTestScript.OnSpeech)} failed: {e.Message}", Type: "server_error"), null);
            return;
        }
        if (answer is not null)
            TrySay(answer, audio: null);
    }

    private bool TrySayLocked(string transcript, RealtimeTestAudio? audio)
    {
        if (_isOver || !_started || _sayings.Count >= MaxClips)
            return false;
        string[] words = [.. transcript.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((word, index) => index == 0 ? word : " " + word)];
        audio ??= RealtimeTestAudio.Voice(TimeSpan.FromMilliseconds(Math.Clamp(words.Length * 300, 300, 60_000)));
        var clip = new Clip("", "", audio.To48kHz());
        _player.Enqueue(clip);
        _sayings.Enqueue(new Saying(clip, words));
        return true;
    }

    // Every 20 ms, on a timer's thread.
    private void OnBeat(int skipped)
    {
        lock (_gate)
        {
            if (_isOver)
                return;
            _beats += 1 + skipped;
            if (++_beatsWithoutPacket >= BeatsWithoutAudio || _options.TimeProvider.GetUtcNow() >= _expiresAt)
            {
                CloseLocked("expired");
                return;
            }
            if (_started && _beats % BeatsOfUsage == 0)
                Emit("session.usage.updated", null, ("usage", new JsonObject { ["seconds"] = Seconds }), ("context_window", new JsonObject { ["usage_ratio"] = 0.01 }));
            _timestamp += (uint)(skipped * IOpusEncoder.FrameSamples);
            _marker |= skipped > 0;
            ReadOnlySpan<short> frame = _player.NextFrame(out _);
            try
            {
                int length = _encoder.Encode(frame, _packet);
                _sendAudio(_packet.AsSpan(0, length), new OpusPacketHeader(_sequence++, _timestamp, _marker));
            }
            catch (Exception e)     // a codec or an engine of the user's choice must not end the process on a timer's thread
            {
                _logger.AudioFailed(e);
            }
            _timestamp += IOpusEncoder.FrameSamples;
            _marker = false;
            WriteDown();
            if (_drainingFor >= 0 && (_player.Current is null || ++_drainingFor > BeatsOfDraining))
                CloseLocked("close_requested");
        }
    }

    // The words of what is being said, each when its share of the audio has been sent.
    private void WriteDown()
    {
        while (_sayings.TryPeek(out Saying? saying))
        {
            while (saying.Next < saying.Words.Length && (long)saying.Clip.Samples.Length * saying.Next <= (long)saying.Clip.Played * saying.Words.Length && saying.Clip.Played > 0)
                EmitTranscript("session.output_transcript.delta", saying.Words[saying.Next++], Now, Now + (int)FrameOfTranscript.TotalMilliseconds);
            if (saying.Clip.Played < saying.Clip.Length)
                return;
            _sayings.Dequeue();
        }
    }

    private void StartLocked()
    {
        if (_started || _isOver)
            return;
        _started = true;
        Emit("session.started", null, ("session", Describe()));
    }

    private void CloseLocked(string reason)
    {
        if (_isOver)
            return;
        foreach ((_, _, string? id, _) in _appends)
            EmitError(new ApiError("The session ended before the text was taken up.", "context_injection_incomplete"), id);
        Emit("session.closed", _closeId, ("reason", reason), ("session", Describe()), ("usage", new JsonObject { ["seconds"] = Seconds }));
        _isOver = true;
        _over();
    }

    private JsonObject Describe() => _configuration.Describe(_session.Id, _expiresAt);

    private void EmitTranscript(string type, string delta, int start, int end) => Emit(type, null, ("delta", delta), ("start_ms", start), ("end_ms", end));

    private void Emit(string type, string? clientEventId, params ReadOnlySpan<(string Name, JsonNode? Value)> fields)
    {
        if (_isOver || !_configuration.IsSent(type, null))
            return;
        var e = new JsonObject { ["type"] = type, ["event_id"] = Json.NewId("event_", 20) };
        if (clientEventId is { Length: <= 512 })
            e["client_event_id"] = clientEventId;
        foreach ((string field, JsonNode? value) in fields)
            e[field] = value;
        _send(type, Json.Write(e));
    }

    private void EmitError(ApiError error, string? clientEventId)
    {
        JsonObject json = error.ToJson();
        if (clientEventId is { Length: <= 512 })
            json["client_event_id"] = clientEventId;
        Emit("error", null, ("error", json));
    }

    /// <summary>What is being said, and its words.</summary>
    private sealed class Saying(Clip clip, string[] words)
    {
        public Clip Clip => clip;

        public string[] Words => words;

        public int Next { get; set; }
    }
}
