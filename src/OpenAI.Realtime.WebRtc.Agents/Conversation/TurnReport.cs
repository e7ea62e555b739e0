using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Tells the program, the history and the meters who speaks, who was cut off, and what a turn came to. Under the conversation's lock.</summary>
internal sealed class TurnReport(ConversationState state, ConversationHistory history, ToolDesk tools, ConversationTrace trace)
{
    private const string ByUser = "user";

    private string _stoppedBy = ByUser;
    private string? _stoppedUnheard;        // a response that was stopped before any of it was heard

    /// <summary>What it goes by.</summary>
    public TurnTracker Turns { get; } = new();

    /// <summary>Handles an event after the gate and the history.</summary>
    public void Handle(ServerEvent serverEvent, Instant now)
    {
        Turns.Handle(serverEvent, now);
        if (Turns.Cut is { } cut)
            TellCut(cut.ResponseId, cut.Heard, now);
        if (Turns.Whole is { ResponseId: { } whole } played)
            history.MeasureVoice(whole, played.Took);
        switch (serverEvent)
        {
            case InputAudioBufferSpeechStarted:
                if (Turns.Policy.Interrupts && (state.Gate.IsActive || Turns.IsAssistantSpeaking))
                    tools.Interrupt();
                state.Publish(new SpeechUpdate(ChatRole.User, IsSpeaking: true));
                break;
            case InputAudioBufferSpeechStopped:
                state.Publish(new SpeechUpdate(ChatRole.User, IsSpeaking: false));
                Begin(now);
                break;
            case ResponseCreated { Response: { } begun } when trace.TurnSince is null && begun.Id is not null && begun.Id == state.Gate.ActiveResponseId:
                trace.BeginTurn(Turns.Number, now, state.Agent.Name);       // nobody has spoken: the assistant greets, or tells of what has ended in the background
                break;
            case ConversationItemInputAudioTranscriptionCompleted { Usage: { } transcription }:
                AgentsTelemetry.Count(TokenUsage.Of(transcription), state.Agent.Name);
                break;
            case OutputAudioBufferStarted:
                state.Publish(new SpeechUpdate(ChatRole.Assistant, IsSpeaking: true));
                break;
            case OutputAudioBufferStopped:
                state.Publish(new SpeechUpdate(ChatRole.Assistant, IsSpeaking: false));
                break;
            case ResponseDone { Response: { } response }:
                if (response.Id is { } id && id == _stoppedUnheard && response.Status == ResponseState.Cancelled && Turns.SpokenResponseId != id)
                    history.CutOff(id, TimeSpan.Zero);
                if (!Turns.IsAssistantSpeaking)
                    (_stoppedBy, _stoppedUnheard) = (ByUser, null);
                state.Publish(new ResponseUpdate(response));
                break;
        }

        trace.Handle(serverEvent, now, state.Agent.Name);
    }

    /// <summary>The user's next turn begins.</summary>
    public void Begin(Instant now)
    {
        Close(now);
        trace.EndTurn(null, now, state.Agent.Name);     // one that nothing came of
        Turns.Begin();
        tools.StartTurn();
        trace.BeginTurn(Turns.Number, Turns.UserEnded ?? now, state.Agent.Name);
    }

    /// <summary>The user's next turn begins and is over: a text, or a button that was let go.</summary>
    public void BeginAndEnd(Instant now)
    {
        Close(now);
        Turns.EndUserTurn(now);
        Begin(now);
    }

    /// <summary>The turn is over.</summary>
    public void Close(Instant now)
    {
        Instant? heardAt = Turns.HeardAt;
        if (Turns.Close() is not { } turn)
            return;
        if (heardAt is { } first)
            trace.Tell("openai.realtime.webrtc.first_sound", first);
        trace.EndTurn(turn, now, state.Agent.Name);
        state.Publish(new TurnUpdate(turn));
    }

    /// <summary>The assistant is stopped by another than the user's voice.</summary>
    /// <param name="by">What stops it, as the meters say it.</param>
    /// <param name="responseId">The response that is stopped; null when the service did not name it.</param>
    /// <param name="now">The time.</param>
    public void Stop(string by, string? responseId, Instant now)
    {
        _stoppedBy = by;
        if (responseId is not null && !Turns.IsAssistantSpeaking && Turns.SpokenResponseId != responseId)
        {
            if (state.Gate.ActiveResponseId == responseId)
                _stoppedUnheard = responseId;       // what there is of it is known at its end
            else
                history.CutOff(responseId, TimeSpan.Zero);
        }

        Turns.Silenced(now);
        tools.Interrupt();
    }

    /// <summary>The conversation has ended.</summary>
    public void End(ConversationEnd end, Instant now)
    {
        Close(now);
        trace.End(end, now, Turns.Usage.InputTokenCount, Turns.Usage.OutputTokenCount);
    }

    /// <summary>The call ends beneath: nobody is heard any more.</summary>
    /// <returns>Whether the assistant was cut off before all its words were heard.</returns>
    public bool BreakOff(Instant now)
    {
        trace.BreakOff(now);
        if (Turns.LoseUser())
            state.Publish(new SpeechUpdate(ChatRole.User, IsSpeaking: false));
        if (!Turns.IsAssistantSpeaking)
            return false;
        _stoppedBy = "call";
        Handle(new OutputAudioBufferCleared(), now);
        return history.IsCutShort(Turns.SpokenResponseId);
    }

    private void TellCut(string? responseId, TimeSpan heard, Instant now)
    {
        if (responseId is not null)
            history.CutOff(responseId, heard);
        state.Publish(new SpeechUpdate(ChatRole.Assistant, IsSpeaking: false));
        state.Publish(new InterruptionUpdate(responseId, heard, ByUser: _stoppedBy == ByUser));
        AgentsTelemetry.CountInterruption(_stoppedBy, state.Agent.Name);
        trace.Tell("openai.realtime.webrtc.interrupted", now, new KeyValuePair<string, object?>("by", _stoppedBy));
        _stoppedBy = ByUser;
    }
}
