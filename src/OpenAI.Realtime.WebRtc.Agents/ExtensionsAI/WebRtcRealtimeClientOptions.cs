using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>How sessions of Microsoft.Extensions.AI are held over WebRTC.</summary>
[Experimental("MEAI001", UrlFormat = "https://aka.ms/dotnet-extensions-warnings/{0}")]
public sealed class WebRtcRealtimeClientOptions
{
    /// <summary>
    /// Where a session's sound comes from and goes to, asked for each, with the options that it was asked for with: the way to give it a microphone and a loudspeaker. Default: null, silence is sent and what is heard is
    /// dropped, unless <see cref="AudioInMessages"/> is set.
    /// </summary>
    public Func<RealtimeSessionOptions?, AudioOptions>? Audio { get; set; }

    /// <summary>
    /// Whether sound travels in messages, as it does over a WebSocket: what <see cref="InputAudioBufferAppendRealtimeClientMessage"/> carries is sent on the track at the pace of speech, and what is heard comes as
    /// <see cref="OutputTextAudioRealtimeServerMessage"/> of 16-bit PCM. Default: false, it goes by <see cref="Audio"/>, which is faster and hears itself interrupted; then an append message is refused.
    /// </summary>
    public bool AudioInMessages { get; set; }

    /// <summary>How much sound of messages may wait to be sent before <see cref="IRealtimeClientSession.SendAsync"/> waits; only with <see cref="AudioInMessages"/>. Default: 30 s.</summary>
    public TimeSpan MessageAudioCapacity { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The last word on how a call is opened: the whole configuration, the safety identifier, progress. Default: null.</summary>
    public Action<RealtimeConnectOptions>? Configure { get; set; }

    /// <summary>The limits of the gate that lets one response at a time into the conversation.</summary>
    public ResponseGateOptions Responses { get; set; } = new();

    internal void Validate()
    {
        if (AudioInMessages && Audio is not null)
            throw new ArgumentException("Audio and AudioInMessages are both set, and sound goes one way only: leave one of the two out.");
        if (MessageAudioCapacity < TimeSpan.FromSeconds(1) || MessageAudioCapacity > TimeSpan.FromMinutes(10))
            throw new ArgumentException("MessageAudioCapacity must lie between 1 second and 10 minutes.");
        ArgumentNullException.ThrowIfNull(Responses);
        Responses.Validate();
    }
}
