using System.Text;
using System.Text.Json;
using OpenAI.Realtime.WebRtc.AspNetCore.Bridge;
using OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Fuzz.Targets;

/// <summary>Events of the server and of a client, in both dialects: read, shown, written, and what is written read again. And as the bridge for web pages sees them.</summary>
internal static class EventTargets
{
    public static IEnumerable<FuzzTarget> All() =>
    [
        new("server-events", ReadServerEvents, () => Seeds("server-event")),
        new("client-events", ReadClientEvent, () => Seeds("client-event")),
        new("bridge-events", ReadAsTheBridge, () => Seeds("event")),
    ];

    /// <summary>The messages of one connection, one a line: a character that is cut between two deltas is joined.</summary>
    private static void ReadServerEvents(byte[] input)
    {
        foreach (RealtimeDialect dialect in Enum.GetValues<RealtimeDialect>())
        {
            RunningIds ids = new();
            foreach (Range line in Lines(input))
            {
                ReadServerEvent(input.AsSpan(line), dialect);
                Show(ServerEventReader.ReadEvent(input.AsSpan(line), dialect, ids), dialect);
            }
        }
    }

    private static void ReadServerEvent(ReadOnlySpan<byte> message, RealtimeDialect dialect)
    {
        ServerEvent read = ServerEvent.Read(message, dialect);
        if (!read.Equals(ServerEvent.Read(message, dialect)))
            throw new FuzzFailureException($"Two readings differ: {read}");
        byte[] written = Show(read, dialect);
        if (read is MalformedServerEvent malformed)
        {
            if (string.IsNullOrEmpty(malformed.Reason))
                throw new FuzzFailureException("A malformed event without a reason.");
            return;
        }

        ServerEvent again = ServerEvent.Read(written, dialect);
        if (again.GetType() != read.GetType())
            throw new FuzzFailureException($"{read} is read as {again} once it was written: {Encoding.UTF8.GetString(written)}");
    }

    private static byte[] Show(ServerEvent read, RealtimeDialect dialect)
    {
        _ = read.GetHashCode();
        _ = read switch
        {
            SessionCreated created => created.Session.Config.ToString(),
            SessionUpdated updated => updated.Session.Config.ToString(),
            UnknownServerEvent unknown => unknown.Json.ToString(),
            _ => "",
        };
        if (read.ToString().Any(c => c is '\r' or '\n'))
            throw new FuzzFailureException($"An event is shown on more than one line: {read}");
        return read.ToUtf8Json(dialect);
    }

    private static void ReadClientEvent(byte[] input)
    {
        foreach (RealtimeDialect dialect in Enum.GetValues<RealtimeDialect>())
        {
            if (!ClientEvent.TryRead(input, dialect, out ClientEvent? read, out string? reason))
            {
                if (string.IsNullOrEmpty(reason))
                    throw new FuzzFailureException("An event is refused without a reason.");
                continue;
            }

            if (read.ToString().Any(c => c is '\r' or '\n'))
                throw new FuzzFailureException($"An event is shown on more than one line: {read}");
            byte[] written = read.ToUtf8Json(dialect);
            if (!ClientEvent.TryRead(written, dialect, out ClientEvent? again, out reason) || again.GetType() != read.GetType())
                throw new FuzzFailureException($"{read} is not read as it was written: {reason}, {Encoding.UTF8.GetString(written)}");
        }
    }

    /// <summary>What the bridge for web pages looks at: an event of a page, which is let through or refused, and one of the service, which is shown or not.</summary>
    private static void ReadAsTheBridge(byte[] input)
    {
        foreach (bool mayConfigure in (bool[])[false, true])
        {
            PageEventPolicy.Judge(input, mayConfigure, out string type, out _, out string? refusal);
            if (refusal is null && type.Length == 0)
                throw new FuzzFailureException("What is no event is let through.");
        }

        ServerEvent read = ServerEvent.Read(input);
        if (!EventJson.HasType(input, read.Type))
            throw new FuzzFailureException($"The bridge does not find {read} again.");
        foreach (string type in (string[])[read.Type, "session.created", "response.done", "conversation.item.added", "error"])
            _ = PrivacyFilter.Show(type, input);
    }

    private static List<Range> Lines(byte[] input)
    {
        List<Range> lines = [];
        int begin = 0;
        while (begin < input.Length && lines.Count < 16)
        {
            int end = Array.IndexOf(input, (byte)'\n', begin);
            end = end < 0 ? input.Length : end;
            lines.Add(begin..end);
            begin = end + 1;
        }

        return lines;
    }

    /// <summary>The examples of the published description, and what the events' own tests keep.</summary>
    private static IEnumerable<byte[]> Seeds(string kind)
    {
        using JsonDocument examples = JsonDocument.Parse(KeptInputs.Resources("description/").Single());
        foreach (JsonElement example in examples.RootElement.EnumerateArray())
        {
            if (example.GetProperty("kind").GetString()!.EndsWith(kind, StringComparison.Ordinal))
                yield return JsonSerializer.SerializeToUtf8Bytes(example.GetProperty("json"));
        }

        foreach (byte[] kept in KeptInputs.Resources("events/").Where(k => k.Length < 2048))
            yield return kept;
    }
}
