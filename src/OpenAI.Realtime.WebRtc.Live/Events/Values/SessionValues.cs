using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary>A voice model of the Live API.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<LiveModel>))]
public readonly record struct LiveModel(string Value) : IOpenValue<LiveModel>
{
    /// <summary><c>gpt-live-1</c>: $0.05 a minute, silence included.</summary>
    public static LiveModel GptLive1 => new("gpt-live-1");

    /// <summary><c>gpt-live-1.1</c>: as <c>gpt-live-1</c>, with standby and better transcripts.</summary>
    public static LiveModel GptLive11 => new("gpt-live-1.1");

    /// <inheritdoc/>
    public static implicit operator LiveModel(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>Who a message is from. The Live API has no <c>system</c> in the messages that a session begins with.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<LiveRole>))]
public readonly record struct LiveRole(string Value) : IOpenValue<LiveRole>
{
    /// <summary><c>developer</c>: you, who made the program.</summary>
    public static LiveRole Developer => new("developer");

    /// <summary><c>user</c>: the person who speaks.</summary>
    public static LiveRole User => new("user");

    /// <summary><c>assistant</c>: the model.</summary>
    public static LiveRole Assistant => new("assistant");

    /// <summary><c>system</c>: of messages to the Decisions model alone.</summary>
    public static LiveRole System => new("system");

    /// <inheritdoc/>
    public static implicit operator LiveRole(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>Where the service says that a session stands.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<LiveSessionStatus>))]
public readonly record struct LiveSessionStatus(string Value) : IOpenValue<LiveSessionStatus>
{
    /// <summary><c>active</c>: the only one that is known; a closed session has it too.</summary>
    public static LiveSessionStatus Active => new("active");

    /// <inheritdoc/>
    public static implicit operator LiveSessionStatus(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>How far an item is.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<LiveItemStatus>))]
public readonly record struct LiveItemStatus(string Value) : IOpenValue<LiveItemStatus>
{
    /// <summary><c>in_progress</c>.</summary>
    public static LiveItemStatus InProgress => new("in_progress");

    /// <summary><c>completed</c>.</summary>
    public static LiveItemStatus Completed => new("completed");

    /// <summary><c>incomplete</c>.</summary>
    public static LiveItemStatus Incomplete => new("incomplete");

    /// <inheritdoc/>
    public static implicit operator LiveItemStatus(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>Why the service closed a session.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<LiveCloseReason>))]
public readonly record struct LiveCloseReason(string Value) : IOpenValue<LiveCloseReason>
{
    /// <summary><c>close_requested</c>: the client asked for it.</summary>
    public static LiveCloseReason CloseRequested => new("close_requested");

    /// <summary><c>expired</c>: its time was over: <c>expires_at</c>, too much context, or 30 s without audio.</summary>
    public static LiveCloseReason Expired => new("expired");

    /// <summary><c>content</c>: what was said is not allowed.</summary>
    public static LiveCloseReason Content => new("content");

    /// <summary><c>remote_hangup</c>: the other side of a telephone call hung up.</summary>
    public static LiveCloseReason RemoteHangup => new("remote_hangup");

    /// <summary><c>connection_lost</c>: the service lost the client.</summary>
    public static LiveCloseReason ConnectionLost => new("connection_lost");

    /// <inheritdoc/>
    public static implicit operator LiveCloseReason(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}
