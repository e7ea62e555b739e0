namespace OpenAI.Realtime.WebRtc.Events;

/// <summary><c>response.created</c>: the model begins a response.</summary>
public sealed record ResponseCreated : ServerEvent
{
    /// <summary>The response as it stands.</summary>
    public required ResponseSnapshot Response { get; init; }

    private protected override string WireName => "response.created";

    private protected override string Gist => Response.ToString();
}

/// <summary><c>response.done</c>: the response has ended, however it ended. Its audio may still be on its way; see <see cref="OutputAudioBufferStopped"/>.</summary>
public sealed record ResponseDone : ServerEvent
{
    /// <summary>The response, with all its items and without audio.</summary>
    public required ResponseSnapshot Response { get; init; }

    private protected override string WireName => "response.done";

    private protected override string Gist => Response.ToString();
}

/// <summary><c>response.output_item.added</c>: the response has a new item.</summary>
public sealed record ResponseOutputItemAdded : ServerEvent
{
    /// <summary>The response.</summary>
    public required string ResponseId { get; init; }

    /// <summary>The item's place in the response.</summary>
    public int OutputIndex { get; init; }

    /// <summary>The item.</summary>
    public required ConversationItem Item { get; init; }

    private protected override string WireName => "response.output_item.added";

    private protected override string Gist => Item.ToString();
}

/// <summary><c>response.output_item.done</c>: an item of the response is complete.</summary>
public sealed record ResponseOutputItemDone : ServerEvent
{
    /// <summary>The response.</summary>
    public required string ResponseId { get; init; }

    /// <summary>The item's place in the response.</summary>
    public int OutputIndex { get; init; }

    /// <summary>The item.</summary>
    public required ConversationItem Item { get; init; }

    private protected override string WireName => "response.output_item.done";

    private protected override string Gist => Item.ToString();
}
