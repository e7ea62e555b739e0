using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Live.Tests.Events;
using OpenAI.Realtime.WebRtc.Tests.Events.Description;
using OpenAI.Realtime.WebRtc.Tests.Sideband;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Sideband;

/// <summary>What a service may send, and what a reader may do about it.</summary>
public sealed class EventTests : LiveSidebandHarness
{
    [Fact]
    public async Task Every_event_of_the_description_comes_as_its_type()
    {
        (LiveSideband sideband, ServedSocket socket) = await AttachAsync(new() { IncludeAudio = true });
        (string Name, string Json)[] examples = [.. Examples.Server.Select(example => (example.Name, example.Json)).Where(example => example.Name != "session.closed")];
        for (int i = 0; i < examples.Length; i++)
            await socket.SendAsync(Regex.Replace(examples[i].Json, "\"event_id\":\"[^\"]*\"", $"\"event_id\":\"own {i}\""));
        List<LiveServerEvent> events = await ReadAsync(sideband, examples.Length);
        Assert.Equal(examples.Select(example => example.Name), events.Select(read => read.Type));
        Assert.All(events, read => Assert.False(read is MalformedLiveEvent or UnknownLiveEvent, read.ToString()));
        await sideband.DisposeAsync().AsTask().Within();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sound_is_read_only_where_it_is_wanted_and_counted_in_any_case(bool isWanted)
    {
        (LiveSideband sideband, ServedSocket socket) = await AttachAsync(new() { IncludeAudio = isWanted });
        await using LiveSideband owned = sideband;
        for (int i = 0; i < 10; i++)
        {
            await socket.SendAsync("""{"type":"session.input_audio.append","audio":"AAAA"}""");
            await socket.SendAsync("""{"type":"session.output_audio.delta","delta":"AQABAA==","start_ms":0,"end_ms":200}""");
        }
        await socket.SendAsync(Event("event.last", "e1"));
        List<LiveServerEvent> events = await ReadAsync(sideband, isWanted ? 21 : 1);
        Assert.Equal("event.last", events[^1].Type);
        LiveSessionStatistics statistics = sideband.GetStatistics();
        Assert.Equal((20, 0, 21), (statistics.AudioEvents, statistics.EventsRepeated, statistics.EventsReceived));
    }

    [Fact]
    public async Task A_larger_event_than_is_accepted_is_told_of_and_the_next_one_comes()
    {
        Options.MaxEventSize = 16 * 1024;
        (LiveSideband sideband, ServedSocket socket) = await AttachAsync();
        await using LiveSideband owned = sideband;
        string large = Event("some.event", new string('x', 3 * 1024 * 1024));
        await socket.SendAsync(large);
        await socket.SendAsync(large);      // has no id that is known, so it is not one that has come before
        await socket.SendAsync(Event("event.next", "e1"));
        List<LiveServerEvent> events = await ReadAsync(sideband, 3);
        Assert.All(events[..2], read => Assert.Contains($"{large.Length} bytes, more than MaxEventSize allows (16384)", Assert.IsType<MalformedLiveEvent>(read).Reason, StringComparison.Ordinal));
        Assert.Equal("event.next", events[2].Type);
        Assert.Equal(SessionState.Connected, sideband.State);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no JSON")]
    [InlineData("[]")]
    [InlineData("""{"type":5}""")]
    [InlineData("""{"type":"session.delegation.created"}""")]
    [InlineData("""{"type":"session.started","session":null}""")]
    public async Task What_cannot_be_read_is_told_of_and_the_next_one_comes(string message)
    {
        (LiveSideband sideband, ServedSocket socket) = await AttachAsync();
        await using LiveSideband owned = sideband;
        await socket.SendAsync(message);
        await socket.SendAsync(Event("event.next", "e1"));
        List<LiveServerEvent> events = await ReadAsync(sideband, 2);
        Assert.Equal(message, Assert.IsType<MalformedLiveEvent>(events[0]).Json);
        Assert.Equal("event.next", events[1].Type);
    }

    [Fact]
    public async Task Whatever_a_service_sends_the_handlers_live_and_the_next_event_comes()
    {
        Options.KeepEventJson = true;
        LiveDelegationHandler[] handlers =
        [
            new LiveClientHandler((_, _) => Task.FromResult<string?>("done")) { Settle = TimeSpan.Zero },
            new LiveToolHandler(),
            new LiveDecisionHandler((_, _) => Task.FromResult<string?>("decided")),
        ];
        var random = new Random(20261130);
        Func<JsonElement, Random, byte[]>[] ways = [Mutation.Duplicate, Mutation.Retype, Mutation.MakeHuge, Mutation.Remove, Mutation.Truncate, Mutation.Garble];
        foreach (LiveDelegationHandler handler in handlers)
        {
            (LiveSideband sideband, ServedSocket socket) = await AttachAsync(new() { Delegation = handler, IncludeAudio = true });
            Task<List<LiveServerEvent>> reading = Task.Run(async () =>
            {
                var events = new List<LiveServerEvent>();
                await foreach (LiveServerEvent read in sideband.ReadEventsAsync())
                {
                    events.Add(read);
                    if (read.Type == "event.last")
                        break;
                }
                return events;
            });
            foreach ((_, _, string json) in Examples.Server.Where(example => example.Name != "session.closed"))
            {
                foreach (Func<JsonElement, Random, byte[]> spoil in ways)
                {
                    byte[] spoilt = spoil(Examples.Parse(json), random);
                    if (System.Text.Unicode.Utf8.IsValid(spoilt) && !Encoding.UTF8.GetString(spoilt).Contains("session.closed", StringComparison.Ordinal))
                        await socket.SendAsync(spoilt);
                }
            }
            await socket.SendAsync(Event("event.last", "the last"));
            Assert.NotEmpty(await reading.Within());
            Assert.False(sideband.Completion.IsCompleted);
            await sideband.DisposeAsync().AsTask().Within();
        }
        Assert.DoesNotContain(Log.GetSnapshot(), record => record.Level >= Microsoft.Extensions.Logging.LogLevel.Error && record.Id.Id != 48);      // that the model asks for too much is one of theirs
    }

    [Fact]
    public async Task Half_a_character_does_not_go_on_after_a_gap()
    {
        (LiveSideband sideband, ServedSocket first) = await AttachAsync();
        await using LiveSideband owned = sideband;
        await first.SendAsync(Event("session.output_transcript.delta", "e1", "\"delta\":\"a\\ud83c\",\"start_ms\":0,\"end_ms\":200"));
        await first.SendAsync(Event("session.output_transcript.delta", "e2", "\"delta\":\"\\udf39b\\ud83c\",\"start_ms\":0,\"end_ms\":200"));
        Assert.Equal(["a", "🌹b"], (await ReadAsync(sideband, 2)).Select(e => Assert.IsType<LiveOutputTranscriptDelta>(e).Delta));
        first.Break();
        ServedSocket second = await Server.NextAsync();
        await second.SendAsync(Event("session.output_transcript.delta", "e3", "\"delta\":\"\\udf39c\",\"start_ms\":0,\"end_ms\":200"));
        Assert.Equal("\uFFFDc", Assert.IsType<LiveOutputTranscriptDelta>(Assert.Single(await ReadAsync(sideband, 1))).Delta);
    }

    [Fact]
    public async Task A_flood_of_ids_is_bounded_and_sound_has_none_to_remember()
    {
        (LiveSideband sideband, ServedSocket socket) = await AttachAsync();
        await using LiveSideband owned = sideband;
        for (int i = 0; i < 5_000; i++)
            await socket.SendAsync(Event("some.event", $"e{i}"));
        await socket.SendAsync(Event("some.event", "e4999"));       // remembered
        await socket.SendAsync(Event("some.event", "e0"));          // forgotten long since
        await socket.SendAsync(Event("event.last", "last"));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await foreach (LiveServerEvent read in sideband.ReadEventsAsync(limit.Token))
        {
            if (read.Type == "event.last")
                break;
        }
        Assert.Equal((1, 5_003), (sideband.GetStatistics().EventsRepeated, sideband.GetStatistics().EventsReceived));
    }
}
