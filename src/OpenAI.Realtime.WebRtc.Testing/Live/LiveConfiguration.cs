using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>The configuration of a Live session: what the service accepts over WebRTC, what it keeps, what can be changed later.</summary>
internal sealed class LiveConfiguration
{
    private const int MaxInput = 128;

    private static readonly Shape Questions = Shape.Array;
    private static readonly Shape Delay = Shape.Number(0, 60_000).OrNull;

    private static readonly Shape Responses = Shape.Object(
        ("model", Shape.Text), ("instructions", Shape.Text.OrNull), ("max_output_tokens", Shape.Number(16, int.MaxValue).OrNull), ("parallel_tool_calls", Shape.Flag.OrNull),
        ("reasoning", Shape.Object(("effort", Shape.Text.OrNull), ("summary", Shape.Text.OrNull)).OrNull), ("service_tier", Shape.Text.OrNull),
        ("text", Shape.Object(("verbosity", Shape.Text.OrNull)).OrNull), ("tool_choice", Shape.Any), ("tools", Shape.Array));

    private static readonly Shape Delegation = Shape.Object(
        ("type", Shape.OneOf("client", "responses", "decisions")), ("acknowledgement_delay_ms", Delay), ("responses", Responses),
        ("decisions", Shape.Object(("model", Shape.Text), ("questions", Questions))));

    private static readonly Shape Channel = Shape.Object(("data_channel", Shape.Object(("allowed_client_events", Shape.Any), ("allowed_server_events", Shape.Any))));

    private static readonly Shape Whole = Shape.Object(
        ("model", Shape.Text), ("instructions", Shape.Text.OrNull), ("input", Shape.Array), ("audio", Shape.Object(("output", Shape.Object(("voice", Shape.Any))))), ("client", Channel),
        ("delegation", Delegation.OrNull), ("triggers", Shape.Array), ("store", Shape.Flag), ("safety_identifier", Shape.Text.OrNull));

    private static readonly Shape Changes = Shape.Object(("delegation", Delegation), ("triggers", Shape.Array));

    /// <summary>The voices that are known; another name is refused as a key without access is.</summary>
    private static readonly HashSet<string> Voices = [.. ("alloy ash ballad beacon bossa brise calandria cedar cinder compas coral delta destello echo flitz gleam halo harema hornero juni luciernaga marin meridian nira noeul nuri "
        + "pearl quartz ripple sage shida shimmer shitan sillage stone tempo verse vesper willow").Split(' ')];

    private readonly JsonObject _json;

    private LiveConfiguration(JsonObject json) => _json = json;

    /// <summary>The work that the voice model hands over goes to: <c>client</c>, <c>responses</c> or <c>decisions</c>.</summary>
    public string DelegationType => (_json["delegation"] as JsonObject).Text("type") ?? "client";

    /// <summary>Whether the data channel's events are limited in any way.</summary>
    public bool LimitsChannel => DataChannel is not null;

    private JsonObject? DataChannel => (_json["client"] as JsonObject)?["data_channel"] as JsonObject;

    /// <summary>Takes a configuration.</summary>
    /// <returns>Null when it is refused.</returns>
    public static LiveConfiguration? Create(JsonObject? asked, out int status, out ApiError? error)
    {
        status = 400;
        error = asked is null ? ApiError.Missing("session") : Whole.Check(asked, "session");
        if (error is null && string.IsNullOrEmpty(asked.Text("model")))
            error = ApiError.Missing("session.model");
        if (error is null && asked!["input"] is JsonArray { Count: > MaxInput })
            error = new ApiError($"Invalid 'session.input': at most {MaxInput} messages.", "invalid_value", "session.input");
        if (error is null && ((asked!["audio"] as JsonObject)?["output"] as JsonObject).Text("voice") is { } voice && !Voices.Contains(voice))
            (status, error) = (403, new ApiError("Voice session access denied", "forbidden", Type: "forbidden"));
        return error is null ? new LiveConfiguration((JsonObject)asked!.DeepClone()) : null;
    }

    /// <summary>Changes what can be changed.</summary>
    /// <returns>What is wrong; null for nothing.</returns>
    public ApiError? Update(JsonObject changes)
    {
        if (Changes.Check(changes, "session") is { } error)
            return error;
        if (changes["delegation"] is JsonObject delegation)
        {
            if (delegation.Text("type") != DelegationType)
                return new ApiError("The type of a session's delegation cannot be changed.", "immutable_field_update", "session.delegation.type");
            Merge(_json["delegation"] as JsonObject ?? (JsonObject)(_json["delegation"] = new JsonObject()), delegation);
        }
        if (changes["triggers"] is JsonArray triggers)
            _json["triggers"] = triggers.DeepClone();
        return null;
    }

    /// <summary>The session as the service describes it.</summary>
    public JsonObject Describe(string id, DateTimeOffset expiresAt)
    {
        var session = new JsonObject { ["id"] = id, ["expires_at"] = expiresAt.ToUnixTimeSeconds(), ["status"] = "active" };
        foreach ((string name, JsonNode? value) in _json)
        {
            if (name != "safety_identifier")
                session[name] = value?.DeepClone();
        }
        session["delegation"] ??= new JsonObject { ["type"] = "client" };
        return session;
    }

    /// <summary>Whether the client may send an event over the data channel.</summary>
    public bool MaySend(string type) => DataChannel?["allowed_client_events"] is not JsonArray allowed || allowed.Any(name => name.AsText() == type);

    /// <summary>Whether the client is sent an event over the data channel.</summary>
    public bool IsSent(string type, string? responseEvent) => DataChannel?["allowed_server_events"] is not JsonArray allowed
        || allowed.OfType<JsonObject>().Any(selector => selector.Text("type") == type && (type != "response.event" || selector.Text("response_event") == responseEvent));

    // Objects member by member, lists and everything else as a whole.
    private static void Merge(JsonObject into, JsonObject changes)
    {
        foreach ((string name, JsonNode? value) in changes)
        {
            if (value is JsonObject inner && into[name] is JsonObject existing)
                Merge(existing, inner);
            else
                into[name] = value?.DeepClone();
        }
    }
}
