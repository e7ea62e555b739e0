using System.Text;
using System.Text.Json;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Tests.Events.Description;

/// <summary>What was read of a piece of JSON, and how it is written again.</summary>
internal sealed record Subject(object Value, Func<byte[]> Write)
{
    /// <summary>What is read without being an event of its own: the kind → the type.</summary>
    /// <remarks>A kind that is not here is left out by all tests but <see cref="PropertyTests.Every_kind_of_thing_is_read_by_these_tests"/>, which fails.</remarks>
    public static IReadOnlyDictionary<string, Type> ObjectTypes { get; } = new Dictionary<string, Type>
    {
        ["item"] = typeof(ConversationItem),
        ["response"] = typeof(ResponseSnapshot),
        ["response-request"] = typeof(ResponseParameters),
        ["session-request"] = typeof(SessionConfig),
        ["session-reply"] = typeof(SessionInfo),
        ["transcription-session-request"] = typeof(SessionConfig),
        ["transcription-session-reply"] = typeof(SessionInfo),
        ["translation-session-request"] = typeof(SessionConfig),
        ["translation-session-update"] = typeof(SessionConfig),
        ["translation-session-reply"] = typeof(SessionInfo),
        ["client-secret-request"] = typeof(ClientSecretRequest),
        ["client-secret-reply"] = typeof(ClientSecretReply),
        ["translation-client-secret-request"] = typeof(ClientSecretRequest),
        ["translation-client-secret-reply"] = typeof(ClientSecretReply),
        ["refer-request"] = typeof(CallReferRequest),
        ["reject-request"] = typeof(CallRejectRequest),
        ["webhook"] = typeof(RealtimeCallIncoming),
    };

    public static bool CanRead(string kind) => kind.EndsWith("-event", StringComparison.Ordinal) || ObjectTypes.ContainsKey(kind);

    /// <summary>Reads. Fails the test when it cannot be read, or only as an unknown or a malformed event.</summary>
    public static Subject Read(string kind, JsonElement json) => Read(kind, Encoding.UTF8.GetBytes(json.GetRawText()));

    /// <inheritdoc cref="Read(string, JsonElement)"/>
    public static Subject Read(string kind, byte[] utf8)
    {
        Subject subject = ReadAny(kind, utf8);
        if (subject.Value is MalformedServerEvent malformed)
            Assert.Fail($"Malformed: {malformed.Reason}\n{malformed.Json}");
        Assert.False(subject.Value is UnknownServerEvent or RawClientEvent, $"The event is not known: {Encoding.UTF8.GetString(utf8)}");
        return subject;
    }

    /// <summary>Reads; an unknown or malformed event is one as well.</summary>
    public static Subject ReadAny(string kind, byte[] utf8)
    {
        if (kind is "server-event" or "translation-server-event")
        {
            ServerEvent read = ServerEvent.Read(utf8);
            return new Subject(read, () => read.ToUtf8Json());
        }
        if (kind is "client-event" or "translation-client-event")
        {
            Assert.True(ClientEvent.TryRead(utf8, RealtimeDialect.Ga, out ClientEvent? read, out string? reason), reason);
            return new Subject(read, () => read.ToUtf8Json());
        }
        Type type = ObjectTypes[kind];
        object value = JsonSerializer.Deserialize(utf8, EventsJson.Ga.GetTypeInfo(type))!;
        ExplicitNulls.Note(utf8, value, EventsJson.Ga);
        return new Subject(value, () => JsonSerializer.SerializeToUtf8Bytes(value, EventsJson.Ga.GetTypeInfo(type)));
    }
}
