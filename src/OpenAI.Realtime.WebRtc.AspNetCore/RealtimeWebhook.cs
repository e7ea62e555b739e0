namespace OpenAI.Realtime.WebRtc.AspNetCore;

/// <summary>A webhook whose signature is right and that has not come before.</summary>
public sealed class RealtimeWebhook
{
    internal RealtimeWebhook(string id, string type, DateTimeOffset sentAt, ReadOnlyMemory<byte> utf8Json, IServiceProvider services)
    {
        Id = id;
        Type = type;
        SentAt = sentAt;
        Utf8Json = utf8Json;
        Services = services;
    }

    /// <summary>Its id, the header <c>webhook-id</c>: the same when it is sent again.</summary>
    public string Id { get; }

    /// <summary>Its kind, such as <c>live.call.incoming</c>.</summary>
    public string Type { get; }

    /// <summary>When it was sent, the header <c>webhook-timestamp</c>.</summary>
    public DateTimeOffset SentAt { get; }

    /// <summary>Its body, as it came.</summary>
    public ReadOnlyMemory<byte> Utf8Json { get; }

    /// <summary>The services of this request; gone when the handler has returned.</summary>
    public IServiceProvider Services { get; }

    /// <summary>Its kind and id.</summary>
    public override string ToString() => $"{Type} ({Id})";
}
