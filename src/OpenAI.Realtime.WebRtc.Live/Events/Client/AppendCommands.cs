namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary>A text for the voice model, of at most 500 tokens. It is taken up into the session's time line, which takes most of a second; only while audio flows.</summary>
public abstract record LiveTextAppend : LiveClientEvent
{
    private protected LiveTextAppend(string content, string? delegationId)
    {
        ArgumentNullException.ThrowIfNull(content);
        Content = content;
        DelegationId = delegationId;
    }

    /// <summary>The text.</summary>
    public string Content { get; }

    /// <summary>
    /// The delegation that the text belongs to, from <see cref="LiveDelegationCreated"/>; null for the session itself, and always null while a Responses model does the work. Null too is written: the service
    /// refuses a text without this field.
    /// </summary>
    public string? DelegationId { get; }

    private protected override string Gist => Content;
}

/// <summary><c>session.instructions.append</c>: an order, which holds from now on and can cut what is being said short. It does not make the model speak. Answered by <see cref="LiveInstructionsAppended"/>.</summary>
public sealed record LiveInstructionsAppend : LiveTextAppend
{
    /// <summary>Appends <paramref name="content"/>.</summary>
    /// <param name="content">The order, of at most 500 tokens.</param>
    /// <param name="delegationId">The delegation that it belongs to. Default: null, the session itself.</param>
    public LiveInstructionsAppend(string content, string? delegationId = null)
        : base(content, delegationId)
    {
    }

    /// <inheritdoc/>
    public override string Type => "session.instructions.append";
}

/// <summary><c>session.thinking.append</c>: a fact that the model is to know, quietly: how far a task is, what a page shows. Answered by <see cref="LiveThinkingAppended"/>.</summary>
public sealed record LiveThinkingAppend : LiveTextAppend
{
    /// <summary>Appends <paramref name="content"/>.</summary>
    /// <param name="content">The fact, of at most 500 tokens.</param>
    /// <param name="delegationId">The delegation that it belongs to. Default: null, the session itself.</param>
    public LiveThinkingAppend(string content, string? delegationId = null)
        : base(content, delegationId)
    {
    }

    /// <inheritdoc/>
    public override string Type => "session.thinking.append";
}

/// <summary><c>session.commentary.append</c>: something that the model is to say, in words of its own; the way to make it speak first, or at once. Answered by <see cref="LiveCommentaryAppended"/>.</summary>
public sealed record LiveCommentaryAppend : LiveTextAppend
{
    /// <summary>Appends <paramref name="content"/>.</summary>
    /// <param name="content">What is to be said, of at most 500 tokens.</param>
    /// <param name="delegationId">The delegation that it belongs to. Default: null, the session itself.</param>
    public LiveCommentaryAppend(string content, string? delegationId = null)
        : base(content, delegationId)
    {
    }

    /// <inheritdoc/>
    public override string Type => "session.commentary.append";
}
