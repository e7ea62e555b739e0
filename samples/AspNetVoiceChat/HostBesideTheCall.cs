using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.AspNetCore;
using OpenAI.Realtime.WebRtc.Events;
using VoiceChatSamples;

namespace AspNetVoiceChat;

/// <summary>
/// What the host does in a call that it has opened for a page: an agent leads it over a WebSocket beside the sound, which goes between the page and the service. Instructions and tools are the host's, and so is the
/// log; the page has no code for any of them.
/// </summary>
internal sealed partial class HostBesideTheCall(ILogger<HostBesideTheCall> logger, TimeProvider time)
{
    /// <summary>Who leads the call: the session as the page chose it, and the host's tools.</summary>
    public VoiceAgent AgentFor(RealtimeSessionConfig session) => new()
    {
        Session = session,
        Tools = [Assistant.Clock(time)],
    };

    /// <summary>Leads one call until it ends.</summary>
    public async Task TalkAsync(RealtimePageCall call, CancellationToken stopping)
    {
        await using RealtimeSideband beside = await call.AttachAsync(cancellationToken: stopping);
        await using VoiceConversation talk = await VoiceConversation.StartAsync(beside, (VoiceAgent)call.UserSession.State!, new() { IsConfigured = true }, stopping);
        await foreach (ConversationUpdate update in talk.ReadUpdatesAsync(stopping))
        {
            switch (update)
            {
                case TranscriptUpdate { IsFinal: true } said:
                    LogSaid(call.CallId, said.Role.Value, OneLine(said.Text));
                    break;
                case ToolCallUpdate { Call: { Status: not (ToolCallStatus.Waiting or ToolCallStatus.Running) } tool }:
                    LogTool(call.CallId, OneLine(tool.Name), OneLine(tool.Output));
                    break;
                case EndUpdate { End: var end }:
                    LogEnd(call.CallId, OneLine(end.Detail));
                    break;
            }
        }

        // The WebSocket could not be opened again, and the page's call would go on with nobody to answer its tools: what is thrown here has the route hang it up.
        if (await beside.Completion is { Reason: SessionEndReason.ConnectionLost } lost)
            throw new RealtimeSessionEndedException(lost);
    }

    // A line break in what was said would look like another entry of the log.
    private static string OneLine(string? words) => string.Concat((words ?? "").Select(c => char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c));

    // What people say belongs in no log by default: appsettings.json switches it on for this sample.
    [LoggerMessage(11, LogLevel.Information, "{Call} {Who}: {Words}")]
    private partial void LogSaid(string call, string who, string words);

    [LoggerMessage(12, LogLevel.Information, "{Call} tool {Tool}: {Result}")]
    private partial void LogTool(string call, string tool, string result);

    [LoggerMessage(13, LogLevel.Information, "{Call} has ended: {Why}")]
    private partial void LogEnd(string call, string why);
}
