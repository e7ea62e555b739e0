using System.Text.Json;

namespace OpenAI.Realtime.WebRtc.Tests.Events.Description;

/// <summary>Fields that the description does not have: nothing is lost.</summary>
public sealed class UnknownFieldTests
{
    private const string Name = "field_of_tomorrow";
    private const string Value = """{"deep":[1,null,"x",{"a":true}],"big":12345678901234567890.25}""";

    public static TheoryData<string> Roots => PropertyTests.Roots;

    public static TheoryData<string> Examples => ExampleTests.All;

    [Theory]
    [MemberData(nameof(Roots))]
    public void An_unknown_field_in_every_object_of_an_instance_is_written_again(string root)
    {
        Root data = PublishedDescription.Roots[root];
        foreach (Instance instance in data.Largest)
            Survives(data.Kind, JsonEdit.WithUnknownFields(instance.Json, instance.Maps, Name, Value));
        Survives(data.Kind, JsonEdit.WithUnknownFields(data.Smallest, [], Name, Value));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_unknown_field_in_every_object_of_an_example_is_written_again(string name)
    {
        Example example = PublishedDescription.Examples[name];
        Survives(example.Kind, JsonEdit.WithUnknownFields(example.Json, ["/response/metadata"], Name, Value));
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void An_unknown_field_may_be_of_any_kind(string name)
    {
        Example example = PublishedDescription.Examples[name];
        foreach (string value in new[] { "null", "true", "\"text\"", "1e3", "-0.5", "[]", "{}", "[[[]]]" })
            Survives(example.Kind, JsonEdit.WithUnknownFields(example.Json, ["/response/metadata"], Name, value));
    }

    private static void Survives(string kind, JsonElement json) => SameJson.Assert(json, Subject.Read(kind, json).Write());
}
