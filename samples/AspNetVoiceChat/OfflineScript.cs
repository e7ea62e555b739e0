using OpenAI.Realtime.WebRtc.Testing;

namespace AspNetVoiceChat;

/// <summary>What the test endpoint answers where there is no API key: the caller's own words, and for who asks for the time, the host's tool if the session has it.</summary>
internal static class OfflineScript
{
    public static ValueTask<RealtimeTestReply> ReplyAsync(RealtimeTestTurn turn, CancellationToken cancellationToken)
    {
        if (turn.FunctionOutputs.Count > 0)
            return new(RealtimeTestReply.Say($"It is {turn.FunctionOutputs.Values.First()}, says the host’s own tool."));
        bool hasTool = turn.Call.Session["tools"] is System.Text.Json.Nodes.JsonArray { Count: > 0 };
        return new(hasTool && turn.Text?.Contains("time", StringComparison.OrdinalIgnoreCase) == true
            ? RealtimeTestReply.CallFunction("local_time", "{}")
            : RealtimeTestReply.Default);
    }
}
