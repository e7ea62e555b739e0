using Microsoft.Extensions.AI;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>One turn of the conversation: what the user said or wrote, and all that the assistant did about it until the user's next.</summary>
public sealed record ConversationTurn
{
    /// <summary>Which turn it was, from 1; 0 for what the assistant said before the user's first.</summary>
    public required int Number { get; init; }

    /// <summary>
    /// From the end of the user's speech, or from the sending of a text, to the first audible sound of the answer on this machine; null when nothing was heard. With <c>server_vad</c> the speech ends
    /// where the silence began by which it was told; with another turn detection when the service says so, which is later than it was.
    /// </summary>
    public TimeSpan? Latency { get; init; }

    /// <summary>How many responses it took.</summary>
    public int Responses { get; init; }

    /// <summary>How many tools were called.</summary>
    public int ToolCalls { get; init; }

    /// <summary>How long tools ran, added up.</summary>
    public TimeSpan ToolTime { get; init; }

    /// <summary>Whether the assistant was interrupted.</summary>
    public bool WasInterrupted { get; init; }

    /// <summary>What its responses are billed by.</summary>
    public required UsageDetails Usage { get; init; }

    /// <summary>The turn in a line.</summary>
    public override string ToString() => $"turn {Number}: {(Latency is { } latency ? $"{latency.TotalMilliseconds:0} ms" : "silent")}, {Responses} responses, {Usage.TotalTokenCount ?? 0} tokens";
}
