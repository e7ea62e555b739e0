using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;
using OpenAI.Realtime.WebRtc.Live.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary><c>client</c>: what the other end of a WebRTC session may do, where that is a page and not the program that made the session.</summary>
public sealed record LiveClientConfig : IHasUnknownFields
{
    /// <summary>The data channel. Default: not set, everything.</summary>
    public Optional<LiveDataChannelConfig?> DataChannel { get; set; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>data_channel</c>: which events the data channel carries.</summary>
public sealed record LiveDataChannelConfig : IHasUnknownFields
{
    /// <summary>What the client may send. Default: not set, everything.</summary>
    public Optional<LiveAllowedClientEvents?> AllowedClientEvents { get; set; }

    /// <summary>What the client is sent. Default: not set, everything.</summary>
    public Optional<LiveAllowedServerEvents?> AllowedServerEvents { get; set; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>allowed_client_events</c>: all, or the events that are named; none where the list is empty. At most 256.</summary>
[JsonConverter(typeof(LiveAllowedClientEventsConverter))]
public sealed record LiveAllowedClientEvents
{
    /// <summary>The events that may be sent.</summary>
    /// <param name="types">Their names, such as <c>session.close</c>.</param>
    public LiveAllowedClientEvents(params ReadOnlySpan<string> types) => Types = new OptionalList<string>(types.ToArray());

    internal LiveAllowedClientEvents(RawJson json) => Json = json;

    /// <summary><c>"all"</c>.</summary>
    public static LiveAllowedClientEvents All { get; } = new(RawJson.Parse("\"all\""));

    /// <summary>Whether all may be sent.</summary>
    public bool IsAll => Json == All.Json;

    /// <summary>The names; empty where all may be sent.</summary>
    public OptionalList<string> Types { get; }

    /// <summary>What stands on the wire where it is no list of names; otherwise null.</summary>
    public RawJson? Json { get; }
}

/// <summary><c>allowed_server_events</c>: all, or the events that are named; none where the list is empty. At most 256.</summary>
[JsonConverter(typeof(LiveAllowedServerEventsConverter))]
public sealed record LiveAllowedServerEvents
{
    /// <summary>The events that are sent.</summary>
    public LiveAllowedServerEvents(params ReadOnlySpan<LiveServerEventSelector> events) => Events = new OptionalList<LiveServerEventSelector>(events.ToArray());

    internal LiveAllowedServerEvents(RawJson json) => Json = json;

    /// <summary><c>"all"</c>.</summary>
    public static LiveAllowedServerEvents All { get; } = new(RawJson.Parse("\"all\""));

    /// <summary>Whether all are sent.</summary>
    public bool IsAll => Json == All.Json;

    /// <summary>The events; empty where all are sent.</summary>
    public OptionalList<LiveServerEventSelector> Events { get; }

    /// <summary>What stands on the wire where it is no list of events; otherwise null.</summary>
    public RawJson? Json { get; }
}

/// <summary>Names an event of the service's.</summary>
public sealed record LiveServerEventSelector : IHasUnknownFields
{
    /// <summary>The event's name.</summary>
    public string? Type { get; init; }

    /// <summary>The name of the event within, exactly where <see cref="Type"/> is <c>response.event</c>. Default: not set.</summary>
    public Optional<string?> ResponseEvent { get; init; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>Names an event.</summary>
    public static implicit operator LiveServerEventSelector(string type) => new() { Type = type };

    /// <summary>Names an event of the Responses API, such as <c>response.completed</c>, within a <c>response.event</c>.</summary>
    public static LiveServerEventSelector Response(string responseEvent) => new() { Type = "response.event", ResponseEvent = responseEvent };
}
