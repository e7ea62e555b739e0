using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>The functions that a model may call, by name; checked before anything is sent. Never changes.</summary>
public sealed class ToolSet
{
    private const int LongestName = 64;

    private readonly Dictionary<string, KnownTool> _functions = new(StringComparer.Ordinal);

    /// <summary>Takes functions.</summary>
    /// <param name="tools">The functions: each an <see cref="AIFunction"/>, since somebody has to run it.</param>
    /// <exception cref="ArgumentException">A name stands twice, is no name that the service takes (letters, digits, <c>_</c> and <c>-</c>, at most 64), or a tool is no <see cref="AIFunction"/>; the message
    /// names all of them.</exception>
    public ToolSet(IEnumerable<AITool> tools)
    {
        ArgumentNullException.ThrowIfNull(tools);
        List<string> wrong = [];
        foreach (AITool tool in tools)
        {
            if (tool is not AIFunction function)
                wrong.Add($"'{tool?.Name}' is no AIFunction, so nothing could run it");
            else if (!IsName(function.Name))
                wrong.Add($"'{function.Name}' is no name that the service takes");
            else if (!_functions.TryAdd(function.Name, new KnownTool(function)))
                wrong.Add($"'{function.Name}' stands twice");
        }

        if (wrong.Count > 0)
            throw new ArgumentException($"The tools cannot be used: {string.Join("; ", wrong)}.", nameof(tools));
        Definitions = [.. _functions.Values.Select(tool => Define(tool.Function))];
    }

    /// <summary>No tools.</summary>
    public static ToolSet Empty { get; } = new([]);

    /// <summary>The functions as the session's configuration names them, with their JSON schemas.</summary>
    public IReadOnlyList<FunctionDefinition> Definitions { get; }

    /// <summary>Finds a function.</summary>
    /// <param name="name">Its name, letter by letter.</param>
    /// <param name="function">The function.</param>
    public bool TryFind(string name, [NotNullWhen(true)] out AIFunction? function)
    {
        function = Find(name)?.Function;
        return function is not null;
    }

    internal KnownTool? Find(string name) => _functions.GetValueOrDefault(name);

    private static FunctionDefinition Define(AIFunction function) => new()
    {
        Name = function.Name,
        Description = function.Description.Length > 0 ? function.Description : default(Optional<string?>),
        Parameters = function.JsonSchema,
    };

    private static bool IsName(string? name) => name is { Length: > 0 and <= LongestName } && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}

/// <summary>A function, and what it says of itself; asked once, so that nobody else's code runs where events are handled.</summary>
internal sealed class KnownTool(AIFunction function)
{
    public AIFunction Function { get; } = function;

    /// <summary>Its own settings; null for one without.</summary>
    public VoiceTool? Settings { get; } = SettingsOf(function);

    /// <summary>What its arguments have to look like.</summary>
    public JsonElement Schema { get; } = function.JsonSchema;

    /// <summary>Whether a call has to be approved first.</summary>
    public bool NeedsApproval { get; } = function.GetService<ApprovalRequiredAIFunction>() is not null;

    public static VoiceTool? SettingsOf(AIFunction function) => function.GetService<VoiceTool>();
}
