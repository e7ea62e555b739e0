using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>The requests for responses beside the conversation that have been sent: several run at a time. Told the time.</summary>
internal sealed class OutOfBandResponses(ResponseGateOptions options)
{
    private readonly List<ResponseRequest> _sent = [];

    public int Count => _sent.Count;

    public bool HasRoom => _sent.Count < options.MaxOutOfBand;

    public Instant NextTimeout => _sent.Count == 0 ? Instant.Never : _sent.Min(r => r.Since + LimitOf(r));

    public void Add(ResponseRequest request) => _sent.Add(request);

    /// <summary>Whether a response answers one of them.</summary>
    public bool Answers(ResponseSnapshot response, string? answers) => Find(response, answers) is not null;

    /// <summary>A response has begun.</summary>
    /// <returns>Whether it answers one of them.</returns>
    public bool Begin(ResponseSnapshot response, string? answers, Instant now)
    {
        if (Find(response, answers) is not { } request)
            return false;
        (request.ResponseId, request.Since) = (response.Id, now);
        return true;
    }

    /// <summary>The request that a response has answered; null when it is another's.</summary>
    public ResponseRequest? TakeDone(ResponseSnapshot response, string? answers)
    {
        if (Find(response, answers) is not { } request)
            return null;
        _sent.Remove(request);
        request.ResponseId ??= response.Id;
        return request;
    }

    /// <summary>The request that an event of ours made; null when it is another's.</summary>
    public ResponseRequest? TakeRefused(string eventId)
    {
        ResponseRequest? request = _sent.Find(r => r.EventId == eventId);
        if (request is not null)
            _sent.Remove(request);
        return request;
    }

    /// <summary>Those that have given no sign of life for too long.</summary>
    public List<ResponseRequest> TakeLate(Instant now)
    {
        List<ResponseRequest> late = _sent.FindAll(r => now >= r.Since + LimitOf(r));
        _sent.RemoveAll(late.Contains);
        return late;
    }

    public ResponseRequest[] TakeAll()
    {
        ResponseRequest[] all = [.. _sent];
        _sent.Clear();
        return all;
    }

    public void OnSign(string? responseId, Instant now)
    {
        if (responseId is not null && _sent.Find(r => r.ResponseId == responseId) is { } request)
            request.Since = now;
    }

    private ResponseRequest? Find(ResponseSnapshot response, string? answers) =>
        _sent.Find(r => answers is not null ? r.Id == answers : r.ResponseId is not null && r.ResponseId == response.Id);

    private TimeSpan LimitOf(ResponseRequest request) => request.ResponseId is null ? options.AnswerTimeout : options.SilenceTimeout;
}
