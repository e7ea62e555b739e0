using System.Text.Json;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>The body of a request, a reply or a webhook.</summary>
public abstract record RestObject : IHasUnknownFields
{
    private protected RestObject()
    {
    }

    /// <summary>Fields that have no property here; written again as they came.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>The object as JSON, as UTF-8.</summary>
    public byte[] ToUtf8Json() => JsonSerializer.SerializeToUtf8Bytes(this, EventsJson.Ga.GetTypeInfo(GetType()));

    /// <summary>What it is; never a secret.</summary>
    public sealed override string ToString() => EventText.Of(GetType().Name, Gist);

    /// <summary>What <see cref="ToString"/> says beside the name; null for nothing. Never a secret.</summary>
    private protected virtual string? Gist => null;

    /// <summary>Reads one.</summary>
    /// <exception cref="JsonException">It is no JSON, or does not fit.</exception>
    private protected static T Read<T>(ReadOnlySpan<byte> utf8Json)
        where T : RestObject =>
        EventsJson.Read(utf8Json, EventsJson.Ga.Of<T>()) ?? throw new JsonException($"The {typeof(T).Name} is null.");
}
