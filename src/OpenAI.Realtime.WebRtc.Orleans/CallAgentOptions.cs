using OpenAI.Realtime.WebRtc.Agents;

namespace OpenAI.Realtime.WebRtc.Orleans;

/// <summary>How the agents of calls are made and kept. The same on each silo of a cluster.</summary>
public sealed class CallAgentOptions
{
    /// <summary>Makes the agent of a call, each time that somebody attaches to it: after a crash on another silo. Required.</summary>
    public Func<CallAgentContext, VoiceAgent>? CreateAgent { get; set; }

    /// <summary>
    /// How the conversation of a call is held. Its <see cref="VoiceConversationOptions.History"/> is told to the service when the call is attached to for the first time, and not again. Default: null, all defaults.
    /// </summary>
    public Func<CallAgentContext, VoiceConversationOptions>? CreateConversation { get; set; }

    /// <summary>
    /// Sees what happens in a conversation, on the grain's own turns, so it must not wait for long and may call other grains. What it throws is logged. Default: null.
    /// </summary>
    public Func<CallAgentContext, ConversationUpdate, ValueTask>? OnUpdate { get; set; }

    /// <summary>
    /// Whether a tool whose run a crash has cut off may be run again, by its name: for those that only look something up. Nobody knows whether such a run has had its effect. Default: null, none may; the model is told
    /// that the result is not known.
    /// </summary>
    public Func<CallAgentContext, string, bool>? MayRunAgain { get; set; }

    /// <summary>The name under which the client was registered with <c>AddOpenAIRealtimeWebRtc</c>. Default: null, the one without a name.</summary>
    public string? ClientName { get; set; }

    /// <summary>
    /// How it attaches to a call and stays with it. <see cref="RealtimeSidebandOptions.HangUpOnClose"/> is not heeded: a silo that stops hangs up no call. Default: all defaults.
    /// </summary>
    public RealtimeSidebandOptions Sideband { get; set; } = new();

    /// <summary>
    /// How often a reminder looks whether somebody is attached: after a crash a call is without its agent for as long as the cluster takes to notice it, and at most this. Not less than Orleans' own
    /// <c>ReminderOptions.MinimumReminderPeriod</c>, which is a minute unless it is set: the silo does not start then. Default: 1 min.
    /// </summary>
    public TimeSpan ReminderPeriod { get; set; } = TimeSpan.FromMinutes(1);
}

/// <summary>The call that an agent is made for.</summary>
public sealed class CallAgentContext
{
    internal CallAgentContext(string callId, string? state, IServiceProvider services) => (CallId, State, Services) = (callId, state, services);

    /// <summary>The call's id, <c>rtc_…</c>.</summary>
    public string CallId { get; }

    /// <summary>What <see cref="ICallAgent.StartAsync"/> was given.</summary>
    public string? State { get; }

    /// <summary>The services of the grain's activation.</summary>
    public IServiceProvider Services { get; }
}
