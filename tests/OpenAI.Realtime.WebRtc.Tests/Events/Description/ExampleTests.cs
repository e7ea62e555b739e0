using System.Text.Json;
using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Tests.Events.Description;

/// <summary>The examples of the published description, as <c>examples.json</c> has them.</summary>
public sealed class ExampleTests
{
    public static TheoryData<string> All => [.. PublishedDescription.Examples.Values.Where(e => Subject.CanRead(e.Kind)).Select(e => e.Name)];

    public static TheoryData<string> Events => [.. PublishedDescription.Examples.Values.Where(e => e.Kind.EndsWith("-event", StringComparison.Ordinal)).Select(e => e.Name)];

    public static TheoryData<string> WithoutBase64 => [.. PublishedDescription.Examples.Values.Where(e => e.AsPublished is not null).Select(e => e.Name)];

    [Theory]
    [MemberData(nameof(Events))]
    public void Each_example_of_an_event_is_read_to_the_type_of_its_name(string name)
    {
        Example example = PublishedDescription.Examples[name];
        string wireName = example.Json.GetProperty("type").GetString()!;
        object read = Subject.Read(example.Kind, example.Json).Value;
        Assert.Equal(EventNames.TypeOf(wireName), read.GetType().Name);
        Assert.Equal(wireName, (read as ServerEvent)?.Type ?? ((ClientEvent)read).Type);
        Assert.Equal(
            example.Json.TryGetProperty("event_id", out JsonElement id) ? id.GetString() : null,
            (read as ServerEvent)?.EventId ?? (read as ClientEvent)?.EventId);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Each_example_is_written_back_as_the_same_JSON(string name)
    {
        Example example = PublishedDescription.Examples[name];
        SameJson.Assert(example.Json, Subject.Read(example.Kind, example.Json).Write());
    }

    [Theory]
    [MemberData(nameof(WithoutBase64))]
    public void An_example_whose_audio_is_no_base64_keeps_it_as_it_was_published(string name)
    {
        Example example = PublishedDescription.Examples[name];
        JsonElement published = example.AsPublished!.Value;
        SameJson.Assert(published, Subject.Read(example.Kind, published).Write());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Two_readings_of_an_example_are_equal_and_with_any_one_value_changed_they_are_not(string name)
    {
        Example example = PublishedDescription.Examples[name];
        object first = Subject.Read(example.Kind, example.Json).Value;
        object second = Subject.Read(example.Kind, example.Json).Value;
        Assert.Equal(first, second);
        Assert.Equal(first.GetHashCode(), second.GetHashCode());

        foreach (string place in JsonEdit.Places(example.Json).Where(p => p != "/type"))
        {
            JsonElement value = JsonEdit.At(example.Json, place);
            JsonNode? other = value.ValueKind switch
            {
                JsonValueKind.Number => JsonValue.Create(value.GetDecimal() + 1),
                JsonValueKind.String => JsonValue.Create(value.GetString() + "AAAA"), // so that base64 stays base64
                JsonValueKind.True => JsonValue.Create(false),
                JsonValueKind.False => JsonValue.Create(true),
                _ => null,
            };
            if (other is null)
                continue;
            object changed = Subject.ReadAny(example.Kind, System.Text.Encoding.UTF8.GetBytes(JsonEdit.With(example.Json, place, other).GetRawText())).Value;
            Assert.False(first.Equals(changed), $"{place} makes no difference");
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void What_an_example_becomes_names_itself_in_a_line_that_holds_no_audio(string name)
    {
        Example example = PublishedDescription.Examples[name];
        string? text = Subject.Read(example.Kind, example.Json).Value.ToString();
        Assert.False(string.IsNullOrEmpty(text));
        Assert.DoesNotContain('\n', text);
        Assert.True(text.Length < 300, text);
        foreach (JsonElement audio in new[] { "audio", "delta" }.SelectMany(n => All(example.Json, n)).Where(v => v.ValueKind == JsonValueKind.String && name.Contains("Audio", StringComparison.Ordinal)))
        {
            if (!name.Contains("Transcript", StringComparison.Ordinal))
                Assert.DoesNotContain(audio.GetString()!, text, StringComparison.Ordinal);
        }

        static IEnumerable<JsonElement> All(JsonElement json, string member) =>
            JsonEdit.Places(json).Where(p => p.EndsWith("/" + member, StringComparison.Ordinal)).Select(p => JsonEdit.At(json, p));
    }
}
