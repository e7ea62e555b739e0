using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Tells which request a response answers, by the metadata that the service echoes, and which of them nobody wants any more.</summary>
internal sealed class AnswerMatcher
{
    private const int MaxGivenUp = 32;

    private readonly Queue<string> _givenUp = new();
    private bool _echoesMetadata;

    /// <summary>The id of the request that a response says it answers; null where it says nothing.</summary>
    public string? RequestOf(ResponseSnapshot response)
    {
        string? answers = response.Metadata?.GetValueOrDefault(ResponseGate.MetadataKey);
        _echoesMetadata |= answers is not null;
        return answers;
    }

    /// <summary>Whether a response answers the request that was sent.</summary>
    /// <param name="sent">The request.</param>
    /// <param name="answers">What the response says.</param>
    /// <param name="response">The response.</param>
    /// <param name="mayBeTheServices">Whether the service has a reason to begin one by itself. A server that has none, and does not echo metadata, has begun ours.</param>
    public bool Answers(ResponseRequest sent, string? answers, ResponseSnapshot response, bool mayBeTheServices) =>
        answers is not null ? answers == sent.Id : !_echoesMetadata && response.Metadata is null or { Count: 0 } && !mayBeTheServices;

    /// <summary>Nobody waits for a request any more; its response may still come.</summary>
    public void GiveUp(ResponseRequest request)
    {
        _givenUp.Enqueue(request.Id);
        if (_givenUp.Count > MaxGivenUp)
            _givenUp.Dequeue();
    }

    /// <summary>Whether a response answers a request that was given up.</summary>
    public bool IsUnwanted(string? answers) => answers is not null && _givenUp.Contains(answers);
}
