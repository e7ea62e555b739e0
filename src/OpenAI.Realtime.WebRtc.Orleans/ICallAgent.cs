using Orleans;

namespace OpenAI.Realtime.WebRtc.Orleans;

/// <summary>
/// The agent of one call, wherever in the cluster it runs; its key is the call's id, <c>rtc_…</c>. It leads the call over a WebSocket beside the sound, keeps what was said and which tools were run in grain storage, and a reminder
/// has it attach again when the host that ran it was lost. Registered by <c>AddCallAgents</c>.
/// </summary>
public interface ICallAgent : IGrainWithStringKey
{
    /// <summary>
    /// Leads the call from now on, until it ends. Completes when that has been written down, so that no crash loses it; attaching goes on by itself. A second time does nothing to a call that is led or over,
    /// and attaches at once to one that is not led at the moment; its <paramref name="state"/> is not heeded. Throws what the storage or the reminders throw when they cannot be reached: then nobody has started it.
    /// </summary>
    /// <param name="state">What <see cref="CallAgentOptions.CreateAgent"/> is to know of the call, a user's id say; kept in grain storage. Default: null.</param>
    Task StartAsync(string? state = null);

    /// <summary>Where the call stands. Of a call that nobody has started: <see cref="CallAgentStage.NotStarted"/>.</summary>
    Task<CallAgentStatus> GetStatusAsync();

    /// <summary>What was said and done until now: JSON that <see cref="Agents.HistorySnapshot.Read"/> reads. After a crash, what was written down before it and what came since.</summary>
    Task<byte[]> GetHistoryAsync();

    /// <summary>Lets a tool be called that asked for leave.</summary>
    /// <param name="id">See <see cref="CallApproval.Id"/>.</param>
    /// <param name="always">Whether the same tool may be called without asking from now on in this call, until it is attached anew. Default: false.</param>
    /// <returns>Whether it was still waited for.</returns>
    Task<bool> ApproveAsync(string id, bool always = false);

    /// <summary>Does not let a tool be called; the model is told so.</summary>
    /// <param name="id">See <see cref="CallApproval.Id"/>.</param>
    /// <param name="reason">Why, for the model. Default: null, not given.</param>
    /// <returns>Whether it was still waited for.</returns>
    Task<bool> RefuseAsync(string id, string? reason = null);

    /// <summary>Puts words of the user's into the conversation.</summary>
    /// <param name="text">The words.</param>
    /// <param name="respond">Whether the assistant is to answer. Default: true.</param>
    /// <returns>False when the agent is not attached at the moment, and the text is not kept: ask again once <see cref="GetStatusAsync"/> says <see cref="CallAgentStage.Leading"/>.</returns>
    Task<bool> SendTextAsync(string text, bool respond = true);

    /// <summary>Hangs the call up.</summary>
    /// <exception cref="RealtimeCallException">The service refused, or could not be reached.</exception>
    Task HangUpAsync();
}
