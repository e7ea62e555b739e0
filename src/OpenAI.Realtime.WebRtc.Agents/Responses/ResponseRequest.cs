using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Why a response is asked for, which decides how its request is treated.</summary>
public enum ResponseRequestKind
{
    /// <summary>The program asks, and somebody may wait for the answer. Requests are sent in the order in which they were made; those without parameters that wait together become one.</summary>
    Manual,

    /// <summary>
    /// It follows from something else, such as the output of a tool. It waits while the user speaks, and is answered as well by a response that the service begins by itself once it
    /// has seen the items that the request is about.
    /// </summary>
    Automatic,

    /// <summary>It stands beside the conversation (<c>conversation: none</c>): it waits for no other response, and several may run.</summary>
    OutOfBand,
}

/// <summary>One request for a response at a <see cref="ResponseGate"/>. It may stand for several that meant the same.</summary>
public sealed class ResponseRequest
{
    private const int MostMetadata = 16;    // pairs, by the API's description

    internal ResponseRequest(string id, ResponseRequestKind kind, ResponseParameters? parameters, Instant since)
    {
        Id = id;
        Kind = kind;
        Parameters = parameters;
        Since = since;
    }

    /// <summary>What the response is known by: it stands in its metadata under <see cref="ResponseGate.MetadataKey"/>.</summary>
    public string Id { get; }

    /// <summary>Why the response is asked for. An automatic request that a manual one joins becomes manual.</summary>
    public ResponseRequestKind Kind { get; internal set; }

    /// <summary>What holds for the response alone; null for nothing.</summary>
    public ResponseParameters? Parameters { get; }

    /// <summary>The response that answers, once it has begun; null before.</summary>
    public string? ResponseId { get; internal set; }

    /// <summary>Whether it has not been sent yet, or has come back to be sent again.</summary>
    public bool IsWaiting { get; internal set; } = true;

    /// <summary>How many callers share it.</summary>
    internal int Holders { get; set; } = 1;

    /// <summary>Others that meant the same and were filed while this one was on its way; its outcome is theirs.</summary>
    internal List<ResponseRequest> Twins { get; } = [];

    /// <summary>How often it was sent.</summary>
    internal int Attempts { get; set; }

    /// <summary>The id of the event that asked last.</summary>
    internal string? EventId { get; set; }

    /// <summary>When it was filed; once it is sent, when it or its response last gave a sign of life.</summary>
    internal Instant Since { get; set; }

    /// <summary>What the response is told in place of the instructions of <see cref="Parameters"/>, because some of it has been heard already in another call; null for nothing.</summary>
    internal string? Continuation { get; set; }

    /// <summary>The items that it is about and that the service has not acknowledged yet.</summary>
    internal HashSet<string> Unseen { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether a response that begins now answers it, whoever asked for that one.</summary>
    internal bool IsAnsweredByAny => Kind == ResponseRequestKind.Automatic && Parameters is null && Unseen.Count == 0;

    /// <summary>It has not been sent: the session that it was sent to is not there any more, and everything it was about is told to the next one.</summary>
    internal void Reset(Instant now)
    {
        (IsWaiting, Since, Attempts, EventId, ResponseId) = (true, now, 0, null, null);
        Unseen.Clear();
    }

    /// <summary>The event that asks for it, for one more try.</summary>
    internal ResponseCreate Send(string eventId, Instant now)
    {
        (IsWaiting, Since, EventId) = (false, now, eventId);
        Attempts++;
        ResponseParameters parameters = Parameters is { } given ? given with { } : new ResponseParameters();
        StringMap metadata = parameters.Metadata.Value is { } own ? new StringMap(own) : [];
        if (metadata.Count < MostMetadata)
            metadata[ResponseGate.MetadataKey] = Id;
        parameters.Metadata = metadata;
        if (Continuation is { } rest)
            parameters.Instructions = rest;
        if (Kind == ResponseRequestKind.OutOfBand)
            parameters.Conversation = ResponseConversation.None;
        return new ResponseCreate { EventId = eventId, Response = parameters };
    }
}

/// <summary>What became of a request.</summary>
public enum ResponseOutcomeKind
{
    /// <summary>There was a response, and it has ended, however it ended: completed, cancelled, incomplete or failed. <see cref="ResponseOutcome.Response"/> says.</summary>
    Finished,

    /// <summary>The service refused it; <see cref="ResponseOutcome.Error"/> says why.</summary>
    Refused,

    /// <summary>A limit of <see cref="ResponseGateOptions"/> ran out; <see cref="ResponseOutcome.Error"/> says which.</summary>
    Unanswered,

    /// <summary>The session ended first.</summary>
    Ended,
}

/// <summary>How one request ended. Each has exactly one outcome, unless it was withdrawn.</summary>
/// <param name="Request">The request.</param>
/// <param name="Kind">How it ended.</param>
/// <param name="Response">The response, of a finished one.</param>
/// <param name="Error">Why, of one that was refused or not answered.</param>
public sealed record ResponseOutcome(ResponseRequest Request, ResponseOutcomeKind Kind, ResponseSnapshot? Response = null, ErrorDetails? Error = null);
