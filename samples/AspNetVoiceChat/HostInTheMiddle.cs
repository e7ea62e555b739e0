using System.Globalization;
using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.AspNetCore;
using OpenAI.Realtime.WebRtc.Events;

namespace AspNetVoiceChat;

/// <summary>
/// What the host does in a bridged call, and in no other: it reads along, runs a tool that the page knows nothing of, and decides what the page may change.
/// </summary>
internal sealed partial class HostInTheMiddle(ILogger<HostInTheMiddle> logger, TimeProvider time) : RealtimeBridgeHandler
{
    /// <summary>The tool of a bridged session.</summary>
    public static readonly FunctionDefinition LocalTime = new()
    {
        Name = "local_time",
        Description = "The time of day where the host is.",
        Parameters = RawJson.Parse("""{ "type": "object", "properties": {} }"""),
    };

    public override async ValueTask<bool> OnServiceEventAsync(
        RealtimeBridgeCall call, ServerEvent serverEvent, ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken)
    {
        switch (serverEvent)
        {
            case ConversationItemInputAudioTranscriptionCompleted you:
                LogSaid(call.Id, "user", you.Transcript);
                break;
            case ResponseOutputAudioTranscriptDone assistant:
                LogSaid(call.Id, "assistant", assistant.Transcript);
                break;
            case ResponseDone { Response: var response } when response.Status == ResponseState.Completed:
                await RunToolsAsync(call, [.. response.FunctionCalls], cancellationToken);
                break;
        }
        return true;
    }

    /// <summary>Of a session's configuration the page may change what its form shows: voice, instructions, who ends a turn. Tools, for one, are the host's.</summary>
    public override ValueTask<bool> OnPageEventAsync(RealtimeBridgeCall call, string type, ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken) =>
        ValueTask.FromResult(type switch
        {
            "session.update" => IsModest(JsonNode.Parse(utf8Json.Span)?["session"] as JsonObject),
            "conversation.item.create" => (string?)JsonNode.Parse(utf8Json.Span)?["item"]?["role"] == "user",
            "response.create" => JsonNode.Parse(utf8Json.Span)?["response"] is null,
            "response.cancel" or "output_audio_buffer.clear" or "input_audio_buffer.clear" or "input_audio_buffer.commit" => true,
            _ => false,
        });

    private static bool IsModest(JsonObject? session) => session is not null && session.All(member => member.Key switch
    {
        "type" or "instructions" => true,
        "audio" => member.Value is JsonObject audio && audio.All(side => side.Value is JsonObject settings && settings.All(setting => setting.Key is "voice" or "turn_detection")),
        _ => false,
    });

    // After the response that asked for it: while one is under way the service takes no other.
    private async Task RunToolsAsync(RealtimeBridgeCall call, FunctionCallItem[] calls, CancellationToken cancellationToken)
    {
        foreach (FunctionCallItem tool in calls)
        {
            string result = tool.Name == "local_time" ? time.GetLocalNow().ToString("HH:mm", CultureInfo.InvariantCulture) : "There is no such tool.";
            LogTool(call.Id, tool.Name, result);
            await call.SendToServiceAsync(new ConversationItemCreate(ConversationItem.FunctionOutput(tool.CallId!, result)), cancellationToken);
        }
        if (calls.Length > 0)
            await call.SendToServiceAsync(new ResponseCreate(), cancellationToken);
    }

    // What people say belongs in no log by default: appsettings.json switches it on for this sample.
    [LoggerMessage(1, LogLevel.Information, "{Call} {Who}: {Words}")]
    private partial void LogSaid(string call, string who, string words);

    [LoggerMessage(2, LogLevel.Information, "{Call} tool {Tool}: {Result}")]
    private partial void LogTool(string call, string? tool, string result);
}
