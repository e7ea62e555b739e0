using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>The service's side of one Live conversation. Events, audio and time come in; events and audio go out.</summary>
/// <remarks>
/// The session's clock is the audio that was heard: a text is taken up some audio after it came (<see cref="LiveAppends"/>). One lock guards all of it; what is done
/// under it is short and never waits.
/// </remarks>
internal sealed class LiveConversation : IDisposable
{
    private const int BeatsOfUsage = 750;                   // 15 s
    private const int BeatsWithoutAudio = 1_500;            // 30 s, after which the service ends a session
    private const int BeatsOfDraining = 500;                // 10 s, which it takes at most to say what it is saying
    private static readonly TimeSpan FrameOfTranscript = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private readonly LiveTestSession _session;
    private readonly RealtimeTestEndpointOptions _options;
    private readonly LiveConfiguration _configuration;
    private readonly LiveEmitter _emitter;
    private readonly Action _over;
    private readonly ILogger _logger;
    private readonly LiveSpeaker _speaker;
    private readonly LiveListener _listener;
    private readonly LiveBackend _backend;
    private readonly LiveAppends _appends;
    private readonly LiveReflection _reflection;
    private readonly LiveFixture _fixture;
    private Metronome? _metronome;
    private DateTimeOffset _expiresAt;
    private long _beats;
    private int _beatsWithoutPacket;
    private int _drainingFor = -1;
    private string? _closeId;
    private bool _started;

    public LiveConversation(
        LiveTestSession session, RealtimeTestEndpointOptions options, LiveConfiguration configuration, LiveSpeaker.PacketHandler sendAudio, Action over, ILogger logger)
    {
        _session = session;
        _options = options;
        _configuration = configuration;
        _emitter = new LiveEmitter(configuration, session);
        _appends = new LiveAppends(session);
        _over = over;
        _logger = logger;
        IOpusCodecFactory codecs = options.CodecFactory ?? OpusCodecs.Auto;
        _reflection = new LiveReflection(session);
        _speaker = new LiveSpeaker(codecs.CreateEncoder(new OpusEncoderOptions()), sendAudio, logger);
        _listener = new LiveListener(codecs.CreateDecoder(), AudioFormat.Mono48kHz.SamplesIn(options.MaxTurn), _reflection);
        _fixture = new LiveFixture(_speaker, _emitter);
        _backend = new LiveBackend(session, options, _emitter.Response);
    }

    public JsonObject Description
    {
        get
        {
            lock (_gate)
                return Describe();
        }
    }

    public string DelegationType => _configuration.DelegationType;

    public UplinkStatistics Uplink
    {
        get
        {
            lock (_gate)
                return _listener.Statistics;
        }
    }

    /// <summary>The channel is open: audio flows, and the session starts unless it is to be started by hand.</summary>
    public void Open(bool start)
    {
        lock (_gate)
        {
            _expiresAt = _options.TimeProvider.GetUtcNow() + _options.SessionDuration;
            if (_configuration.LimitsChannel)
                _emitter.Emit("info", null, ("code", "data_channel_permissions"), ("message", "This data channel carries some events only."));
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

    /// <summary>Says no more of what it says, and nothing of what waits.</summary>
    public void StopSpeaking()
    {
        lock (_gate)
            _speaker.Stop();
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
            _emitter.Error(error, clientEventId);
    }

    /// <summary>One message of the client, or of a sideband, which may send whatever the channel may not.</summary>
    public void HandleMessage(ReadOnlySpan<byte> utf8, bool isFromSideband)
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
        (string? DelegationId, JsonArray Items)? input = null;
        lock (_gate)
        {
            if (_emitter.IsOver)
                return;
            if (!isFromSideband && !_configuration.MaySend(type))
                _emitter.Error(new ApiError($"The event '{Json.Shorten(type)}' is not allowed on this data channel."), id);
            else if ((isFromSideband ? HandleBeside(type, e, id) : Handle(type, e, id)) is { } error)
                _emitter.Error(error, id);
            else if (type == "response.create")
                input = _backend.TakeInput();
        }
        if (input is { } given)
            RunBackend(given.DelegationId, given.Items);
    }

    /// <summary>Hands something over to the Responses model; its task begins when the one before has ended.</summary>
    /// <returns>False when too much waits already.</returns>
    public bool TryDelegateToBackend(string delegationId)
    {
        lock (_gate)
        {
            if (_emitter.IsOver || !_backend.TryDelegate(delegationId))
                return false;
        }
        RunNextTask();
        return true;
    }

    /// <summary>One packet of the caller's voice.</summary>
    public void HandleAudio(ReadOnlySpan<byte> opus, in EncodedAudio packet)
    {
        (RealtimeTestAudio Audio, int Start)? spoken;
        lock (_gate)
        {
            if (_emitter.IsOver)
                return;
            _beatsWithoutPacket = 0;
            _listener.Handle(opus, packet);
            TakeUp();
            spoken = _listener.TakeSpoken();
            if (spoken is { } said)
            {
                _emitter.Transcript("session.input_transcript.delta",
                    string.Create(CultureInfo.InvariantCulture, $"[{said.Audio.Duration.TotalSeconds:0.0} s of speech; this endpoint does not transcribe words]"), said.Start, Now);
            }
        }
        if (spoken is { } answered)
            Answer(answered.Audio);
    }

    public async ValueTask StopAsync()
    {
        lock (_gate)
            _emitter.IsOver = true;
        if (_metronome is not null)
            await _metronome.DisposeAsync().ConfigureAwait(false);
        Dispose();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _emitter.IsOver = true;
            _listener.Dispose();
            _speaker.Dispose();
        }
    }

    private int Now => _listener.Now;

    private double Seconds => Math.Round(_beats * Metronome.Beat.TotalSeconds, 2);

    /// <summary>What a sideband alone may ask for, and what everybody may.</summary>
    private ApiError? HandleBeside(string type, JsonObject e, string? id) => type switch
    {
        "session.output_audio.fixture.play" => _fixture.Play(e, id),
        "transport.dtmf.send" => new ApiError("transport.dtmf.send requires a telephone call."),
        _ => Handle(type, e, id),
    };

    private ApiError? Handle(string type, JsonObject e, string? id)
    {
        switch (type)
        {
            case "session.update":
                if (e["session"] is not JsonObject changes)
                    return ApiError.Missing("session");
                if (_configuration.Update(changes) is { } wrong)
                    return wrong;
                _emitter.Emit("session.updated", id, ("session", Describe()));
                return null;
            case "session.input_audio.mute":
            case "session.input_audio.unmute":
                _listener.IsMuted = type.EndsWith(".mute", StringComparison.Ordinal);
                _emitter.Emit(type + "d", id);
                return null;
            case "session.instructions.append":
            case "session.thinking.append":
            case "session.commentary.append":
                return _fixture.IsPlaying ? new ApiError("No text can be appended while an audio fixture is playing.") : _appends.Add(type, e, id, _listener.Heard);
            case "session.close":
                _closeId = id;
                _drainingFor = 0;
                if (!_speaker.IsSpeaking)
                    CloseLocked("close_requested");
                return null;
            case "decision.create":
            case "decision.item.create":
            case "decision.item.delete":
                return LiveDecisions.Handle(type, e, id, _emitter);
            case "response.item.create" or "response.create" when _configuration.DelegationType != "responses":
                return new ApiError($"{type} requires Responses delegation.");
            case "response.item.create":
                return _backend.Give(e["item"] as JsonObject);
            case "response.create":
                return _backend.Create();
            default:
                return ApiError.InvalidValue("type", type, "'session.update', 'session.input_audio.mute', 'session.input_audio.unmute', 'session.instructions.append', 'session.thinking.append', "
                    + "'session.commentary.append', 'decision.create', 'decision.item.create', 'decision.item.delete', 'response.item.create', 'response.create', 'session.close'");
        }
    }

    private void TakeUp()
    {
        while (_appends.TryTake(_listener.Heard, out LiveAppend? append))
        {
            _emitter.Emit(append.Type + "ed", append.Id, ("start_ms", Now), ("end_ms", Now + (int)FrameOfTranscript.TotalMilliseconds));
            if (append.Type == "session.commentary.append")
                TrySayLocked(append.Content, audio: null);
        }
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

    /// <summary>What the Responses model does next; the script's code runs under no lock.</summary>
    private void RunBackend(string? delegationId, JsonArray items)
    {
        LiveTestResponse response;
        try
        {
            response = _backend.Ask(items);
        }
        catch (Exception e)     // a user's hook
        {
            _logger.HookFailed(nameof(LiveTestScript.OnResponse), e);
            ReportError(new ApiError($"The script's {nameof(LiveTestScript.OnResponse)} failed: {e.Message}", Type: "server_error"), null);
            response = new LiveTestResponse { Fails = true };
        }
        lock (_gate)
        {
            if (_emitter.IsOver)
                return;
            if (_backend.Respond(delegationId, response) is { } text)
                TrySayLocked(text, audio: null);
        }
        RunNextTask();
    }

    private void RunNextTask()
    {
        string? delegationId;
        lock (_gate)
        {
            if (_emitter.IsOver || !_backend.TryTakeTask(out delegationId))
                return;
            _emitter.Emit("session.delegation.created", null, ("offset_ms", Now), ("delegation", new JsonObject { ["id"] = delegationId, ["type"] = "delegation", ["target"] = "responses" }));
        }
        RunBackend(delegationId, []);
    }

    private bool TrySayLocked(string transcript, RealtimeTestAudio? audio) => !_emitter.IsOver && _started && _speaker.TrySay(transcript, audio);

    // Every 20 ms, on a timer's thread.
    private void OnBeat(int skipped)
    {
        lock (_gate)
        {
            if (_emitter.IsOver)
                return;
            _beats += 1 + skipped;
            if (++_beatsWithoutPacket >= BeatsWithoutAudio || _options.TimeProvider.GetUtcNow() >= _expiresAt)
            {
                CloseLocked("expired");
                return;
            }
            if (_started && _beats % BeatsOfUsage == 0)
                _emitter.Emit("session.usage.updated", null, ("usage", new JsonObject { ["seconds"] = Seconds }), ("context_window", new JsonObject { ["usage_ratio"] = 0.01 }));
            _speaker.SendFrame(skipped, word => _emitter.Transcript("session.output_transcript.delta", word, Now, Now + (int)FrameOfTranscript.TotalMilliseconds), pcm => _reflection.Say(pcm, Now));
            _fixture.Advance();
            if (_drainingFor >= 0 && (!_speaker.IsSpeaking || ++_drainingFor > BeatsOfDraining))
                CloseLocked("close_requested");
        }
    }

    private void StartLocked()
    {
        if (_started || _emitter.IsOver)
            return;
        _started = true;
        _listener.IsListening = true;
        _emitter.Emit("session.started", null, ("session", Describe()));
    }

    private void CloseLocked(string reason)
    {
        if (_emitter.IsOver)
            return;
        foreach (LiveAppend append in _appends.Pending)
            _emitter.Error(new ApiError("The session ended before the text was taken up.", "context_injection_incomplete"), append.Id);
        _emitter.Emit("session.closed", _closeId, ("reason", reason), ("session", Describe()), ("usage", new JsonObject { ["seconds"] = Seconds }));
        _emitter.IsOver = true;
        _over();
    }

    private JsonObject Describe() => _configuration.Describe(_session.Id, _expiresAt);
}
