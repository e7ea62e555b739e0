using System.Reflection;
using System.Text;
using System.Text.Json;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Tests.Events.Description;

/// <summary>
/// Bytes that are no UTF-8, and half surrogate pairs, in each text of each published example. The framework's reader lets them pass and throws <see cref="InvalidOperationException"/> when the text
/// is asked for: that must come out as an event that is malformed, or as the <see cref="JsonException"/> that the methods promise.
/// </summary>
public sealed class InvalidTextTests
{
    public static TheoryData<string> All => [.. PublishedDescription.Examples.Values.Where(e => Subject.CanRead(e.Kind)).Select(e => e.Name)];

    [Theory]
    [MemberData(nameof(All))]
    public void A_text_that_is_none_is_never_another_exception(string name)
    {
        string kind = PublishedDescription.Examples[name].Kind;
        foreach (byte[] input in Mutation.EachTextInvalid(PublishedDescription.Examples[name].Json))
        {
            try
            {
                Probe(kind, input);
            }
            catch (Exception e)
            {
                Assert.Fail($"{e}\n{Encoding.Latin1.GetString(input)}");
            }
        }
    }

    [Fact]
    public void A_name_that_is_no_text_beside_a_null_is_a_JsonException()
    {
        Assert.Throws<JsonException>(() => ObjectJson.Read(Encoding.Latin1.GetBytes("""{"value":"ek_1","expires_at":1,"ÿ":null}"""), EventsJson.Ga.Of<ClientSecretReply>()));
        Assert.Throws<JsonException>(() => SessionConfig.Read(Encoding.Latin1.GetBytes("""{"type":"realtime","ÿ":1,"instructions":null}""")));
        Assert.IsType<MalformedServerEvent>(ServerEvent.Read(Encoding.Latin1.GetBytes("""{"type":"session.created","session":{"type":"realtime","ÿ":1,"instructions":null}}""")));
    }

    private static void Probe(string kind, byte[] input)
    {
        foreach (RealtimeDialect dialect in Enum.GetValues<RealtimeDialect>())
        {
            if (kind.EndsWith("server-event", StringComparison.Ordinal))
            {
                ServerEvent read = ServerEvent.Read(input, dialect);
                Assert.True(read.Equals(ServerEvent.Read(input, dialect)), "Two readings differ");
                Assert.NotNull(read.ToString());
                Assert.NotNull(read.ToUtf8Json(dialect));
                Assert.False(read is MalformedServerEvent { Reason: "" });
            }
            else if (kind.EndsWith("client-event", StringComparison.Ordinal))
            {
                if (ClientEvent.TryRead(input, dialect, out ClientEvent? read, out string? reason))
                    Assert.NotNull(read.ToUtf8Json(dialect));
                else
                    Assert.NotEmpty(reason);
            }
            else
            {
                ReaderOf(Subject.ObjectTypes[kind])(input, dialect);
            }
        }
    }

    private static Action<byte[], RealtimeDialect> ReaderOf(Type type) => typeof(InvalidTextTests)
        .GetMethod(nameof(ReadObject), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).CreateDelegate<Action<byte[], RealtimeDialect>>();

    private static void ReadObject<T>(byte[] input, RealtimeDialect dialect)
    {
        T? read;
        try
        {
            read = EventsJson.Read(input, EventsJson.For(dialect).Of<T>());
        }
        catch (JsonException)
        {
            return;     // as promised
        }
        Assert.NotNull(read?.ToString());
        Assert.NotNull(JsonSerializer.SerializeToUtf8Bytes(read, EventsJson.For(dialect).Of<T>()));
    }
}
