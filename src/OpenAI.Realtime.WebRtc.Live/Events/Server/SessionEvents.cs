using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary><c>session.started</c>: the session runs, and what is said from now on is heard.</summary>
public sealed record LiveSessionStarted : LiveServerEvent
{
    /// <summary>The session, with the configuration in effect.</summary>
    public required LiveSessionInfo Session { get; init; }

    private protected override string WireName => "session.started";

    private protected override string? Gist => Session.Id;
}

/// <summary><c>session.updated</c>: a <see cref="LiveSessionUpdate"/> has taken effect.</summary>
public sealed record LiveSessionUpdated : LiveServerEvent
{
    /// <summary>The session, with the whole configuration in effect.</summary>
    public required LiveSessionInfo Session { get; init; }

    private protected override string WireName => "session.updated";

    private protected override string? Gist => Session.Id;
}

/// <summary><c>session.closed</c>: the session has ended. Nothing follows.</summary>
public sealed record LiveSessionClosed : LiveServerEvent
{
    /// <summary>Why.</summary>
    public LiveCloseReason? Reason { get; init; }

    /// <summary>The session as it was; null where the service does not say.</summary>
    public LiveSessionInfo? Session { get; init; }

    /// <summary>What the whole session is charged for; null where the service does not say.</summary>
    public LiveUsage? Usage { get; init; }

    private protected override string WireName => "session.closed";

    private protected override string? Gist => Reason?.Value;
}

/// <summary><c>session.usage.updated</c>: what has been used up to now. Some four times a minute, or once.</summary>
public sealed record LiveUsageUpdated : LiveServerEvent
{
    /// <summary>What the session is charged for up to now; the whole, and not what was added.</summary>
    public required LiveUsage Usage { get; init; }

    /// <summary>How full the model's memory is; null where the service does not say.</summary>
    public LiveContextWindow? ContextWindow { get; init; }

    private protected override string WireName => "session.usage.updated";

    private protected override string Gist => Usage.ToString();
}

/// <summary><c>usage</c>: what a session is charged for.</summary>
public sealed record LiveUsage : IHasUnknownFields
{
    /// <summary>How long the session was active, from its beginning: a session that runs is charged for by the second, silence included.</summary>
    [JsonPropertyName("seconds"), JsonConverter(typeof(SecondsConverter))]
    public TimeSpan Active { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>The time in seconds.</summary>
    public override string ToString() => EventText.Of(Active);
}

/// <summary><c>context_window</c>: how full the model's memory is.</summary>
public sealed record LiveContextWindow : IHasUnknownFields
{
    /// <summary>The used share of it, 0 to 1. Above 0.9 the service begins anew within the session, with the instructions and what was said last.</summary>
    public double? UsageRatio { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}
