using System.Text;
using System.Text.Json;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events.Json;

/// <summary>
/// Reads an event: finds <c>type</c> wherever it stands in the object, then reads the whole into the type that the name belongs to. Never throws: what
/// cannot be read becomes a <see cref="MalformedLiveEvent"/>. A character cut between two pieces of one transcript is joined; half of one that stays alone becomes U+FFFD.
/// </summary>
internal static class LiveServerEventReader
{
    private static readonly Utf8NameTable<LiveServerEventType> Types = new(LiveServerEventType.All);

    /// <summary>Reads one message.</summary>
    /// <param name="utf8">The message.</param>
    /// <param name="pairs">The halves of characters that this connection has left over; null to read this message for itself.</param>
    public static LiveServerEvent ReadEvent(ReadOnlySpan<byte> utf8, LiveSplitPairs? pairs = null)
    {
        string name = "";
        try
        {
            var reader = new Utf8JsonReader(utf8);
            LiveServerEventType? type = EventName.Find(ref reader, Types, ref name, out _);
            if (type is null)
                return new UnknownLiveEvent(name, JsonElement.Parse(utf8));
            name = type.Name;
            byte[]? withoutHalves = HalfSurrogates.Replace(utf8);
            LiveServerEvent read = type.Read(withoutHalves ?? utf8) ?? throw new JsonException("The event is null.");
            return pairs is null ? read : pairs.Join(read, utf8, hasHalves: withoutHalves is not null);
        }
        catch (Exception e) when (EventName.IsMisfit(e) || e is ArgumentException)
        {
            // ArgumentException: what a constructor of ours does not take.
            return new MalformedLiveEvent(name, Encoding.UTF8.GetString(utf8), EventName.Reason(e)) { EventId = TextOf("event_id"u8, utf8), ClientEventId = TextOf("client_event_id"u8, utf8) };
        }
    }

    /// <summary>A text of an event that does not fit, so that it is still known whom it answers; null where it cannot be read.</summary>
    private static string? TextOf(ReadOnlySpan<byte> name, ReadOnlySpan<byte> utf8)
    {
        try
        {
            var reader = new Utf8JsonReader(utf8);
            return reader.Read() ? TypePeek.Find(reader, name) : null;
        }
        catch (Exception e) when (EventName.IsMisfit(e))
        {
            return null;
        }
    }
}

/// <summary>The texts of the Live API that come in pieces: one transcript a side.</summary>
internal sealed class LiveSplitPairs : SplitPairs<LiveServerEvent>
{
    protected override (string Text, string? ItemId, int Part, string? Delta) PieceOf(LiveServerEvent read) => read switch
    {
        LiveInputTranscriptDelta e => ("input", null, 0, e.Delta),
        LiveOutputTranscriptDelta e => ("output", null, 0, e.Delta),
        _ => ("", null, 0, null),
    };

    protected override LiveServerEvent With(LiveServerEvent read, string delta) => read switch
    {
        LiveInputTranscriptDelta e => e with { Delta = delta },
        LiveOutputTranscriptDelta e => e with { Delta = delta },
        _ => read,
    };
}
