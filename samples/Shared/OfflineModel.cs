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

    private static RealtimeTestReply Reply(RealtimeTestTurn turn)
    {
        if (turn.FunctionOutputs.Count > 0)
            return RealtimeTestReply.Say($"My tool says: {string.Join("; ", turn.FunctionOutputs.Values)}");
        if (turn.Text is not { } text)
            return turn.Audio is not null && Has(turn, "dice") && !HasRolled(turn) ? RealtimeTestReply.CallFunction("dice", """{"count":2}""") : RealtimeTestReply.Default;
        if (Asks("time") && Has(turn, "clock"))
            return RealtimeTestReply.CallFunction("clock", "{}");
        if ((Asks("dice") || Asks("roll")) && Has(turn, "dice"))
            return RealtimeTestReply.CallFunction("dice", """{"count":2}""");
        if (Asks("read") && Asks("note") && Has(turn, "read_notes"))
            return RealtimeTestReply.CallFunction("read_notes", "{}");
        return Asks("note") && Has(turn, "write_note")
            ? RealtimeTestReply.CallFunction("write_note", new JsonObject { ["text"] = text }.ToJsonString())
            : RealtimeTestReply.Default;

        bool Asks(string word) => text.Contains(word, StringComparison.OrdinalIgnoreCase);
    }

    private static bool Has(RealtimeTestTurn turn, string tool) =>
        turn.Call.Session["tools"] is JsonArray tools && tools.Any(known => (string?)known?["name"] == tool);

    private static bool HasRolled(RealtimeTestTurn turn) =>
        turn.Call.SentEvents.Any(sent => sent.Type == "response.function_call_arguments.done");
}
