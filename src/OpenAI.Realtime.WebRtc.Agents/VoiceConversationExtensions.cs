using System.Runtime.CompilerServices;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Begins conversations over WebRTC.</summary>
public static class VoiceConversationExtensions
{
    /// <summary>Connects a conversation that an agent leads.</summary>
    /// <param name="client">Connects.</param>
    /// <param name="agent">Who leads.</param>
    /// <param name="audio">Microphone and loudspeaker; the caller keeps them, and disposes them. Default: null, none.</param>
    /// <param name="cancellationToken">Cancels the connecting.</param>
    /// <exception cref="RealtimeConnectException">Connecting failed; says in which phase, why, and what to do.</exception>
    /// <exception cref="ArgumentException">The agent's tools cannot be used, or the audio options contradict each other. Nothing was sent.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    [OverloadResolutionPriority(1)]     // so that "new() { Source = … }" means audio
    public static Task<VoiceConversation> StartConversationAsync(this RealtimeWebRtcClient client, VoiceAgent agent, AudioOptions? audio = null, CancellationToken cancellationToken = default) =>
        StartConversationAsync(client, agent, new RealtimeConnectOptions { Audio = audio ?? new AudioOptions() }, options: null, cancellationToken);

    /// <summary>Connects a conversation that an agent leads.</summary>
    /// <param name="client">Connects.</param>
    /// <param name="agent">Who leads.</param>
    /// <param name="connect">Audio, progress, trace and safety identifier of the call. Its <see cref="RealtimeConnectOptions.Session"/> is not used: the agent has its own.</param>
    /// <param name="options">How the conversation is held. Default: null, all defaults.</param>
    /// <param name="cancellationToken">Cancels the connecting.</param>
    /// <exception cref="RealtimeConnectException">Connecting failed; says in which phase, why, and what to do.</exception>
    /// <exception cref="ArgumentException">The agent's tools cannot be used, an option is out of its range, or the audio options contradict each other. Nothing was sent.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<VoiceConversation> StartConversationAsync(
        this RealtimeWebRtcClient client, VoiceAgent agent, RealtimeConnectOptions connect, VoiceConversationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(agent);
        ArgumentNullException.ThrowIfNull(connect);
        options?.Validate();
        SharedAudio? shared = connect.SharedAudio is null ? client.CreateSharedAudio(connect.Audio) : null;
        var source = new CallSource(ConnectAsync, IsConfigured: true) { Audio = shared };
        return await VoiceConversation.BeginAsync(source, agent, options, cancellationToken).ConfigureAwait(false);

        async Task<IRealtimeSession> ConnectAsync(RealtimeSessionConfig config, CancellationToken token) => await client.ConnectAsync(new RealtimeConnectOptions
        {
            Session = config,
            SharedAudio = shared ?? connect.SharedAudio,
            SafetyIdentifier = connect.SafetyIdentifier,
            Progress = connect.Progress,
            EventTrace = connect.EventTrace,
        }, token).ConfigureAwait(false);
    }
}
