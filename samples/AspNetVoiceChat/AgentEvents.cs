using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents;

namespace AspNetVoiceChat;

/// <summary>What the page is told of what the agent does: events of this sample's own, beside those of the service, whose names begin with <c>agent.</c>.</summary>
internal static class AgentEvents
{
    /// <summary>The agent leads: what the user writes goes to it, and not to the service.</summary>
    /// <param name="callId">The bridged call's id.</param>
    public static JsonObject Started(string callId) => new() { ["type"] = "agent.started", ["text_url"] = $"agent/{callId}/text" };

    /// <summary>The event for an update; null for one that the page need not know.</summary>
    /// <param name="update">The update.</param>
    /// <param name="callId">The bridged call's id, by which the page answers what is asked.</param>
    /// <param name="talk">The conversation.</param>
    public static JsonObject? Of(ConversationUpdate update, string callId, VoiceConversation talk) => update switch
    {
        SpeechUpdate speech => new JsonObject { ["type"] = "agent.speech", ["who"] = speech.Role == ChatRole.User ? "user" : "assistant", ["is_speaking"] = speech.IsSpeaking },
        ApprovalUpdate { Request: var ask } => new JsonObject
        {
            ["type"] = "agent.approval", ["answer_url"] = $"agent/{callId}/approvals/{AgentCalls.NameOf(ask)}", ["tool"] = ask.ToolName, ["arguments"] = ask.Arguments,
        },
        ToolCallUpdate { Call: var tool } => new JsonObject
        {
            ["type"] = "agent.tool", ["call_id"] = tool.CallId, ["tool"] = tool.Name, ["arguments"] = tool.Arguments, ["status"] = tool.Status.ToString(), ["output"] = tool.Output,
            ["milliseconds"] = Math.Round(tool.Duration.TotalMilliseconds),
        },
        TurnUpdate { Turn: var turn } => new JsonObject
        {
            ["type"] = "agent.turn", ["number"] = turn.Number, ["latency"] = turn.Latency is { } latency ? Math.Round(latency.TotalMilliseconds) : null, ["tools"] = turn.ToolCalls,
            ["tokens"] = turn.Usage.TotalTokenCount, ["all_tokens"] = talk.Usage.TotalTokenCount, ["was_interrupted"] = turn.WasInterrupted,
        },
        _ => null,
    };
}
