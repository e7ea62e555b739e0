using System.Text;
using System.Text.Json;
using OpenAI.Realtime.WebRtc.Events;
using Xunit.Abstractions;

namespace OpenAI.Realtime.WebRtc.Tests.Events.Description;

/// <summary>
/// Every example and every instance of an event, spoiled in all ways. Reading never throws and never makes another event of one that is well formed.
/// </summary>
/// <remarks>
/// The seed is the same in every run; set <c>EVENTS_FUZZ_SEED</c> for another, and <c>EVENTS_FUZZ_ROUNDS</c> for more rounds. A failure names the seed and shows the
/// input in base64: put it into the <c>Corpus</c> folder, where it stays.
/// </remarks>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private static readonly int Seed = FromEnvironment("EVENTS_FUZZ_SEED", 20261122);

    /// <summary>How often each event is spoiled in each way. One round is some 400 inputs for a way.</summary>
    private static readonly int Rounds = FromEnvironment("EVENTS_FUZZ_ROUNDS", 5);

    private static readonly (string Kind, JsonElement Json)[] Events =
    [
        .. PublishedDescription.Examples.Values.Where(e => e.Kind.EndsWith("-event", StringComparison.Ordinal)).Select(e => (e.Kind, e.Json)),
        .. PublishedDescription.Roots.Values.Where(r => r.IsServerEvent || r.IsClientEvent).SelectMany(r => r.Largest.Select(i => (r.Kind, i.Json)).Append((r.Kind, r.Smallest))),
    ];

    private byte[] _input = [];

    [Fact]
    public void Members_in_another_order_make_an_equal_event()
    {
        ForEach((kind, json, random) =>
        {
            JsonElement shuffled = JsonEdit.Shuffled(json, random);
            object original = Subject.Read(kind, json).Value;
            Subject read = Subject.Read(kind, shuffled);
            Assert.True(original.Equals(read.Value), $"Not equal:\n{json}\n{shuffled}");
            Assert.Equal(original.GetHashCode(), read.Value.GetHashCode());
            SameJson.Assert(json, read.Write());
        });
    }

    [Fact]
    public void A_member_written_twice_makes_no_other_event() => NeverAnother(Mutation.Duplicate);

    [Fact]
    public void A_value_of_another_kind_makes_no_other_event() => NeverAnother(Mutation.Retype);

    [Fact]
    public void A_huge_number_makes_no_other_event() => NeverAnother(Mutation.MakeHuge);

    [Fact]
    public void A_member_left_out_makes_no_other_event() => NeverAnother(Mutation.Remove);

    [Fact]
    public void A_deep_nest_makes_no_other_event() => NeverAnother(Mutation.Nest, nameMayBeMissed: true);

    [Fact]
    public void Bytes_that_are_no_UTF8_make_no_other_event() => NeverAnother(Mutation.Garble, nameMayBeMissed: true);

    [Fact]
    public void An_event_cut_off_is_malformed()
    {
        ForEach((kind, json, random) =>
        {
            byte[] input = Mutation.Truncate(json, random);
            if (kind.EndsWith("server-event", StringComparison.Ordinal))
                Assert.IsType<MalformedServerEvent>(Probe(kind, input));
            else
                Assert.Null(Probe(kind, input));
        });
    }

    [Fact]
    public void Noise_is_malformed()
    {
        ForEach((kind, _, random) =>
        {
            byte[] input = Mutation.Noise(random);
            if (Probe(kind, input) is { } read)
                Assert.True(read is MalformedServerEvent or UnknownServerEvent or RawClientEvent);
        });
    }

    [Fact]
    public void Every_way_of_spoiling_an_event_spoils_it()
    {
        foreach (Func<JsonElement, Random, byte[]> mutate in new[] { Mutation.Duplicate, Mutation.Retype, Mutation.MakeHuge, Mutation.Remove, Mutation.Nest, Mutation.Garble, Mutation.Truncate })
        {
            string whole = JsonSerializer.Serialize(PublishedDescription.Examples["RealtimeServerEventResponseDone"].Json);
            JsonElement json = JsonElement.Parse(whole);
            int same = Enumerable.Range(0, 100).Count(seed => Encoding.UTF8.GetString(mutate(json, new Random(seed))) == whole);
            Assert.True(same <= 10, $"{mutate.Method.Name} changed nothing in {same} of 100");
        }
    }

    private void NeverAnother(Func<JsonElement, Random, byte[]> mutate, bool nameMayBeMissed = false)
    {
        ForEach((kind, json, random) =>
        {
            byte[] input = mutate(json, random);
            string name = json.GetProperty("type").GetString()!;
            object? read = Probe(kind, input);
            if (read is MalformedServerEvent malformed)
            {
                Assert.False(string.IsNullOrEmpty(malformed.Reason));
                Assert.True(malformed.Type == name || nameMayBeMissed, $"The malformed event has lost its name {name}: {malformed}");
            }
            else if (read is UnknownServerEvent or RawClientEvent)
            {
                Assert.True(nameMayBeMissed, $"{name} is not known any more");
            }
            else if (read is not null)
            {
                Assert.Equal(EventNames.TypeOf(name), read.GetType().Name);
            }
        });
    }

    /// <summary>Does all that can be done with a message that came; null when a client's event is refused.</summary>
    private object? Probe(string kind, byte[] input)
    {
        _input = input;
        if (kind.EndsWith("server-event", StringComparison.Ordinal))
        {
            ServerEvent read = ServerEvent.Read(input);
            ServerEvent again = ServerEvent.Read(input);
            Assert.True(read.Equals(again), "Two readings differ");
            Assert.Equal(read.GetHashCode(), again.GetHashCode());
            Assert.NotNull(read.ToString());
            Assert.NotNull(read.ToUtf8Json());
            ServerEvent.Read(input, RealtimeDialect.Beta).ToUtf8Json(RealtimeDialect.Beta);
            return read;
        }
        if (!ClientEvent.TryRead(input, RealtimeDialect.Ga, out ClientEvent? clientEvent, out string? reason))
        {
            Assert.False(string.IsNullOrEmpty(reason));
            return null;
        }
        Assert.NotNull(clientEvent.ToString());
        Assert.NotNull(clientEvent.ToUtf8Json());
        return clientEvent;
    }

    /// <summary>Runs one check over all events.</summary>
    private void ForEach(Action<string, JsonElement, Random> check)
    {
        output.WriteLine($"EVENTS_FUZZ_SEED={Seed} EVENTS_FUZZ_ROUNDS={Rounds}: {Rounds * Events.Length} inputs");
        for (int round = 0; round < Rounds; round++)
        {
            foreach ((int number, (string kind, JsonElement json)) in Events.Index())
            {
                int seed = unchecked((((Seed * 31) + round) * 1009) + number);
                try
                {
                    check(kind, json, new Random(seed));
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException($"EVENTS_FUZZ_SEED={Seed}, round {round}, event {number}, input {Convert.ToBase64String(_input)} made of\n{json}\n{e.Message}", e);
                }
            }
        }
    }

    private static int FromEnvironment(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), out int value) ? value : otherwise;
}
