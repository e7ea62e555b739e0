using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary>An event whose name this version does not know.</summary>
public sealed record UnknownLiveEvent : LiveServerEvent
{
    internal UnknownLiveEvent(string type, JsonElement json)
    {
        WireName = type;
        Json = json;
        EventId = Text("event_id"u8);
        ClientEventId = Text("client_event_id"u8);

        string? Text(ReadOnlySpan<byte> name) => json.TryGetProperty(name, out JsonElement id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
    }

    /// <summary>The whole event.</summary>
    public RawJson Json { get; }

    private protected override string WireName { get; }

    internal override void Write(IBufferWriter<byte> output) => output.Write(JsonMarshal.GetRawUtf8Value(Json.Element));
}
