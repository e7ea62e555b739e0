using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>Writes the events of a Live session: all for its sidebands, those that its channel may carry for its client, too. Under the conversation's gate.</summary>
internal sealed class LiveEmitter(LiveConfiguration configuration, LiveTestSession session)
{
    /// <summary>A longer id is not repeated in an answer.</summary>
    private const int LongestId = 512;

    /// <summary>Whether the session is over: nothing is sent any more.</summary>
    public bool IsOver { get; set; }

    public void Emit(string type, string? clientEventId, params ReadOnlySpan<(string Name, JsonNode? Value)> fields)
    {
        if (IsOver || AudienceOf(type, null) is not { } audience)
            return;
        JsonObject e = Begin(type);
        if (clientEventId is { Length: <= LongestId })
            e["client_event_id"] = clientEventId;
        foreach ((string field, JsonNode? value) in fields)
            e[field] = value;
        session.Send(type, Json.Write(e), audience);
    }

    public void Error(ApiError error, string? clientEventId)
    {
        JsonObject json = error.ToJson();
        if (clientEventId is { Length: <= LongestId })
            json["client_event_id"] = clientEventId;
        Emit("error", null, ("error", json));
    }

    public void Transcript(string type, string delta, int start, int end) => Emit(type, null, ("delta", delta), ("start_ms", start), ("end_ms", end));

    /// <summary><c>response.event</c>, which the channel may carry for some inner events alone.</summary>
    public void Response(string? delegationId, JsonObject inner)
    {
        const string Type = "response.event";
        if (IsOver || AudienceOf(Type, inner.Text("type")) is not { } audience)
            return;
        JsonObject e = Begin(Type);
        (e["delegation_id"], e["event"]) = (delegationId, inner);
        session.Send(Type, Json.Write(e), audience);
    }

    private LiveAudience? AudienceOf(string type, string? responseEvent) => type == "info" ? LiveAudience.Channel
        : configuration.IsSent(type, responseEvent) ? LiveAudience.Everybody
        : session.SidebandCount > 0 ? LiveAudience.Sidebands
        : null;

    private static JsonObject Begin(string type) => new() { ["type"] = type, ["event_id"] = Json.NewId("event_", 20) };
}
