using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events.Json;

/// <summary>Reads what a client sent, for the other side of the conversation.</summary>
internal static class LiveClientEventReader
{
    private static readonly Utf8NameTable<EventType> Types = new(
    [
        Of<LiveSessionUpdate>("session.update"),
        Of<LiveInputAudioMute>("session.input_audio.mute"),
        Of<LiveInputAudioUnmute>("session.input_audio.unmute"),
        Of<LiveInstructionsAppend>("session.instructions.append"),
        Of<LiveThinkingAppend>("session.thinking.append"),
        Of<LiveCommentaryAppend>("session.commentary.append"),
        Of<LiveDecisionCreate>("decision.create"),
        Of<LiveDecisionItemCreate>("decision.item.create"),
        Of<LiveDecisionItemDelete>("decision.item.delete"),
        Of<LiveResponseItemCreate>("response.item.create"),
        Of<LiveResponseCreate>("response.create"),
        Of<LiveSessionClose>("session.close"),
        Of<LiveOutputAudioFixturePlay>("session.output_audio.fixture.play"),
        Of<LiveDtmfSend>("transport.dtmf.send"),
        Of<LiveInputAudioAppend>("session.input_audio.append"),
        Of<LiveSessionStart>("session.start"),
    ]);

    public static bool TryRead(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out LiveClientEvent? clientEvent, [NotNullWhen(false)] out string? reason)
    {
        string name = "";
        clientEvent = null;
        try
        {
            var reader = new Utf8JsonReader(utf8);
            EventType? type = EventName.Find(ref reader, Types, ref name, out _);
            clientEvent = type is null ? new RawLiveEvent(utf8) : type.Read(HalfSurrogates.Replace(utf8) ?? utf8);
            reason = clientEvent is null ? "The event is null." : null;
        }
        catch (Exception e) when (EventName.IsMisfit(e) || e is ArgumentException)
        {
            reason = EventName.Reason(e); // ArgumentException: what a constructor of ours does not take
        }
        return reason is null;
    }

    private static (string Name, EventType Type) Of<T>(string name)
        where T : LiveClientEvent
    {
        JsonTypeInfo<T>? info = null;
        return (name, new EventType(utf8 => ObjectJson.Read(utf8, info ??= LiveJson.Options.Of<T>())));
    }

    private sealed record EventType(EventType.Reader Read)
    {
        public delegate LiveClientEvent? Reader(ReadOnlySpan<byte> utf8);
    }
}
