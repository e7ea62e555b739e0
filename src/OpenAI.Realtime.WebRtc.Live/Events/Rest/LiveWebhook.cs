using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;
using OpenAI.Realtime.WebRtc.Live.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary>
/// What the service tells a host by itself about Live sessions: <see cref="LiveTransportConnected"/>, <see cref="LiveTransportIncoming"/>. Check the webhook's signature before you believe it: <c>MapRealtimeWebhooks</c> of the ASP.NET
/// package does, and hands these to <c>OnOther</c>; elsewhere <see cref="WebhookSecret"/> does.
/// </summary>
public abstract record LiveWebhook : IHasUnknownFields
{
    private protected LiveWebhook()
    {
    }

    /// <summary>The event's id, <c>evt_…</c>.</summary>
    public string? Id { get; init; }

    /// <summary><c>event</c>, where the service says so.</summary>
    [JsonPropertyName("object")]
    public string? ObjectType { get; init; }

    /// <summary>When it was sent.</summary>
    [JsonConverter(typeof(UnixSecondsConverter))]
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>The kind, such as <c>live.transport.connected</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }

    /// <summary>The session that it is about.</summary>
    [JsonIgnore]
    public abstract string SessionId { get; }

    /// <summary>Reads a webhook's body. Never throws.</summary>
    /// <param name="utf8Json">The body, as UTF-8.</param>
    /// <param name="webhook">The webhook; null for one of a kind that this version does not know, and for what is no webhook of a Live session's.</param>
    /// <returns>Whether it could be read.</returns>
    public static bool TryRead(ReadOnlySpan<byte> utf8Json, [NotNullWhen(true)] out LiveWebhook? webhook)
    {
        webhook = null;
        try
        {
            var reader = new Utf8JsonReader(utf8Json);
            string? type = reader.Read() && reader.TokenType == JsonTokenType.StartObject ? TypePeek.Find(reader, "type"u8) : null;
            LiveWebhook? read = type switch
            {
                "live.transport.connected" => ObjectJson.Read(utf8Json, LiveJson.Options.Of<LiveTransportConnected>()),
                "live.transport.incoming" or "live.call.incoming" => ObjectJson.Read(utf8Json, LiveJson.Options.Of<LiveTransportIncoming>()),
                _ => null,
            };
            if (read is not null)
                webhook = read with { Type = type };        // where it is named twice, it is what it was read as
        }
        catch (Exception e) when (EventName.IsMisfit(e))
        {
            // No JSON, or of another shape: no webhook of ours.
        }
        return webhook is not null;
    }

    /// <summary>The webhook as JSON, as UTF-8.</summary>
    public byte[] ToUtf8Json() => JsonSerializer.SerializeToUtf8Bytes(this, LiveJson.Options.GetTypeInfo(GetType()));

    /// <summary>The kind, and the session.</summary>
    public sealed override string ToString() => EventText.Of(Type ?? "webhook", SessionId);
}

/// <summary>
/// <c>live.transport.connected</c>, a webhook: a session over WebRTC has come to be. Attach to it with <see cref="LiveWebRtcClient.AttachAsync"/>. The service sends it, too, when a session is started by what its documents call an
/// Instant Connect.
/// </summary>
public sealed record LiveTransportConnected : LiveWebhook
{
    /// <summary>The session.</summary>
    public required LiveConnectedTransport Data { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string SessionId => Data.SessionId;
}

/// <summary><c>data</c> of <c>live.transport.connected</c>.</summary>
public sealed record LiveConnectedTransport : IHasUnknownFields
{
    /// <summary>The session's id.</summary>
    public required string SessionId { get; init; }

    /// <summary><c>webrtc</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}

/// <summary>
/// <c>live.transport.incoming</c>, a webhook: somebody calls the project's SIP address. <c>live.call.incoming</c>, its older form, is read as the same. This package does not answer telephone calls; a host that does by HTTP can attach
/// to one with <see cref="LiveWebRtcClient.AttachAsync"/>.
/// </summary>
public sealed record LiveTransportIncoming : LiveWebhook
{
    /// <summary>The call.</summary>
    public required LiveIncomingTransport Data { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string SessionId => Data.SessionId;
}

/// <summary><c>data</c> of <c>live.transport.incoming</c>.</summary>
public sealed record LiveIncomingTransport : IHasUnknownFields
{
    /// <summary>The session's id, which the call is accepted or turned down by.</summary>
    public required string SessionId { get; init; }

    /// <summary><c>sip</c>; null in the older form.</summary>
    public string? Type { get; init; }

    /// <summary>The headers of the SIP invitation, such as <c>From</c>. The caller's network writes them: nobody vouches for a name or a number in them.</summary>
    public OptionalList<SipHeader> SipHeaders { get; init; }

    /// <summary>Whether the caller's audio is encrypted between the caller and the service, as SDP agreed; null where the service does not say.</summary>
    public SipMediaSecurity? SipMediaSecurity { get; init; }

    /// <summary>Fields that this version does not know; null when there are none.</summary>
    [JsonExtensionData]
    public UnknownFields? AdditionalProperties { get; set; }
}
