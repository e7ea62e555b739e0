using System.Text;
using System.Text.Json;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>
/// Reads an event: finds <c>type</c> wherever it stands in the object, then reads the whole into the type that the name belongs to. Never throws: what
/// cannot be read becomes a <see cref="MalformedServerEvent"/>. A character cut between two deltas of one connection is joined; half of one that stays alone becomes U+FFFD.
/// </summary>
internal static class ServerEventReader
{
    private static readonly Utf8NameTable<ServerEventType> Ga = new(ServerEventType.All(RealtimeDialect.Ga));
    private static readonly Utf8NameTable<ServerEventType> Beta = new(ServerEventType.All(RealtimeDialect.Beta));

    /// <summary>Reads one message of the data channel.</summary>
    /// <param name="utf8">The message.</param>
    /// <param name="dialect">Whose names it bears.</param>
    /// <param name="ids">What the events of this connection have in common; null to read this one for itself.</param>
    public static ServerEvent ReadEvent(ReadOnlySpan<byte> utf8, RealtimeDialect dialect, RunningIds? ids = null)
    {
        string name = "";
        try
        {
            var reader = new Utf8JsonReader(utf8);
            ServerEventType? type = EventName.Find(ref reader, dialect == RealtimeDialect.Beta ? Beta : Ga, ref name, out bool nameIsFirst);
            if (type is null)
                return new UnknownServerEvent(name, JsonElement.Parse(utf8));
            name = type.Name;
            ServerEvent? byHand = null;
            if (type.ByHand is not null)
            {
                if (!nameIsFirst) // then members stand before the place where the reader is now
                {
                    reader = new Utf8JsonReader(utf8);
                    reader.Read();
                }
                byHand = type.ByHand(ref reader, ids);
            }
            byte[]? withoutHalves = byHand is null ? HalfSurrogates.Replace(utf8) : null;
            ServerEvent read = byHand ?? type.Read(withoutHalves ?? utf8) ?? throw new JsonException("The event is null.");
            if (ids is not null)
                read = ids.SplitPairs.Join(read, utf8, hasHalves: withoutHalves is not null);
            return type.IsAlias ? read.ReceivedAs(name) : read;
        }
        catch (Exception e) when (EventName.IsMisfit(e))
        {
            return new MalformedServerEvent(name, Encoding.UTF8.GetString(utf8), EventName.Reason(e));
        }
    }
}
