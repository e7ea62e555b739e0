using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents;

namespace OpenAI.Realtime.WebRtc.Orleans.Grains;

/// <summary>Agents as the program has made them, with their functions wrapped: the one that leads and all that it may hand over to, who may hand over in a circle.</summary>
internal sealed class RecordedAgents
{
    private readonly Dictionary<VoiceAgent, VoiceAgent> _wrapped = [];
    private readonly IToolRecords _records;

    public RecordedAgents(VoiceAgent first, IToolRecords records)
    {
        _records = records;
        First = Wrap(first);
    }

    public VoiceAgent First { get; }

    /// <summary>The agent with this name; the first where there is none.</summary>
    public VoiceAgent Find(string? name) => _wrapped.Values.FirstOrDefault(agent => agent.Name == name) ?? First;

    private VoiceAgent Wrap(VoiceAgent agent)
    {
        if (_wrapped.TryGetValue(agent, out VoiceAgent? wrapped))
            return wrapped;
        wrapped = agent.Clone();
        wrapped.Tools = [.. agent.Tools.Select(tool => tool is AIFunction function ? new RecordedTool(function, _records) : tool)];
        _wrapped.Add(agent, wrapped);
        wrapped.HandOffs = [.. agent.HandOffs.Select(Wrap)];
        return wrapped;
    }
}
