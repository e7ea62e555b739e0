using System.Diagnostics.CodeAnalysis;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>What has become of requests and has not been told yet, in order. What becomes of a request becomes of its twins.</summary>
internal sealed class RequestOutcomes
{
    private readonly Queue<ResponseOutcome> _outcomes = new();

    /// <summary>There was a response, and it has ended.</summary>
    public void Finish(ResponseRequest request, ResponseSnapshot response) => Settle(request, ResponseOutcomeKind.Finished, response, null);

    /// <summary>The service refused it.</summary>
    public void Refuse(ResponseRequest request, ErrorDetails error) => Settle(request, ResponseOutcomeKind.Refused, null, error);

    /// <summary>Nothing came of it in time.</summary>
    public void Expire(ResponseRequest request, string why) => Settle(request, ResponseOutcomeKind.Unanswered, null, new ErrorDetails { Message = why });

    /// <summary>The session ended first.</summary>
    public void End(ResponseRequest request) => Settle(request, ResponseOutcomeKind.Ended, null, null);

    public bool TryTake([NotNullWhen(true)] out ResponseOutcome? outcome) => _outcomes.TryDequeue(out outcome);

    private void Settle(ResponseRequest request, ResponseOutcomeKind kind, ResponseSnapshot? response, ErrorDetails? error)
    {
        request.IsWaiting = false;
        _outcomes.Enqueue(new ResponseOutcome(request, kind, response, error));
        foreach (ResponseRequest twin in request.Twins)
        {
            twin.ResponseId = request.ResponseId;
            Settle(twin, kind, response, error);
        }
    }
}
