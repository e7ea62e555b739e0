namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>What is to be done next about the Responses model.</summary>
internal abstract record BackendStep
{
    /// <summary>Run the function, then <see cref="BackendLedger.Settle"/> it.</summary>
    public sealed record Run(BackendCall Call) : BackendStep;

    /// <summary>Ask the program for its leave, then <see cref="BackendLedger.Approve"/> or <see cref="BackendLedger.Settle"/> the call.</summary>
    public sealed record Ask(BackendCall Call) : BackendStep;

    /// <summary>Give the model the output of a call, by <c>response.item.create</c> with this id.</summary>
    public sealed record Answer(BackendCall Call, string EventId, string Output) : BackendStep;

    /// <summary>Let the model go on, by <c>response.create</c> with this id.</summary>
    public sealed record Create(string EventId) : BackendStep;

    /// <summary>Have the voice model say something, because nothing else will.</summary>
    public sealed record Tell(string Text) : BackendStep;

    /// <summary>The session's model takes nothing any more: the program has to know.</summary>
    public sealed record Exhausted(string Why) : BackendStep;
}
