using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Agents;

namespace AspNetVoiceChat;

/// <summary>The conversations of bridged calls, so that a page can answer what an agent asks. Who knows the id of a call, which cannot be guessed, is the page whose call it is.</summary>
internal sealed class AgentCalls
{
    private static readonly ConditionalWeakTable<ApprovalRequest, string> Names = [];

    private readonly ConcurrentDictionary<string, VoiceConversation> _calls = new(StringComparer.Ordinal);

    /// <summary>What a request is called in an address.</summary>
    public static string NameOf(ApprovalRequest request) => Names.GetValue(request, static _ => Guid.NewGuid().ToString("N"));

    /// <summary>Lists a conversation until the result is disposed of.</summary>
    public IDisposable Add(string callId, VoiceConversation conversation)
    {
        _calls[callId] = conversation;
        return new Listed(this, callId);
    }

    /// <summary>Answers what an agent has asked.</summary>
    /// <param name="callId">The bridged call.</param>
    /// <param name="request">What was asked, by its name.</param>
    /// <param name="answer"><c>approve</c>, <c>always</c> or <c>refuse</c>.</param>
    /// <returns>Whether it was still waited for.</returns>
    public bool Answer(string callId, string request, string answer)
    {
        if (!_calls.TryGetValue(callId, out VoiceConversation? talk) || talk.PendingApprovals.FirstOrDefault(ask => NameOf(ask) == request) is not { } asked)
            return false;
        return answer switch
        {
            "approve" => talk.Approve(asked),
            "always" => talk.Approve(asked, always: true),
            "refuse" => talk.Refuse(asked, "The user said no."),
            _ => false,
        };
    }

    /// <summary>The user of the page has written something: the agent's conversation sends it, and so knows when the user's turn was over. The assistant falls silent.</summary>
    /// <returns>Whether there is such a call.</returns>
    public async Task<bool> SendTextAsync(string callId, string text, CancellationToken cancellationToken)
    {
        if (!_calls.TryGetValue(callId, out VoiceConversation? talk))
            return false;
        try
        {
            await talk.InterruptAsync(cancellationToken);
            await talk.SendTextAsync(text, cancellationToken: cancellationToken);
            return true;
        }
        catch (RealtimeSessionEndedException)
        {
            return false;
        }
    }

    private sealed class Listed(AgentCalls calls, string callId) : IDisposable
    {
        public void Dispose() => calls._calls.TryRemove(callId, out _);
    }
}
