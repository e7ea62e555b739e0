using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events.Json;

/// <summary>A name on the wire and what reads its events.</summary>
internal sealed record LiveServerEventType(string Name, LiveServerEventType.Reader Read)
{
    public delegate LiveServerEvent? Reader(ReadOnlySpan<byte> utf8);

    /// <summary>Every event of the data channel (the first 20) and of a sideband.</summary>
    public static IReadOnlyCollection<(string Name, LiveServerEventType Type)> All { get; } =
    [
        Of<LiveSessionStarted>("session.started"),
        Of<LiveSessionUpdated>("session.updated"),
        Of<LiveSessionClosed>("session.closed"),
        Of<LiveInputAudioMuted>("session.input_audio.muted"),
        Of<LiveInputAudioUnmuted>("session.input_audio.unmuted"),
        Of<LiveInstructionsAppended>("session.instructions.appended"),
        Of<LiveThinkingAppended>("session.thinking.appended"),
        Of<LiveCommentaryAppended>("session.commentary.appended"),
        Of<LiveInputTranscriptDelta>("session.input_transcript.delta"),
        Of<LiveOutputTranscriptDelta>("session.output_transcript.delta"),
        Of<LiveDelegationCreated>("session.delegation.created"),
        Of<LiveResponseEvent>("response.event"),
        Of<LiveDecisionEvent>("decision.event"),
        Of<LiveDecisionItemCreated>("decision.item.created"),
        Of<LiveDecisionItemDeleted>("decision.item.deleted"),
        Of<LiveUsageUpdated>("session.usage.updated"),
        Of<LiveError>("error"),
        Of<LiveInfo>("info"),
        Of<LiveOutputAudioFixturePlaying>("session.output_audio.fixture.playing"),
        Of<LiveOutputAudioFixturePlayed>("session.output_audio.fixture.played"),
        Of<LiveOutputAudioDelta>("session.output_audio.delta"),
        Of<LiveInputAudioHeard>("session.input_audio.append"),
        Of<LiveDtmfReceived>("transport.dtmf.received"),
        Of<LiveDtmfSent>("transport.dtmf.sent"),
        Of<LiveDtmfSending>("transport.dtmf.send"),
        Of<LiveTransportRinging>("transport.ringing"),
        Of<LiveTransportAnswered>("transport.answered"),
        Of<LiveTransportFailed>("transport.failed"),
    ];

    private static (string Name, LiveServerEventType Type) Of<T>(string name)
        where T : LiveServerEvent
    {
        JsonTypeInfo<T>? info = null;       // looked up when the first of its kind comes
        return (name, new LiveServerEventType(name, utf8 => ObjectJson.Read(utf8, info ??= LiveJson.Options.Of<T>())));
    }
}
