namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>What is wrong with a webhook on purpose.</summary>
public enum RealtimeTestWebhookFlaw
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It is signed with another secret.</summary>
    WrongSecret,

    /// <summary>Its body was changed after it was signed.</summary>
    ChangedBody,

    /// <summary>Its id was changed after it was signed: how a replay would try to look new.</summary>
    ChangedId,

    /// <summary>Its time was changed after it was signed.</summary>
    ChangedTime,

    /// <summary>It has no signature.</summary>
    NoSignature,

    /// <summary>It was signed an hour ago.</summary>
    TooOld,

    /// <summary>It was signed for in an hour.</summary>
    FromTheFuture,
}

/// <summary>Where a webhook is sent, how it is signed, and what is wrong with it.</summary>
/// <param name="Url">The host's route.</param>
/// <param name="Secret">What it is signed with, as the platform shows it: <c>whsec_…</c>.</param>
public sealed record RealtimeTestWebhook(Uri Url, string Secret)
{
    private readonly string _id = Json.NewId("wh_");
    private readonly bool _hasOwnId;

    /// <summary>
    /// Its id. <see cref="RealtimeTestEndpoint.SendWebhookAsync"/> with the same twice is a replay, which a host answers with 200 and does not handle. <see cref="RealtimeTestEndpoint.RingAsync"/>,
    /// <see cref="RealtimeTestEndpoint.SendLiveIncomingAsync"/> and <see cref="LiveTestSession.SendConnectedAsync"/> take it when it was set here, and a new one each time otherwise. Default: a new one, <c>wh_…</c>.
    /// </summary>
    public string Id
    {
        get => _id;
        init => (_id, _hasOwnId) = (value, true);
    }

    /// <summary>What is wrong with it. Default: nothing.</summary>
    public RealtimeTestWebhookFlaw Flaw { get; init; }

    /// <summary>A further secret to sign with, as while one is exchanged for another. Default: null, none.</summary>
    public string? SecondSecret { get; init; }

    /// <summary>For what is told next: with the id that was set, or else a new one, because another event is no replay.</summary>
    internal RealtimeTestWebhook ForNext() => _hasOwnId ? this : this with { Id = Json.NewId("wh_") };

    /// <summary>The address and the id, without the secret.</summary>
    public override string ToString() => $"{Id} to {Url}{(Flaw == RealtimeTestWebhookFlaw.None ? "" : $" ({Flaw})")}";
}
