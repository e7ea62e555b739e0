using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>An event whose name this version does not know.</summary>
public sealed record UnknownServerEvent : ServerEvent
{
    internal UnknownServerEvent(string type, JsonElement json)
    {
        WireName = type;
        Json = json;
        if (json.TryGetProperty("event_id"u8, out JsonElement id) && id.ValueKind == JsonValueKind.String)
            EventId = id.GetString();
    }

    /// <summary>The whole event.</summary>
    public RawJson Json { get; }

    private protected override string WireName { get; }

    internal override void Write(IBufferWriter<byte> output, RealtimeDialect dialect) => output.Write(JsonMarshal.GetRawUtf8Value(Json.Element));
}
