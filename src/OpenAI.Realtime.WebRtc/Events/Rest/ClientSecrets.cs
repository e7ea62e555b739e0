using System.Text.Json;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>
/// The body of <c>POST realtime/client_secrets</c>, and for a <see cref="TranslationSessionConfig"/> of <c>POST realtime/translations/client_secrets</c>: asks for an ephemeral key.
/// </summary>
public sealed record ClientSecretRequest : RestObject
{
    /// <summary><c>expires_after</c>: how long the key opens calls. Default: null, the service decides (600 s).</summary>
    public ClientSecretLifetime? ExpiresAfter { get; set; }

    /// <summary>What the key's sessions are to be. Default: null, the client says. A translation needs one.</summary>
    public SessionConfig? Session { get; set; }

    /// <summary>Reads a request.</summary>
    /// <exception cref="JsonException">It is no JSON, or does not fit.</exception>
    public static ClientSecretRequest Read(ReadOnlySpan<byte> utf8Json) => Read<ClientSecretRequest>(utf8Json);
}

/// <summary><c>expires_after</c>: how long a key is to live.</summary>
public sealed record ClientSecretLifetime : IHasUnknownFields
{
    /// <summary>From when it is counted; the service knows only <c>created_at</c>, which is the default.</summary>
    public string? Anchor { get; set; } = "created_at";

    /// <summary>How long, in whole seconds: 10 s to 2 h. Default: null, the service decides (600 s).</summary>
    [JsonPropertyName("seconds")]
    [JsonConverter(typeof(SecondsConverter))]
    public TimeSpan? Lifetime { get; set; }

    /// <summary>Fields that have no property here; sent as they are.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>So long, from the key's creation.</summary>
    public static implicit operator ClientSecretLifetime(TimeSpan lifetime) => new() { Lifetime = lifetime };
}

/// <summary>The reply to a <see cref="ClientSecretRequest"/>.</summary>
public sealed record ClientSecretReply : RestObject
{
    /// <summary>The key, <c>ek_…</c>. A secret; <see cref="RestObject.ToString"/> does not show it.</summary>
    public required string Value { get; init; }

    /// <summary>When it stops opening calls; a session that runs then goes on.</summary>
    [JsonConverter(typeof(UnixSecondsConverter))]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>What its sessions will be.</summary>
    public SessionInfo? Session { get; init; }

    /// <summary>Reads a reply.</summary>
    /// <exception cref="JsonException">It is no JSON, or does not fit.</exception>
    public static ClientSecretReply Read(ReadOnlySpan<byte> utf8Json) => Read<ClientSecretReply>(utf8Json);

    private protected override string? Gist => ExpiresAt is { } at ? $"expires {at:u}" : null;
}
