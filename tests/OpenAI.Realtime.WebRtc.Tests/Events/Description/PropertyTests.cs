using System.Text.Json;

namespace OpenAI.Realtime.WebRtc.Tests.Events.Description;

/// <summary>Every property of every schema against the model: <c>schemas.json</c> has the table, <c>instances.json</c> instances with all of them.</summary>
public sealed class PropertyTests
{
    public static TheoryData<string> Roots => [.. PublishedDescription.Roots.Values.Where(r => Subject.CanRead(r.Kind)).Select(r => r.Name)];

    public static TheoryData<string> Tables => [.. PublishedDescription.Tables.Values.Where(t => t.Properties.Any(p => Subject.CanRead(RootOf(p).Kind))).Select(t => t.Schema)];

    [Fact]
    public void Every_kind_of_thing_is_read_by_these_tests() =>
        Assert.All(PublishedDescription.Roots.Values.Select(r => r.Kind).Distinct(), kind => Assert.True(Subject.CanRead(kind), kind));

    [Theory]
    [MemberData(nameof(Roots))]
    public void An_instance_with_every_property_leaves_nothing_over(string root)
    {
        List<string> over = [];
        foreach ((int number, Instance instance) in PublishedDescription.Roots[root].Largest.Index())
        {
            ObjectGraph graph = ObjectGraph.Of(Subject.Read(PublishedDescription.Roots[root].Kind, instance.Json).Value);
            foreach (string leftover in graph.Leftovers)
                over.Add($"{number}: no property for {leftover}");
            foreach (Type type in graph.Types.Where(t => t.Name.StartsWith("Unknown", StringComparison.Ordinal) && t.Name != "UnknownFields"))
                over.Add($"{number}: something is only an {type.Name}");
            foreach ((string at, JsonElement json) in graph.FreeJson.Where(f => !instance.Free.Any(p => SameJson.Are(JsonEdit.At(instance.Json, p), f.Json)) && !IsInsideFree(instance, f.Json)))
                over.Add($"{number}: {at} is kept as JSON, although the description says what is in it: {json}");
        }
        Assert.True(over.Count == 0, string.Join('\n', over));
    }

    [Theory]
    [MemberData(nameof(Roots))]
    public void The_smallest_and_the_largest_instances_are_written_back_as_the_same_JSON(string root)
    {
        Root data = PublishedDescription.Roots[root];
        SameJson.Assert(data.Smallest, Subject.Read(data.Kind, data.Smallest).Write(), "the smallest");
        foreach ((int number, Instance instance) in data.Largest.Index())
            SameJson.Assert(instance.Json, Subject.Read(data.Kind, instance.Json).Write(), $"number {number}");
    }

    [Theory]
    [MemberData(nameof(Tables))]
    public void Each_property_of_a_schema_has_a_property_in_the_model(string schema)
    {
        List<string> missing = [];
        foreach (Property property in PublishedDescription.Tables[schema].Properties.Where(p => Subject.CanRead(RootOf(p).Kind)))
        {
            Instance instance = RootOf(property).Largest[property.At.Instance];
            IReadOnlyList<string> leftovers = ObjectGraph.Of(Subject.Read(RootOf(property).Kind, instance.Json).Value).Leftovers;
            string name = property.At.Pointer.Split('/')[^1];
            if (leftovers.Any(l => l == property.At.Pointer || l.EndsWith("/" + name, StringComparison.Ordinal) || property.At.Pointer.StartsWith(l + "/", StringComparison.Ordinal)))
                missing.Add($"{property.Path} ({property.Type}), as in {property.At.Root} number {property.At.Instance} at {property.At.Pointer}");
        }
        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    [Fact]
    public void A_property_that_the_model_does_not_have_is_found()
    {
        JsonElement json = JsonElement.Parse("""{"type":"response.done","event_id":"e","response":{"output":[{"type":"message","role":"user","no_such_field":1}],"nor_this":1}}""");
        Assert.Equal(["/response/nor_this", "/response/output/0/no_such_field"], ObjectGraph.Of(Subject.Read("server-event", json).Value).Leftovers.Order());
    }

    private static Root RootOf(Property property) => PublishedDescription.Roots[property.At.Root];

    /// <summary>Free JSON may be kept by its members, as a map of JSON values.</summary>
    private static bool IsInsideFree(Instance instance, JsonElement json) =>
        instance.Free.Select(p => JsonEdit.At(instance.Json, p)).SelectMany(f => JsonEdit.Places(f).Select(p => JsonEdit.At(f, p))).Any(v => SameJson.Are(v, json));
}
