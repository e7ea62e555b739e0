namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>What the Responses model of a Live session does at the endpoint: it calls functions of the client, or it ends with a text that the voice says.</summary>
public sealed record LiveTestResponse
{
    /// <summary>The functions that it calls: their names, and their arguments as JSON text. Default: none.</summary>
    public IReadOnlyList<(string Name, string Arguments)> Calls { get; init; } = [];

    /// <summary>What it says in the end; not beside <see cref="Calls"/>. Default: null, nothing.</summary>
    public string? Text { get; init; }

    /// <summary>Whether it fails. Default: false.</summary>
    public bool Fails { get; init; }

    /// <summary>One call.</summary>
    /// <param name="name">The function.</param>
    /// <param name="arguments">Its arguments, as JSON text. Default: none.</param>
    public static LiveTestResponse Call(string name, string arguments = "{}") => new() { Calls = [(name, arguments)] };
}
