using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>What the service tells hosts by itself of Live sessions.</summary>
internal static class LiveWebhooks
{
    /// <summary>A session over WebRTC has come to be.</summary>
    public static JsonObject Connected(string sessionId, DateTimeOffset now) => Write("live.transport.connected", now, new JsonObject { ["session_id"] = sessionId, ["type"] = "webrtc" });

    /// <summary>Somebody calls.</summary>
    public static JsonObject Incoming(string sessionId, IEnumerable<(string Name, string Value)> sipHeaders, DateTimeOffset now) => Write("live.transport.incoming", now, new JsonObject
    {
        ["session_id"] = sessionId,
        ["type"] = "sip",
        ["sip_headers"] = new JsonArray([.. sipHeaders.Select(header => new JsonObject { ["name"] = header.Name, ["value"] = header.Value })]),
        ["sip_media_security"] = "srtp",
    });

    private static JsonObject Write(string type, DateTimeOffset now, JsonObject data) => new()
    {
        ["id"] = Json.NewId("evt_"),
        ["object"] = "event",
        ["type"] = type,
        ["created_at"] = now.ToUnixTimeSeconds(),
        ["data"] = data,
    };
}
