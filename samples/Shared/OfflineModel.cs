using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Testing;

namespace VoiceChatSamples;

/// <summary>
/// What the test endpoint answers where there is no API key. Where the session has the assistant's tools it calls them, by words of what was written: time, dice, note. It understands no speech, so who speaks has the
/// dice rolled, once; all else is answered as the endpoint does by itself, with the caller's own words.
/// </summary>
internal static class OfflineModel
{
    public static ValueTask<RealtimeTestReply> ReplyAsync(RealtimeTestTurn turn, CancellationToken cancellationToken) => new(Reply(turn));

    /// <summary>The tool that a text asks for, and its arguments; null when it asks for none.</summary>
    public static (string Name, string Arguments)? ToolFor(string text)
    {
        return Asks("time") ? ("clock", "{}")
            : Asks("dice") || Asks("roll") ? ("dice", """{"count":2}""")
            : Asks("read") && Asks("note") ? ("read_notes", "{}")
            : Asks("note") ? ("write_note", new JsonObject { ["text"] = text }.ToJsonString())
            : null;

        bool Asks(string word) => text.Contains(word, StringComparison.OrdinalIgnoreCase);
    }

    // A tool may have ended while something else was being written: then both are spoken of in one answer.
    private static RealtimeTestReply Reply(RealtimeTestTurn turn)
    {
        string? result = turn.FunctionOutputs.Count > 0 ? $"My tool says: {string.Join("; ", turn.FunctionOutputs.Values)}" : null;
        if (turn.Text is { } text)
        {
            if (ToolFor(text) is var (name, arguments) && Has(turn, name))
                return new RealtimeTestReply { Transcript = result ?? "", FunctionCalls = [new(name, arguments)] };
            return result is null ? RealtimeTestReply.Default : RealtimeTestReply.Say($"{result} And you wrote: {text}");
        }

        if (result is not null)
            return RealtimeTestReply.Say(result);
        return turn.Audio is not null && Has(turn, "dice") && !HasRolled(turn) ? RealtimeTestReply.CallFunction("dice", """{"count":2}""") : RealtimeTestReply.Default;
    }

    private static bool Has(RealtimeTestTurn turn, string tool) =>
        turn.Call.Session["tools"] is JsonArray tools && tools.Any(known => (string?)known?["name"] == tool);

    private static bool HasRolled(RealtimeTestTurn turn) =>
        turn.Call.SentEvents.Any(sent => sent.Type == "response.function_call_arguments.done");
}
