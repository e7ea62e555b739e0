using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc;
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
                LogSaid(call.Id, "user", OneLine(you.Transcript));
                break;
            case ResponseOutputAudioTranscriptDone assistant:
                LogSaid(call.Id, "assistant", OneLine(assistant.Transcript));
                break;
            case ResponseDone { Response: var response } when response.Status == ResponseState.Completed:
                await RunToolsAsync(call, [.. response.FunctionCalls], cancellationToken);
                break;
        }
        return true;
    }

    /// <summary>Of a session's configuration the page may change what its form shows: voice, instructions, who ends a turn. Tools, for one, are the host's.</summary>
    public override ValueTask<bool> OnPageEventAsync(RealtimeBridgeCall call, string type, ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Read(utf8Json.Span) is { } json && type switch
        {
            "session.update" => IsModest(json["session"] as JsonObject),
            "conversation.item.create" => IsUserMessage(utf8Json.Span),     // and no tool's result, which the page could invent
            "response.create" => json["response"] is null,
            "response.cancel" or "output_audio_buffer.clear" or "input_audio_buffer.clear" or "input_audio_buffer.commit" => true,
            _ => false,
        });

    // What pages send may be anything: this never throws, for each exception of a handler is a stack trace in the log. A name that stands twice could mean
    // one thing here and another to the service.
    private static JsonObject? Read(ReadOnlySpan<byte> utf8Json)
    {
        try
        {
            return JsonNode.Parse(utf8Json, documentOptions: new() { AllowDuplicateProperties = false }) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsUserMessage(ReadOnlySpan<byte> utf8Json) =>
        ClientEvent.TryRead(utf8Json, RealtimeDialect.Ga, out ClientEvent? clientEvent, out _)
        && clientEvent is ConversationItemCreate { Item: MessageItem { Role: { } role } } && role == ItemRole.User;

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
            LogTool(call.Id, OneLine(tool.Name), result);
            await call.SendToServiceAsync(new ConversationItemCreate(ConversationItem.FunctionOutput(tool.CallId!, result)), cancellationToken);
        }
        if (calls.Length > 0)
            await call.SendToServiceAsync(new ResponseCreate(), cancellationToken);
    }

    // A line break in what was said would look like another entry of the log.
    private static string OneLine(string? words) => string.Concat((words ?? "").Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c));

    // What people say belongs in no log by default: appsettings.json switches it on for this sample.
    [LoggerMessage(1, LogLevel.Information, "{Call} {Who}: {Words}")]
    private partial void LogSaid(string call, string who, string words);

    [LoggerMessage(2, LogLevel.Information, "{Call} tool {Tool}: {Result}")]
    private partial void LogTool(string call, string tool, string result);
}
