using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Tells the program, the history and the meters who speaks, who was cut off, and what a turn came to. Under the conversation's lock.</summary>
internal sealed class TurnReport(ConversationState state, ResponseGate gate, ConversationHistory history, ToolDesk tools)
{
    private bool _stoppedByProgram;

    /// <summary>What it goes by.</summary>
    public TurnTracker Turns { get; } = new();

    /// <summary>Handles an event after the gate and the history.</summary>
    public void Handle(ServerEvent serverEvent, Instant now)
    {
        Turns.Handle(serverEvent, now);
        if (Turns.Cut is { } cut)
            TellCut(cut.ResponseId, cut.Heard);
        if (Turns.Whole is { ResponseId: { } whole } played)
            history.MeasureVoice(whole, played.Took);
        switch (serverEvent)
        {
            case InputAudioBufferSpeechStarted:
                if (Turns.Policy.Interrupts && (gate.IsActive || Turns.IsAssistantSpeaking))
                    tools.Interrupt();
                state.Publish(new SpeechUpdate(ChatRole.User, IsSpeaking: true));
                break;
            case InputAudioBufferSpeechStopped:
                state.Publish(new SpeechUpdate(ChatRole.User, IsSpeaking: false));
                Begin();
                break;
            case OutputAudioBufferStarted:
                state.Publish(new SpeechUpdate(ChatRole.Assistant, IsSpeaking: true));
                break;
            case OutputAudioBufferStopped:
                state.Publish(new SpeechUpdate(ChatRole.Assistant, IsSpeaking: false));
                break;
            case ResponseDone { Response: { } response }:
                if (response.Usage is { } usage)
                    AgentsTelemetry.Count(usage);
                if (!Turns.IsAssistantSpeaking)
                    _stoppedByProgram = false;
                state.Publish(new ResponseUpdate(response));
                break;
        }
    }

    /// <summary>The user's next turn begins.</summary>
    public void Begin()
    {
        Close();
        Turns.Begin();
        tools.StartTurn();
    }

    /// <summary>The user's next turn begins and is over: a text, or a button that was let go.</summary>
    public void BeginAndEnd(Instant now)
    {
        Begin();
        Turns.EndUserTurn(now);
    }

    /// <summary>The turn is over.</summary>
    public void Close()
    {
        if (Turns.Close() is not { } turn)
            return;
        if (turn.Latency is { } latency)
            AgentsTelemetry.Latency.Record(latency.TotalSeconds);
        state.Publish(new TurnUpdate(turn));
    }

    /// <summary>The program stops the assistant.</summary>
    public void Stop(Instant now)
    {
        _stoppedByProgram = true;
        Turns.Silenced(now);
        tools.Interrupt();
    }

    private void TellCut(string? responseId, TimeSpan heard)
    {
        if (responseId is not null)
            history.CutOff(responseId, heard);
        state.Publish(new SpeechUpdate(ChatRole.Assistant, IsSpeaking: false));
        state.Publish(new InterruptionUpdate(responseId, heard, ByUser: !_stoppedByProgram));
        AgentsTelemetry.Interruptions.Add(1, new KeyValuePair<string, object?>("by", _stoppedByProgram ? "program" : "user"));
        _stoppedByProgram = false;
    }
}
