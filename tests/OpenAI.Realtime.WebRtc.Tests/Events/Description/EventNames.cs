namespace OpenAI.Realtime.WebRtc.Tests.Events.Description;

/// <summary>How an event's type is called: the wire name in PascalCase, but for these. The same exceptions stand in <c>docs/events.md</c>.</summary>
internal static class EventNames
{
    /// <summary>Wire name → name of the type.</summary>
    public static IReadOnlyDictionary<string, string> Exceptions { get; } = new Dictionary<string, string>
    {
        ["error"] = "ServerError",
    };

    public static string TypeOf(string wireName) => Exceptions.TryGetValue(wireName, out string? name) ? name : PascalCase(wireName);

    private static string PascalCase(string wireName) => string.Concat(wireName.Split('.', '_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
}
