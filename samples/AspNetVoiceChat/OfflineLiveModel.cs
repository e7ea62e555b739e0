using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Testing;
using VoiceChatSamples;

namespace AspNetVoiceChat;

/// <summary>
/// What the test endpoint does in calls of GPT-Live where there is no API key. It understands no speech: the first time that somebody speaks it hands something over, to whom the page has chosen; a Responses model and the Decisions
/// model have dice rolled. A Responses model understands a few words of what is written, as <c>OfflineModel</c> does. It stops speaking when it is given an order.
/// </summary>
internal static class OfflineLiveModel
{
    public static LiveTestScript CreateScript() => new()
    {
        OnSpeech = (session, audio) => Delegates(session) ? null : $"You have spoken for {audio.Duration.TotalSeconds:0.0} seconds.",
        OnResponse = (_, given) => Respond(given),
        OnEvent = (session, e) =>
        {
            if ((string?)e["type"] == "session.instructions.append")
                session.StopSpeaking();
            return false;
        },
    };

    private static bool Delegates(LiveTestSession session)
    {
        if (session.SentEvents.Any(sent => sent.Type == "session.delegation.created"))
            return false;
        string id = session.Delegate();
        if ((string?)session.Description["delegation"]!["type"] == "decisions")
            session.SendDecision(JsonNode.Parse("""{"model":"offline","answers":[{"type":"choice","name":"wanted","choice":"dice","confidence":0.9,"probabilities":[]}]}""")!.AsObject(), id);
        return true;
    }

    // Something may have been written while a tool ran. Where that wants another tool, the first one's result is passed over: a response says something or calls something, not both.
    private static LiveTestResponse Respond(JsonArray given)
    {
        string? result = given.FirstOrDefault(item => (string?)item!["type"] == "function_call_output") is { } output ? $"My tool says: {(string?)output["output"]}" : null;
        if (given.LastOrDefault(item => (string?)item!["type"] == "message") is not { } message)
            return result is null ? LiveTestResponse.Call("dice", """{"count":2}""") : new LiveTestResponse { Text = result };
        string text = (string?)message["content"]?[0]?["text"] ?? "";
        return OfflineModel.ToolFor(text) is var (name, arguments)
            ? LiveTestResponse.Call(name, arguments)
            : new LiveTestResponse { Text = result is null ? $"You have written: {text}" : $"{result} And you have written: {text}" };
    }
}
