using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>
/// The service's side of one conversation. Events, audio and time come in; events go out through <c>send</c> and audio through <c>sendAudio</c>.
/// </summary>
/// <remarks>
/// <code>
///   Conversation.cs            the gate, what comes in, what goes out
///   Conversation.Items.cs      the items, and the client's events about them
///   Conversation.Input.cs      the caller's audio: voice activity, commit, "transcription"
///   Conversation.Responses.cs  responses, from response.created to response.done, and their end before the time
///   Conversation.Translation.cs  a session of another kind, which translates
///   Conversation.Output.cs     the output audio buffer, a frame every 20 ms
/// </code>
/// One lock guards all of it. What is done under it is short and never waits; a reply runs as a task that takes the lock for each step.
/// </remarks>
internal sealed partial class Conversation : IDisposable
{
    private readonly Lock _gate = new();
    private readonly RealtimeTestCall _call;
    private readonly RealtimeTestEndpointOptions _options;
    private readonly EffectiveSession _session;
    private readonly Action<string, byte[]> _send;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _conversationId = Json.NewId("conv_");
    private bool _isOver;

    /// <param name="call">The call that hooks are shown.</param>
    /// <param name="options">The endpoint's.</param>
    /// <param name="session">The session's configuration; from now on the conversation's own.</param>
    /// <param name="send">Takes an event's name and JSON; must neither wait nor throw.</param>
    /// <param name="sendAudio">Takes an Opus packet.</param>
    /// <param name="logger">Where a hook's failures go.</param>
    public Conversation(
        RealtimeTestCall call, RealtimeTestEndpointOptions options, EffectiveSession session, Action<string, byte[]> send, AudioPacketHandler sendAudio, ILogger logger)
    {
        _call = call;
        _options = options;
        _session = session;
        _send = send;
        _sendAudio = sendAudio;
        _time = options.TimeProvider;
        _logger = logger;
        IOpusCodecFactory codecs = options.CodecFactory ?? OpusCodecs.Auto;
        _encoder = codecs.CreateEncoder(new OpusEncoderOptions());
        _uplink = new UplinkDecoder(codecs.CreateDecoder());
        _input = new InputAudioBuffer(AudioFormat.Mono48kHz.SamplesIn(options.MaxTurn));
        ConfigureVoiceActivity();
    }

    public delegate void AudioPacketHandler(ReadOnlySpan<byte> opus, OpusPacketHeader header);

    /// <summary>A copy of the configuration in effect.</summary>
    public JsonObject Session
    {
        get
        {
            lock (_gate)
                return _session.ToJson();
        }
    }

    public UplinkStatistics Uplink
    {
        get
        {
            UplinkMeter copy;
            lock (_gate)
            {
                if (_measured is not null)
                    return _measured;
                copy = _meter.Copy();
            }

            return copy.Snapshot();
        }
    }

    /// <summary>The channel is open: the first event, and the first audio.</summary>
    public void Open()
    {
        lock (_gate)
        {
            Emit("session.created", ("session", _session.ToJson()));
            _metronome = new Metronome(_time, OnBeat);
        }
    }

    /// <summary>One message of the client.</summary>
    public void HandleMessage(ReadOnlySpan<byte> utf8)
    {
        if (!Json.TryParseObject(utf8, out JsonObject? clientEvent, out string problem))
        {
            ReportError(new ApiError($"The server could not read the event: {problem}", "invalid_event"), null);
            return;
        }

        string? eventId = clientEvent.Text("event_id");
        if (clientEvent.Text("type") is not { } type)
        {
            ReportError(clientEvent.ContainsKey("type") ? ApiError.InvalidType("type", "a string", clientEvent["type"]) : ApiError.Missing("type"), eventId);
            return;
        }

        try
        {
            if (_options.Script.OnEvent is { } onEvent && onEvent(_call, (JsonObject)clientEvent.DeepClone()))
                return;
        }
        catch (Exception e)     // a user's hook
        {
            _logger.HookFailed(nameof(RealtimeTestScript.OnEvent), e);
            ReportError(new ApiError($"The script's {nameof(RealtimeTestScript.OnEvent)} failed: {e.Message}", Type: "server_error"), eventId);
            return;
        }

        lock (_gate)
        {
            if (_isOver)
                return;
            if ((_session.IsTranslation ? HandleTranslating(type, clientEvent) : Handle(type, clientEvent)) is { } error)
                EmitError(error, eventId);
        }
    }

    /// <summary>Sends an error event.</summary>
    public void ReportError(ApiError error, string? eventId)
    {
        lock (_gate)
            EmitError(error, eventId);
    }

    /// <summary>Over: nothing is said any more, no task goes on.</summary>
    public void End()
    {
        lock (_gate)
        {
            if (_isOver)
                return;
            _isOver = true;
            foreach (ResponseRun run in _runs)
            {
                run.IsOver = true;
                _ = run.Stop.CancelAsync();
            }

            _runs.Clear();
            _player.Clear();
            _input.Free();
            _items.Clear();
            _pendingAudio = null;
        }
    }

    /// <summary>Stops the beat, then frees the codec.</summary>
    public async ValueTask StopAsync()
    {
        End();
        if (_metronome is not null)
            await _metronome.DisposeAsync().ConfigureAwait(false);
        Dispose();
    }

    /// <summary>An ended call is remembered: what it was measured with is given back, what was measured stays.</summary>
    public void Dispose()
    {
        UplinkStatistics measured = Uplink;
        lock (_gate)
        {
            _isOver = true;
            _measured = measured;
            _meter.Free();
            _encoder.Dispose();
            _uplink.Dispose();
        }
    }

    private ApiError? Handle(string type, JsonObject e) => type switch
    {
        "session.update" => UpdateSession(e),
        "input_audio_buffer.append" => null,            // audio comes on the track; accepted and ignored
        "input_audio_buffer.commit" => CommitByClient(),
        "input_audio_buffer.clear" => ClearInput(),
        "output_audio_buffer.clear" => ClearOutput(),
        "conversation.item.create" => CreateItem(e),
        "conversation.item.retrieve" => RetrieveItem(e),
        "conversation.item.delete" => DeleteItem(e),
        "conversation.item.truncate" => TruncateItem(e),
        "response.create" => CreateResponse(e),
        "response.cancel" => CancelResponse(e),
        _ => ApiError.InvalidValue("type", type,
            "'session.update', 'input_audio_buffer.append', 'input_audio_buffer.commit', 'input_audio_buffer.clear', 'output_audio_buffer.clear', "
            + "'conversation.item.create', 'conversation.item.retrieve', 'conversation.item.delete', 'conversation.item.truncate', 'response.create', 'response.cancel'"),
    };

    private ApiError? UpdateSession(JsonObject e)
    {
        if (e["session"] is not JsonObject update)
            return e.ContainsKey("session") ? ApiError.InvalidType("session", "an object", e["session"]) : ApiError.Missing("session");
        if (_session.Apply(update, "session", isCall: false, _hasSpoken) is { } error)
            return error;
        ConfigureVoiceActivity();
        Emit("session.updated", ("session", _session.ToJson()));
        return null;
    }

    private void Emit(string type, params ReadOnlySpan<(string Name, JsonNode? Value)> fields)
    {
        if (_isOver || EventDialect.NameOf(type, _session.IsBeta) is not { } name || (_session.IsTranslation && !EventDialect.IsOfTranslation(type)))
            return;
        var e = new JsonObject { ["type"] = name, ["event_id"] = Json.NewId("event_", 20) };
        foreach ((string field, JsonNode? value) in fields)
            e[field] = value;
        _send(name, Json.Write(e));
    }

    private void EmitError(ApiError error, string? eventId)
    {
        JsonObject json = error.ToJson();
        json["event_id"] = eventId is { Length: <= 512 } ? eventId : null;
        Emit("error", ("error", json));
    }
}
