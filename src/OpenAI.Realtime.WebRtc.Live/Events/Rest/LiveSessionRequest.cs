using System.Text.Json;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;
using OpenAI.Realtime.WebRtc.Live.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary>What <c>POST live/sessions</c> is asked: a session, and how to reach it. For hosts that create sessions for others, and for tests.</summary>
public sealed record LiveSessionRequest : IHasUnknownFields
{
    /// <summary>What the session is to be; may be missing from the request for a fork.</summary>
    public LiveSessionConfig? Session { get; init; }

    /// <summary>How to reach it.</summary>
    public required LiveTransport Transport { get; init; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>Reads a request.</summary>
    /// <param name="utf8Json">The object, as UTF-8.</param>
    /// <exception cref="JsonException">It is no request.</exception>
    public static LiveSessionRequest Read(ReadOnlySpan<byte> utf8Json) =>
        ObjectJson.Read(utf8Json, LiveJson.Options.Of<LiveSessionRequest>()) ?? throw new JsonException("The request is null.");

    /// <summary>The request as JSON, as UTF-8. The offer's last line end is in it.</summary>
    public byte[] ToUtf8Json() => JsonSerializer.SerializeToUtf8Bytes(this, LiveJson.Options.Of<LiveSessionRequest>());

    /// <summary>Names the transport; never the SDP.</summary>
    public override string ToString() => EventText.Of("session", Transport.Type);
}

/// <summary>What <c>POST live/sessions</c> answers.</summary>
public sealed record LiveSessionReply : IHasUnknownFields
{
    /// <summary>The session.</summary>
    public required LiveSessionReference Session { get; init; }

    /// <summary>How to reach it.</summary>
    public LiveTransport? Transport { get; init; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>Reads a reply.</summary>
    /// <param name="utf8Json">The object, as UTF-8.</param>
    /// <exception cref="JsonException">It is no reply.</exception>
    public static LiveSessionReply Read(ReadOnlySpan<byte> utf8Json) =>
        ObjectJson.Read(utf8Json, LiveJson.Options.Of<LiveSessionReply>()) ?? throw new JsonException("The reply is null.");

    /// <summary>The reply as JSON, as UTF-8.</summary>
    public byte[] ToUtf8Json() => JsonSerializer.SerializeToUtf8Bytes(this, LiveJson.Options.Of<LiveSessionReply>());

    /// <summary>Names the session; never the SDP.</summary>
    public override string ToString() => EventText.Of("session", Session.Id);
}

/// <summary>A session by its id.</summary>
public sealed record LiveSessionReference : IHasUnknownFields
{
    /// <summary>The id.</summary>
    public string? Id { get; init; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary><c>transport</c>: how a session is reached.</summary>
public sealed record LiveTransport : IHasUnknownFields
{
    /// <summary><c>webrtc</c> or <c>sip</c>.</summary>
    public string? Type { get; init; }

    /// <summary>The offer, or the answer, byte for byte: without its last line end it is refused. It holds the password of the connection.</summary>
    public string? Sdp { get; init; }

    /// <summary>The stream id of a data channel that both sides know beforehand (<c>dcid</c>). Default: null, the channel is opened in-band.</summary>
    [JsonPropertyName("dcid")]
    public int? ChannelId { get; init; }

    /// <summary>Fields that have no property here; sent as they are, and kept where they were received.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>Names the transport; never the SDP.</summary>
    public override string ToString() => Type ?? "transport";
}
