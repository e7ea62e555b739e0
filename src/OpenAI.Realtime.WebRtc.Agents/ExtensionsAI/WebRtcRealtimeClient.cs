using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Opens a call for each session.</summary>
internal sealed class WebRtcRealtimeClient(RealtimeWebRtcClient client, WebRtcRealtimeClientOptions settings) : IRealtimeClient
{
    public async Task<IRealtimeClientSession> CreateSessionAsync(RealtimeSessionOptions? options = null, CancellationToken cancellationToken = default)
    {
        RealtimeConnectOptions connect = options?.RawRepresentationFactory?.Invoke() as RealtimeConnectOptions ?? new RealtimeConnectOptions();
        if (options is not null)
            connect.Session = SessionMapping.ToConfig(options);
        MessageAudio? audio = settings.AudioInMessages ? new MessageAudio(options?.InputAudioFormat, options?.OutputAudioFormat, settings.MessageAudioCapacity) : null;
        if (audio is not null)
            connect.Audio = new AudioOptions { Source = audio.Source, Sink = audio.Sink };
        else if (settings.Audio?.Invoke(options) is { } given)
            connect.Audio = given;
        settings.Configure?.Invoke(connect);
        RealtimeWebRtcSession session = await client.ConnectAsync(connect, cancellationToken).ConfigureAwait(false);
        return new WebRtcRealtimeClientSession(session, options, settings.Responses, TimeProvider.System, audio);
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(client) ? client
            : null;
    }

    public void Dispose()
    {
        // The client beneath is its maker's.
    }
}
