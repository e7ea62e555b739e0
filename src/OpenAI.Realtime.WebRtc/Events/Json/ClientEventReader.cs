using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>Reads what a client sent, for the other side of the conversation.</summary>
internal static class ClientEventReader
{
    private static readonly Utf8NameTable<ClientEventType> Ga = new(ClientEventType.All(RealtimeDialect.Ga));
    private static readonly Utf8NameTable<ClientEventType> Beta = new(ClientEventType.All(RealtimeDialect.Beta));

    public static bool TryRead(
        ReadOnlySpan<byte> utf8, RealtimeDialect dialect, [NotNullWhen(true)] out ClientEvent? clientEvent, [NotNullWhen(false)] out string? reason)
    {
        string name = "";
        clientEvent = null;
        try
        {
            var reader = new Utf8JsonReader(utf8);
            ClientEventType? type = EventName.Find(ref reader, dialect == RealtimeDialect.Beta ? Beta : Ga, ref name, out _);
            clientEvent = type is null ? new RawClientEvent(utf8) : type.Read(utf8);
            reason = clientEvent is null ? "The event is null." : null;
        }
        catch (Exception e) when (EventName.IsMisfit(e) || e is ArgumentException)
        {
            reason = EventName.Reason(e); // ArgumentException: what a constructor of ours does not take
        }
        return reason is null;
    }
}
