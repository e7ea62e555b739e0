using System.Diagnostics;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// The spans of a conversation: one for the whole, in it one for each turn, in that one for each response and each function. Their times are those of the conversation's clock. Nothing that is said stands in
/// them. Under the conversation's lock; does nothing where nobody listens.
/// </summary>
internal sealed class ConversationTrace(TimeProvider time)
{
    private const int MaxResponses = 16;        // one in the conversation, and those beside it
    private static readonly string[] NoEnd = ["error"];     // what the conventions want where no end was told

    private readonly DateTimeOffset _begun = time.GetUtcNow();
    private readonly List<(string Id, Instant Since, Activity? Span)> _responses = [];
    private Activity? _conversation;
    private Activity? _turn;
    private bool _isFailed;
    private string? _callId;

    /// <summary>The model, as the agent or the service names it; null while that is not known.</summary>
    public string? Model { get; private set; }

    /// <summary>When the turn that is under way began; null between two.</summary>
    public Instant? TurnSince { get; private set; }

    /// <summary>The span that a function's span stands in.</summary>
    public ActivityContext Parent => (_turn ?? _conversation)?.Context ?? default;

    /// <summary>The conversation begins, within whatever the program is doing.</summary>
    public void Begin(VoiceAgent agent, string? callId)
    {
        _callId = callId;
        Model = ResponseTelemetry.Known(agent.Session.Model.Value?.Value);
        _conversation = Start($"conversation {agent.Name}", ActivityKind.Internal, Activity.Current?.Context ?? default, Instant.Zero);
        _conversation?.SetTag("gen_ai.agent.name", agent.Name);
    }

    /// <summary>The service's events, before anybody else acts on them.</summary>
    public void Handle(ServerEvent serverEvent, Instant now, string agent)
    {
        switch (serverEvent)
        {
            case SessionCreated { Session.Model: { } model }:
                Model ??= ResponseTelemetry.Known(model);
                break;
            case SessionUpdated { Session.Model: { } model }:
                Model ??= ResponseTelemetry.Known(model);
                break;
            case ResponseCreated { Response: { } response }:
                BeginResponse(response, now, agent);
                break;
            case ResponseDone { Response: { } response }:
                EndResponse(response, now);
                break;
        }
    }

    /// <summary>A turn begins, at the end of the user's speech.</summary>
    public void BeginTurn(int number, Instant at, string agent)
    {
        (TurnSince, _isFailed) = (at, false);
        _turn = Start($"invoke_agent {agent}", ActivityKind.Internal, _conversation?.Context ?? default, at);
        if (_turn is null)
            return;
        _turn.SetTag("gen_ai.operation.name", "invoke_agent");
        _turn.SetTag("gen_ai.provider.name", "openai");
        _turn.SetTag("gen_ai.agent.name", agent);
        _turn.SetTag("openai.realtime.webrtc.turn.number", number);
    }

    /// <summary>Something happened within the turn, or between two.</summary>
    public void Tell(string name, Instant at, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if ((_turn ?? _conversation) is { } span)
            span.AddEvent(new ActivityEvent(name, At(at), [.. tags]));
    }

    /// <summary>The turn is over; without a turn nothing came of it, and its span is not recorded.</summary>
    public void EndTurn(ConversationTurn? turn, Instant now, string agent)
    {
        if (TurnSince is not { } since)
            return;
        if (turn is not null)
            AgentsTelemetry.Count(turn, now - since, agent, Model);
        if (_turn is { } span)
        {
            span.SetTag("gen_ai.request.model", Model);     // the first turn may begin before the service has named it
            span.SetTag("gen_ai.usage.input_tokens", turn?.Usage.InputTokenCount);
            span.SetTag("gen_ai.usage.output_tokens", turn?.Usage.OutputTokenCount);
            span.SetTag("openai.realtime.webrtc.turn.latency", turn?.Latency?.TotalSeconds);
            span.SetTag("openai.realtime.webrtc.turn.interrupted", turn?.WasInterrupted);
            if (turn is null)
                span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            if (_isFailed)
                span.SetStatus(ActivityStatusCode.Error);
            Stop(span, now);
        }

        (_turn, TurnSince) = (null, null);
    }

    /// <summary>A function begins. Whatever the function does stands in the span, until it is disposed of on the same flow of control.</summary>
    public Activity? StartTool(ToolEntry entry, ActivityContext parent, string agent)
    {
        Activity? span = AgentsTelemetry.Source.StartActivity($"execute_tool {entry.Name}", ActivityKind.Internal, parent, startTime: At(entry.StartedAt));
        if (span is null)
            return null;
        span.SetTag("gen_ai.conversation.id", _callId);
        span.SetTag("gen_ai.operation.name", "execute_tool");
        span.SetTag("gen_ai.tool.name", entry.Name);
        span.SetTag("gen_ai.tool.type", "function");
        span.SetTag("gen_ai.tool.call.id", entry.CallId);
        span.SetTag("gen_ai.tool.description", entry.Function?.Description is { Length: > 0 } description ? description : null);
        span.SetTag("gen_ai.agent.name", agent);
        return span;
    }

    /// <summary>A function has ended. Does nothing the second time.</summary>
    public static void EndTool(Activity? span, ToolCallStatus status, DateTimeOffset at)
    {
        if (span is null or { IsStopped: true })
            return;
        if (AgentsTelemetry.ErrorTypeOf(status) is { } error)
        {
            span.SetTag("error.type", error);
            span.SetStatus(ActivityStatusCode.Error);
        }

        span.SetEndTime(at.UtcDateTime);
        span.Dispose();
    }

    /// <summary>The conversation did not come about.</summary>
    public void Abandon(Instant now)
    {
        if (_conversation is null or { IsStopped: true })
            return;
        _conversation.SetStatus(ActivityStatusCode.Error);
        Stop(_conversation, now);
    }

    /// <summary>The call ends beneath: the responses that it carried have no end.</summary>
    public void BreakOff(Instant now)
    {
        foreach ((_, _, Activity? open) in _responses)
        {
            open?.SetTag("gen_ai.response.finish_reasons", NoEnd);
            if (open is not null)
                Stop(open, now);
        }

        _responses.Clear();
    }

    /// <summary>The conversation has ended.</summary>
    public void End(ConversationEnd end, Instant now, long? inputTokens, long? outputTokens)
    {
        BreakOff(now);
        EndTurn(null, now, "");
        if (_conversation is not { } span)
            return;
        span.SetTag("gen_ai.request.model", Model);
        span.SetTag("gen_ai.usage.input_tokens", inputTokens);
        span.SetTag("gen_ai.usage.output_tokens", outputTokens);
        span.SetTag("openai.realtime.webrtc.conversation.end", end.Reason.ToString());
        if (end.Reason == ConversationEndReason.Failed)
            span.SetStatus(ActivityStatusCode.Error);
        Stop(span, now);
    }

    /// <summary>A time of the conversation's clock as spans have it.</summary>
    public DateTimeOffset At(Instant at) => _begun + (at - Instant.Zero);

    private void BeginResponse(ResponseSnapshot response, Instant now, string agent)
    {
        if (ResponseTelemetry.Known(response.Id) is not { } id || _responses.Exists(known => known.Id == id))
            return;
        if (_responses.Count == MaxResponses)
        {
            if (_responses[0].Span is { } oldest)
                Stop(oldest, now);
            _responses.RemoveAt(0);
        }

        Activity? span = Start(Model is null ? ResponseTelemetry.Operation : $"{ResponseTelemetry.Operation} {Model}", ActivityKind.Client, Parent, now);
        span?.SetTag("gen_ai.operation.name", ResponseTelemetry.Operation);
        span?.SetTag("gen_ai.provider.name", "openai");
        span?.SetTag("gen_ai.agent.name", agent);
        span?.SetTag("gen_ai.request.model", Model);
        if (response.OutputModalities.Count > 0)
            span?.SetTag("gen_ai.output.type", response.OutputModalities.Contains(OutputModality.Audio) ? "speech" : "text");
        _responses.Add((id, now, span));
    }

    private void EndResponse(ResponseSnapshot response, Instant now)
    {
        var ended = new ResponseTelemetry(response);
        int index = _responses.FindIndex(known => known.Id == response.Id);
        AgentsTelemetry.Count(ended, index < 0 ? null : now - _responses[index].Since, Model);
        _isFailed |= ended.ErrorType is not null;
        if (index < 0)
            return;
        if (_responses[index].Span is { } span)
        {
            ended.Show(span);
            Stop(span, now);
        }

        _responses.RemoveAt(index);
    }

    // Spans that outlive the method that begins them must not become the surroundings of whatever runs on this thread next.
    private Activity? Start(string name, ActivityKind kind, ActivityContext parent, Instant at)
    {
        Activity? surroundings = Activity.Current;
        try
        {
            if (parent == default)
                Activity.Current = null;        // else it would be a child of what happens to run here
            Activity? span = AgentsTelemetry.Source.StartActivity(name, kind, parent, startTime: At(at));
            span?.SetTag("gen_ai.conversation.id", _callId);
            return span;
        }
        finally
        {
            Activity.Current = surroundings;
        }
    }

    private void Stop(Activity span, Instant at)
    {
        Activity? surroundings = Activity.Current;
        span.SetEndTime(At(at).UtcDateTime);
        span.Dispose();
        Activity.Current = surroundings;
    }
}
