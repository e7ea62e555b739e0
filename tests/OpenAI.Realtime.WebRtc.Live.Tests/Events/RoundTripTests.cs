using System.Text;
using System.Text.Json;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Tests.Events.Description;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Events;

public sealed class RoundTripTests
{
    public static TheoryData<string, string> Server => Rows(Examples.Server);

    public static TheoryData<string, string> Client => Rows(Examples.Client);

    public static TheoryData<string> Configurations => [.. Examples.Configurations];

    [Theory]
    [MemberData(nameof(Server))]
    public void An_event_of_the_services_becomes_its_type_and_is_written_as_it_came(string type, string json)
    {
        LiveServerEvent read = Read(json);
        Assert.Equal(type, read.GetType().Name);
        SameJson.Assert(Examples.Parse(json), read.ToUtf8Json());
        Assert.Equal(read, Read(json));
        Assert.Equal(Examples.Parse(json).GetProperty("type").GetString(), read.Type);
    }

    [Theory]
    [MemberData(nameof(Client))]
    public void An_event_of_a_clients_becomes_its_type_and_is_written_as_it_came(string type, string json)
    {
        Assert.True(LiveClientEvent.TryRead(Encoding.UTF8.GetBytes(json), out LiveClientEvent? read, out string? reason), reason);
        Assert.Equal(type, read.GetType().Name);
        SameJson.Assert(Examples.Parse(json), read.ToUtf8Json());
        Assert.Equal(Examples.Parse(json).GetProperty("type").GetString(), read.Type);
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void A_configuration_is_written_as_it_came(string json)
    {
        LiveSessionConfig read = LiveSessionConfig.Read(Encoding.UTF8.GetBytes(json));
        SameJson.Assert(Examples.Parse(json), read.ToUtf8Json());
        Assert.Equal(read, LiveSessionConfig.Read(Encoding.UTF8.GetBytes(json)));
    }

    [Theory]
    [MemberData(nameof(Server))]
    public void A_field_that_nobody_knows_is_kept_at_every_depth(string type, string json)
    {
        foreach (string value in new[] { "null", "{\"a\":[1,null]}", "\"text\"" })
        {
            JsonElement more = JsonEdit.WithUnknownFields(Examples.Parse(json), [], "nobody_knows", value);
            LiveServerEvent read = Read(more.GetRawText());
            Assert.Equal(type, read.GetType().Name);
            SameJson.Assert(more, read.ToUtf8Json());
        }
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void So_is_one_of_a_configuration(string json)
    {
        JsonElement more = JsonEdit.WithUnknownFields(Examples.Parse(json), [], "nobody_knows", "{\"a\":[1,null]}");
        SameJson.Assert(more, LiveSessionConfig.Read(Encoding.UTF8.GetBytes(more.GetRawText())).ToUtf8Json());
    }

    [Fact]
    public void The_page_of_facts_is_covered()
    {
        Assert.Equal(28, Examples.Server.Select(e => e.Name).Distinct().Count());
        Assert.Equal(16, Examples.Client.Select(e => e.Name).Distinct().Count());
        Assert.Equal(Concrete(typeof(LiveServerEvent)).Except([nameof(UnknownLiveEvent), nameof(MalformedLiveEvent)]).Order(), Examples.Server.Select(e => e.Type.Name).Distinct().Order());
        Assert.Equal(Concrete(typeof(LiveClientEvent)).Except([nameof(RawLiveEvent)]).Order(), Examples.Client.Select(e => e.Type.Name).Distinct().Order());

        static IEnumerable<string> Concrete(Type family) => family.Assembly.GetTypes().Where(type => type.IsAssignableTo(family) && !type.IsAbstract).Select(type => type.Name);
    }

    [Fact]
    public void An_event_that_nobody_knows_is_passed_on_byte_for_byte()
    {
        const string Json = """{ "event_id" : "event_1", "type":"session.brand_new", "client_event_id":"c", "text":"\ud83d" }""";
        var read = Assert.IsType<UnknownLiveEvent>(Read(Json));
        Assert.Equal(("session.brand_new", "event_1", "c"), (read.Type, read.EventId, read.ClientEventId));
        Assert.Equal(Json, Encoding.UTF8.GetString(read.ToUtf8Json()));
    }

    [Fact]
    public void An_event_that_does_not_fit_says_what_does_not_and_whom_it_answers()
    {
        var read = Assert.IsType<MalformedLiveEvent>(Read("""{"type":"session.updated","event_id":"event_1","client_event_id":"cmd_1","session":7}"""));
        Assert.Equal(("session.updated", "event_1", "cmd_1"), (read.Type, read.EventId, read.ClientEventId));
        Assert.NotEmpty(read.Reason);
    }

    private static TheoryData<string, string> Rows(IEnumerable<(string Name, Type Type, string Json)> examples)
    {
        var rows = new TheoryData<string, string>();
        foreach ((string _, Type type, string json) in examples)
            rows.Add(type.Name, json);
        return rows;
    }

    private static LiveServerEvent Read(string json) => LiveServerEvent.Read(Encoding.UTF8.GetBytes(json));
}
