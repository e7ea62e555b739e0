using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary>What a session is to be, or is. Only what is set is sent. Nearly all of it is fixed when the session begins; <see cref="LiveSessionChanges"/> has the rest.</summary>
public abstract record LiveSessionSettings : IHasUnknownFields
{
    private protected LiveSessionSettings()
    {
    }

    /// <summary>The voice model. Default: not set; the client then names its own.</summary>
    public OptionalValue<LiveModel> Model { get; set; }

    /// <summary>What the model is and how it speaks, at most 16,384 tokens. Default: not set, the service's own words. Later orders: <see cref="LiveInstructionsAppend"/>.</summary>
    public Optional<string?> Instructions { get; set; }

    /// <summary>What was said before: at most 128 messages and 8,192 tokens. It makes the start longer. Default: not set, nothing.</summary>
    public OptionalList<LiveMessage> Input { get; set; }

    /// <summary>The voice. Default: not set.</summary>
    public Optional<LiveAudioConfig?> Audio { get; set; }

    /// <summary>What the data channel may carry. Default: not set, everything.</summary>
    public Optional<LiveClientConfig?> Client { get; set; }

    /// <summary>Who does the work that the voice model hands over. Default: not set, your program (<see cref="LiveClientDelegation"/>).</summary>
    public Optional<LiveDelegationConfig?> Delegation { get; set; }

    /// <summary>When the Decisions model is asked by itself; at most one for each kind of event. Default: not set, never.</summary>
    public OptionalList<LiveDecisionTrigger> Triggers { get; set; }

    /// <summary>Whether the service keeps a recording, from which the session can be forked for 30 days. Default: not set, no.</summary>
    public Optional<bool?> Store { get; set; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>The voice of <see cref="Audio"/>. Default: not set, <c>marin</c>.</summary>
    [JsonIgnore]
    public OptionalValue<LiveVoice> Voice
    {
        get => Audio.Value?.Output.Value?.Voice ?? default;
        set
        {
            LiveAudioConfig audio = Audio.Value ?? new LiveAudioConfig();
            audio.Output = (audio.Output.Value ?? new LiveAudioOutput()) with { Voice = value };
            Audio = audio;
        }
    }
}

/// <summary><c>session</c>: what a session is to be.</summary>
public sealed record LiveSessionConfig : LiveSessionSettings
{
    /// <summary>The end user's stable, hashed identifier. Default: not set.</summary>
    public Optional<string?> SafetyIdentifier { get; set; }

    /// <summary>Reads a configuration.</summary>
    /// <param name="utf8Json">The object, as UTF-8.</param>
    /// <exception cref="System.Text.Json.JsonException">It is no configuration.</exception>
    public static LiveSessionConfig Read(ReadOnlySpan<byte> utf8Json) =>
        ObjectJson.Read(utf8Json, Json.LiveJson.Options.Of<LiveSessionConfig>()) ?? throw new System.Text.Json.JsonException("The configuration is null.");

    /// <summary>The configuration as JSON, as UTF-8.</summary>
    public byte[] ToUtf8Json() => System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(this, Json.LiveJson.Options.Of<LiveSessionConfig>());

    /// <summary>The configuration as JSON, without credentials, long texts cut.</summary>
    public override string ToString() => ShownJson.Of(ToUtf8Json());
}

/// <summary><c>session</c>: a session, with the configuration in effect.</summary>
public sealed record LiveSessionInfo : LiveSessionSettings
{
    /// <summary>The session's id, such as <c>live_…</c>.</summary>
    [JsonPropertyOrder(-1)]
    public string? Id { get; init; }

    /// <summary>When the service ends the session, about two hours after its start; null where it does not say.</summary>
    [JsonConverter(typeof(UnixSecondsConverter))]
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Where it stands; null where the service does not say.</summary>
    public LiveSessionStatus? Status { get; init; }

    /// <summary>The session's id.</summary>
    public override string ToString() => EventText.Of("session", Id);
}

/// <summary><c>session</c> of a <see cref="LiveSessionUpdate"/>: what of a running session can be changed.</summary>
public sealed record LiveSessionChanges : IHasUnknownFields
{
    /// <summary>Other settings for the delegation; its type cannot be changed. Tools are replaced as a list, everything else member by member. Default: not set, as it is.</summary>
    public Optional<LiveDelegationConfig?> Delegation { get; set; }

    /// <summary>Other triggers, which replace all that there are; an empty list for none. Default: not set, as they are.</summary>
    public OptionalList<LiveDecisionTrigger> Triggers { get; set; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}
