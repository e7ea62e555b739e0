using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.AspNetCore;
using OpenAI.Realtime.WebRtc.Events;

namespace AspNetVoiceChat;

/// <summary>
/// What the host does in a bridged call, and in no other: an agent leads the conversation, with tools that the page knows nothing of. The page is shown what the agent does, may say whether a tool may be called, and may
/// change of the session what this class lets it.
/// </summary>
internal sealed partial class HostInTheMiddle(VoiceAgent agent, AgentCalls calls, ILoggerFactory loggers, TimeProvider time) : RealtimeBridgeHandler
{
    private readonly ILogger _logger = loggers.CreateLogger<HostInTheMiddle>();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // It ends with the call, and holds nothing that has to be freed.
    private BridgedSession Session { get; } = new();

    /// <summary>Both sides are connected: the agent takes the lead, and the page is told what it does until the end.</summary>
    public override async Task OnConnectedAsync(RealtimeBridgeCall call, CancellationToken cancellationToken)
    {
        try
        {
            Session.Begin(call);
            var options = new VoiceConversationOptions { LoggerFactory = loggers, TimeProvider = time, ConfigureTimeout = TimeSpan.FromSeconds(15) };
            await using VoiceConversation talk = await VoiceConversation.StartAsync(Session, agent, options, cancellationToken);
            using IDisposable listed = calls.Add(call.Id, talk);
            _begun.TrySetResult();
            await TellAsync(AgentEvents.Started(call.Id));
            await foreach (ConversationUpdate update in talk.ReadUpdatesAsync(cancellationToken))
            {
                Log(call.Id, update);
                if (AgentEvents.Of(update, call.Id, talk) is { } shown)
                    await TellAsync(shown);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or RealtimeSessionEndedException || (e is InvalidOperationException && cancellationToken.IsCancellationRequested))
        {
            // The call has ended.
        }
        catch (VoiceConversationException e)
        {
            _ = call.HangUpAsync($"The agent could not take the lead. {e.Message}");       // not waited for: the end waits for this method
        }
        finally
        {
            _begun.TrySetResult();
            Session.End("The call has ended.");
        }

        ValueTask TellAsync(JsonObject shown) => call.SendToPageAsync(Encoding.UTF8.GetBytes(shown.ToJsonString()), cancellationToken);
    }

    public override async ValueTask<bool> OnServiceEventAsync(
        RealtimeBridgeCall call, ServerEvent serverEvent, ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken)
    {
        await Session.ReceiveAsync(serverEvent, cancellationToken);
        return true;
    }

    /// <summary>Of a session's configuration the page may change what its form shows: voice, instructions, who ends a turn. Tools, for one, are the host's.</summary>
    public override async ValueTask<bool> OnPageEventAsync(RealtimeBridgeCall call, string type, ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken)
    {
        if (!MayPass(type, utf8Json.Span))
            return false;
        await _begun.Task.WaitAsync(cancellationToken);     // what the agent is configured with must not come after what the page asks for
        return true;
    }

    public override Task OnEndedAsync(RealtimeBridgeCall call, RealtimeBridgeEnd end)
    {
        Session.End(end.Detail);
        return Task.CompletedTask;
    }

    /// <summary>Whether an event of the page's may go to the service.</summary>
    public static bool MayPass(string type, ReadOnlySpan<byte> utf8Json) => Read(utf8Json) is { } json && type switch
    {
        "session.update" => IsModest(json["session"] as JsonObject),
        "conversation.item.create" => IsUserMessage(utf8Json),     // and no tool's result, which the page could invent
        "response.create" => json["response"] is null,
        "response.cancel" or "output_audio_buffer.clear" or "input_audio_buffer.clear" or "input_audio_buffer.commit" => true,
        _ => false,
    };

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

    private void Log(string call, ConversationUpdate update)
    {
        switch (update)
        {
            case TranscriptUpdate { IsFinal: true } said:
                LogSaid(call, said.Role == ChatRole.User ? "user" : "assistant", OneLine(said.Text));
                break;
            case ToolCallUpdate { Call: { Status: not (ToolCallStatus.Running or ToolCallStatus.Waiting) } tool }:
                LogTool(call, OneLine(tool.Name), OneLine(tool.Output));
                break;
        }
    }

    // A line break in what was said would look like another entry of the log.
    private static string OneLine(string? words) => string.Concat((words ?? "").Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c));

    // What people say belongs in no log by default: appsettings.json switches it on for this sample.
    [LoggerMessage(1, LogLevel.Information, "{Call} {Who}: {Words}")]
    private partial void LogSaid(string call, string who, string words);

    [LoggerMessage(2, LogLevel.Information, "{Call} tool {Tool}: {Result}")]
    private partial void LogTool(string call, string tool, string result);
}
