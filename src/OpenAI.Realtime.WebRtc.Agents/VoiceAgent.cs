using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Who leads a conversation: what it is told, what it can do, how it sounds. One agent may lead many conversations; it is not to be changed once it leads one.</summary>
public sealed class VoiceAgent
{
    /// <summary>Its name, by which others hand over to it and which it is logged under. Default: <c>assistant</c>.</summary>
    public string Name { get; set; } = "assistant";

    /// <summary>What the model is told. Default: null, the instructions of <see cref="Session"/>, or else the service's own.</summary>
    public string? Instructions { get; set; }

    /// <summary>
    /// What the model may do: functions of the program, as <c>AIFunctionFactory.Create</c> makes them. Wrapped in <see cref="ApprovalRequiredAIFunction"/> each call asks first; wrapped in
    /// <see cref="VoiceTool"/> it is run in another way. Default: none.
    /// </summary>
    public IReadOnlyList<AITool> Tools { get; set; } = [];

    /// <summary>Servers that speak the Model Context Protocol, whose tools the service itself calls. Calls that need approval ask as functions do. Default: none.</summary>
    public IReadOnlyList<McpServer> McpServers { get; set; } = [];

    /// <summary>The agents that it may hand the conversation over to; each is a tool named <c>transfer_to_…</c>. Default: none.</summary>
    public IReadOnlyList<VoiceAgent> HandOffs { get; set; } = [];

    /// <summary>Checks of what it says, while it says it, in this order; what one refuses is stopped. <see cref="VoiceConversationOptions.Guardrails"/> says how they are run. Default: none.</summary>
    public IReadOnlyList<VoiceGuardrail> Guardrails { get; set; } = [];

    /// <summary>What other agents are told of when to hand over to this one. Default: null, its name alone.</summary>
    public string? HandOffDescription { get; set; }

    /// <summary>
    /// Everything else: model, voice, turn detection, transcription. Its <see cref="RealtimeSessionConfig.Tools"/> are to be left alone. The user's speech is written down unless
    /// <see cref="RealtimeSessionConfig.InputTranscription"/> is set to null, because a history without it has one side. Default: a configuration in which nothing is set.
    /// </summary>
    public RealtimeSessionConfig Session { get; set; } = new();

    /// <summary>The configuration of a session that this agent leads.</summary>
    /// <exception cref="ArgumentException">Tools have no name, or the same one; <see cref="Session"/> has tools of its own; a list is null, or something in it; the message says which.</exception>
    public RealtimeSessionConfig ToSessionConfig() => ToSessionConfig(ToToolSet());

    /// <summary>A copy, of which single properties can then be set to something else. The lists are shared until they are.</summary>
    public VoiceAgent Clone() => (VoiceAgent)MemberwiseClone();

    internal RealtimeSessionConfig ToSessionConfig(ToolSet tools)
    {
        if (Session.Tools.Count > 0)
            throw new ArgumentException($"{nameof(Session)}.{nameof(Session.Tools)} of agent '{Name}' is set: tools belong into {nameof(Tools)} and {nameof(McpServers)}, where somebody answers their calls.");
        return Session with
        {
            Instructions = Instructions is { } instructions ? instructions : Session.Instructions,
            Tools = [.. tools.Definitions, .. McpServers],
            InputTranscription = Session.InputTranscription.IsSet ? Session.InputTranscription : new InputTranscription { Model = TranscriptionModel.GptTranscribe },
        };
    }

    /// <summary>What an agent may still change when another has begun: a session keeps its model, and its voice once it has spoken.</summary>
    internal RealtimeSessionConfig ToUpdate(ToolSet tools) => ToSessionConfig(tools) with { Model = default, Voice = default };

    internal ToolSet ToToolSet()
    {
        Demand(!string.IsNullOrWhiteSpace(Name), "An agent has to have a name.");
        Demand(Session is not null, $"{nameof(Session)} of agent '{Name}' is null: leave it as it is where nothing is to be set.");
        DemandAll(Tools, nameof(Tools));
        DemandAll(McpServers, nameof(McpServers));
        DemandAll(HandOffs, nameof(HandOffs));
        DemandAll(Guardrails, nameof(Guardrails));
        return new([.. Tools, .. HandOffs.Select(agent => new HandOffFunction(agent))]);
    }

    /// <summary>Its name.</summary>
    public override string ToString() => Name;

    private void DemandAll<T>(IReadOnlyList<T>? list, string name)
        where T : class
    {
        Demand(list is not null, $"{name} of agent '{Name}' is null: an agent without any has an empty list.");
        Demand(!list!.Contains(null!), $"A null stands in {name} of agent '{Name}'.");
    }

    private static void Demand(bool holds, string problem)
    {
        if (!holds)
            throw new ArgumentException(problem);
    }
}
