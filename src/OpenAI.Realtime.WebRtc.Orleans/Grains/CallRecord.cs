using Orleans;

namespace OpenAI.Realtime.WebRtc.Orleans.Grains;

/// <summary>What is kept of a call in grain storage.</summary>
[GenerateSerializer]
[Alias("OpenAI.Realtime.WebRtc.CallRecord")]
internal sealed class CallRecord
{
    /// <summary>How many calls of tools are remembered; those that the model has been told of go first.</summary>
    private const int MaxTools = 128;

    [Id(0)]
    public CallAgentStage Stage { get; set; }

    [Id(1)]
    public string? State { get; set; }

    [Id(2)]
    public DateTimeOffset? StartedAt { get; set; }

    [Id(3)]
    public int Attachments { get; set; }

    [Id(4)]
    public string? Detail { get; set; }

    /// <summary>Whether the agent's configuration is in effect at the service.</summary>
    [Id(5)]
    public bool IsConfigured { get; set; }

    /// <summary>Who leads, by name, when it was handed over; null for the agent that leads at first.</summary>
    [Id(6)]
    public string? Agent { get; set; }

    [Id(7)]
    public byte[]? History { get; set; }

    [Id(8)]
    public long TotalTokens { get; set; }

    [Id(9)]
    public int ToolCalls { get; set; }

    [Id(10)]
    public List<ToolRecord> Tools { get; set; } = [];

    public ToolRecord? Find(string callId) => Tools.Find(tool => tool.CallId == callId);

    public void Add(ToolRecord tool)
    {
        if (Tools.Count >= MaxTools)
            Tools.RemoveAt(Math.Max(0, Tools.FindIndex(old => old.IsTold)));
        Tools.Add(tool);
        ToolCalls++;
    }
}

/// <summary>One call of a tool: written down before it is run, and again when it has.</summary>
[GenerateSerializer]
[Alias("OpenAI.Realtime.WebRtc.ToolRecord")]
internal sealed class ToolRecord
{
    [Id(0)]
    public string CallId { get; set; } = "";

    [Id(1)]
    public string Name { get; set; } = "";

    [Id(2)]
    public string Arguments { get; set; } = "";

    /// <summary>What the model is told; null while it is not known.</summary>
    [Id(3)]
    public string? Output { get; set; }

    /// <summary>Whether the service has taken the output.</summary>
    [Id(4)]
    public bool IsTold { get; set; }
}
