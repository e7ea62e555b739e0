using System.Text;
using System.Text.Json;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Live.Events.Json;
using OpenAI.Realtime.WebRtc.Tests.Events.Description;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Events;

/// <summary>
/// Every example, spoiled in all ways. Reading never throws and never makes another event of one that is well formed. The seed is the same in every run; <c>EVENTS_FUZZ_SEED</c> and
/// <c>EVENTS_FUZZ_ROUNDS</c> set another one and more rounds. A failure names its seed and the example.
/// </summary>
public sealed class HostileTests
{
    private static readonly int Seed = FromEnvironment("EVENTS_FUZZ_SEED", 20261130);
    private static readonly int Rounds = FromEnvironment("EVENTS_FUZZ_ROUNDS", 20);

    [Fact]
    public void Members_in_another_order_make_an_equal_event() => ForEach((isServer, type, json, random) =>
    {
        byte[] shuffled = Encoding.UTF8.GetBytes(JsonEdit.Shuffled(json, random).GetRawText());
        object? read = Probe(isServer, shuffled);
        Assert.Equal(Probe(isServer, Encoding.UTF8.GetBytes(json.GetRawText())), read);
        Assert.IsType(type, read);
    });

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
    public void An_event_cut_off_is_malformed() => ForEach((isServer, _, json, random) =>
    {
        byte[] cut = Mutation.Truncate(json, random);
        object? read = Probe(isServer, cut);
        Assert.True(read is null or MalformedLiveEvent);
    });

    [Fact]
    public void Noise_is_malformed() => ForEach((isServer, _, _, random) =>
    {
        byte[] noise = Mutation.Noise(random);
        Assert.True(Probe(isServer, noise) is null or MalformedLiveEvent or UnknownLiveEvent or RawLiveEvent);
    });

    [Fact]
    public void A_configuration_that_does_not_fit_is_a_JsonException_and_nothing_else()
    {
        var random = new Random(Seed);
        for (int round = 0; round < Rounds * 20; round++)
        {
            JsonElement json = Examples.Parse(Examples.Configurations[random.Next(Examples.Configurations.Count)]);
            byte[] input = random.Next(5) switch
            {
                0 => Mutation.Duplicate(json, random),
                1 => Mutation.MakeHuge(json, random),
                2 => Mutation.Truncate(json, random),
                3 => Mutation.Nest(json, random),
                _ => Mutation.Retype(json, random),
            };
            ReadOrRefuse(input, LiveSessionConfig.Read, config => config.ToUtf8Json());
        }
    }

    [Fact]
    public void A_text_that_is_no_UTF8_is_never_another_exception()
    {
        foreach ((bool isServer, string json) in Examples.Server.Select(e => (true, e.Json)).Concat(Examples.Client.Select(e => (false, e.Json))))
        {
            foreach (byte[] input in Mutation.EachTextInvalid(Examples.Parse(json)))
                Probe(isServer, input);
        }
        foreach (string config in Examples.Configurations)
        {
            foreach (byte[] input in Mutation.EachTextInvalid(Examples.Parse(config)))
                ReadOrRefuse(input, LiveSessionConfig.Read, read => read.ToUtf8Json());
            string session = """{"session":""" + config + ""","transport":{"type":"webrtc","sdp":"v=0"}}""";
            foreach (byte[] input in Mutation.EachTextInvalid(Examples.Parse(session)))
            {
                ReadOrRefuse(input, LiveSessionRequest.Read, read => read.ToUtf8Json());
                ReadOrRefuse(input, LiveSessionReply.Read, read => read.ToUtf8Json());
            }
        }
    }

    [Fact]
    public void A_name_that_is_no_text_beside_a_null_is_no_reply() =>
        Assert.Throws<JsonException>(() => LiveSessionReply.Read(Encoding.Latin1.GetBytes("""{"session":{"id":"live_1","ÿ":1,"instructions":null},"transport":{"type":"webrtc","sdp":"v=0"}}""")));

    [Fact]
    public void A_character_cut_between_two_pieces_of_a_transcript_is_joined()
    {
        var pairs = new LiveSplitPairs();
        string first = Delta("""{"type":"session.output_transcript.delta","delta":"ab\ud83d"}"""), other = Delta("""{"type":"session.input_transcript.delta","delta":"x"}""");
        string second = Delta("""{"type":"session.output_transcript.delta","delta":"\ude42c"}""");
        Assert.Equal(("ab", "x", "🙂c"), (first, other, second));
        Assert.Equal("\uFFFD", Assert.IsType<LiveOutputTranscriptDelta>(LiveServerEvent.Read("""{"type":"session.output_transcript.delta","delta":"\ud83d"}"""u8)).Delta);

        string Delta(string json) => Assert.IsAssignableFrom<LiveTranscriptDelta>(LiveServerEventReader.ReadEvent(Encoding.UTF8.GetBytes(json), pairs)).Delta;
    }

    private static void NeverAnother(Func<JsonElement, Random, byte[]> mutate, bool nameMayBeMissed = false) => ForEach((isServer, type, json, random) =>
    {
        byte[] input = mutate(json, random);
        object? read = Probe(isServer, input);
        if (read is MalformedLiveEvent malformed)
            Assert.False(string.IsNullOrEmpty(malformed.Reason));
        else if (read is UnknownLiveEvent or RawLiveEvent)
            Assert.True(nameMayBeMissed);
        else if (read is not null)
            Assert.IsType(type, read);
    });

    private delegate T Reader<out T>(ReadOnlySpan<byte> utf8Json);

    /// <summary>Reads and writes; a <see cref="JsonException"/> of the reader is the only one that may come.</summary>
    private static void ReadOrRefuse<T>(byte[] input, Reader<T> read, Func<T, byte[]> write)
    {
        T value;
        try
        {
            value = read(input);
        }
        catch (JsonException)
        {
            return;
        }
        Assert.NotNull(value!.ToString());
        Assert.NotNull(write(value));
    }

    /// <summary>Does all that can be done with a message that came; null when a client's event is refused.</summary>
    private static object? Probe(bool isServer, byte[] input)
    {
        if (isServer)
        {
            LiveServerEvent read = LiveServerEvent.Read(input), again = LiveServerEvent.Read(input);
            Assert.True(read.Equals(again), "Two readings differ");
            Assert.Equal(read.GetHashCode(), again.GetHashCode());
            Assert.NotNull(read.ToString());
            Assert.NotNull(read.ToUtf8Json());
            return read;
        }
        if (!LiveClientEvent.TryRead(input, out LiveClientEvent? clientEvent, out string? reason))
        {
            Assert.False(string.IsNullOrEmpty(reason));
            return null;
        }
        Assert.NotNull(clientEvent.ToString());
        Assert.NotNull(clientEvent.ToUtf8Json());
        return clientEvent;
    }

    private static void ForEach(Action<bool, Type, JsonElement, Random> act)
    {
        for (int round = 0; round < Rounds; round++)
        {
            foreach ((bool isServer, (string _, Type type, string json)) in Examples.Server.Select(e => (true, e)).Concat(Examples.Client.Select(e => (false, e))))
            {
                int seed = Seed + round;
                try
                {
                    act(isServer, type, Examples.Parse(json), new Random(seed));
                }
                catch (Exception e)
                {
                    Assert.Fail($"seed {seed}, {type.Name}: {e.Message}\n{json}");
                }
            }
        }
    }

    private static int FromEnvironment(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), out int value) ? value : otherwise;
}
