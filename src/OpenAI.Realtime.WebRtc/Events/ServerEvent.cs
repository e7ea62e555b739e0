using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>
/// An event that the service sent. Every event arrives: one that this version does not know as <see cref="UnknownServerEvent"/>, one whose body does not fit
/// its type as <see cref="MalformedServerEvent"/>.
/// </summary>
public abstract class ServerEvent
{
    private string? _received;

    private protected ServerEvent()
    {
    }

    /// <summary>The event's name on the wire, as it was received.</summary>
    [JsonIgnore]
    public string Type => _received ?? WireName;

    /// <summary>The event's id, such as <c>event_…</c>; null where the service gave none.</summary>
    public string? EventId { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? AdditionalProperties { get; set; }

    /// <summary>The name in the GA dialect.</summary>
    private protected abstract string WireName { get; }

    /// <summary>Names the event.</summary>
    public override string ToString() => Type;

    /// <summary>Takes the name down under which the event came, where that is another one.</summary>
    internal ServerEvent ReceivedAs(string type)
    {
        _received = type;
        return this;
    }
}

/// <summary>An event whose name this version does not know.</summary>
public sealed class UnknownServerEvent : ServerEvent
{
    internal UnknownServerEvent(string type, JsonElement json)
    {
        WireName = type;
        Json = json;
        if (json.TryGetProperty("event_id"u8, out JsonElement id) && id.ValueKind == JsonValueKind.String)
            EventId = id.GetString();
    }

    /// <summary>The whole event.</summary>
    public JsonElement Json { get; }

    private protected override string WireName { get; }
}

/// <summary>A message that is no event, or an event whose body does not fit its type. The stream goes on after it.</summary>
public sealed class MalformedServerEvent : ServerEvent
{
    internal MalformedServerEvent(string type, string json, string reason)
    {
        WireName = type;
        Json = json;
        Reason = reason;
    }

    /// <summary>What was received; may be no JSON at all. Bytes that are no UTF-8 are replaced.</summary>
    public string Json { get; }

    /// <summary>What does not fit.</summary>
    public string Reason { get; }

    private protected override string WireName { get; }

    /// <inheritdoc/>
    public override string ToString() => $"{(Type.Length == 0 ? "(no type)" : Type)}: {Reason}";
}
