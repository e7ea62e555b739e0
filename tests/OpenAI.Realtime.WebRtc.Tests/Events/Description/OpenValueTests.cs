using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Tests.Events.Description;

/// <summary>Words out of sets that may grow: the known ones are members, and one that nobody knows yet does no harm.</summary>
public sealed class OpenValueTests
{
    private const string Unseen = "a_value_of_tomorrow";

    public static TheoryData<string> Roots => PropertyTests.Roots;

    public static TheoryData<string> OpenProperties =>
    [
        .. PublishedDescription.Tables.Values
            .SelectMany(t => t.Properties.Select(p => (Key: $"{t.Schema} {p.Path}", Property: p)))
            .Where(p => p.Property.Open && p.Property.Path != "type" && PlacesOf(p.Key).Any())
            .Select(p => p.Key),
    ];

    [Theory]
    [MemberData(nameof(Roots))]
    public void An_unseen_value_changes_no_type_and_is_kept(string root)
    {
        Root data = PublishedDescription.Roots[root];
        foreach ((int number, Instance instance) in data.Largest.Index())
        {
            Type type = Subject.Read(data.Kind, instance.Json).Value.GetType();
            foreach (string place in instance.Open.Keys)
            {
                JsonElement json = JsonEdit.With(instance.Json, place, Unseen);
                string about = $"number {number}, {place}";
                Subject read = Subject.Read(data.Kind, json);
                if (data.IsServerEvent || data.IsClientEvent)
                    Assert.True(type == read.Value.GetType(), $"{about}: {type.Name} became {read.Value.GetType().Name}");
                SameJson.Assert(json, read.Write(), about);

                // Where the words are one shape of several (a number or "inf", a name or an object), the unknown shape is kept as JSON.
                ObjectGraph graph = ObjectGraph.Of(read.Value);
                Assert.True(graph.Texts.Any(t => t.Text == Unseen) || graph.FreeJson.Any(f => f.Json.GetRawText().Contains(Unseen, StringComparison.Ordinal)), $"{about}: no property has the value");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Roots))]
    public void Unseen_values_everywhere_at_once_change_no_type_and_are_kept(string root)
    {
        Root data = PublishedDescription.Roots[root];
        foreach (Instance instance in data.Largest)
        {
            JsonElement json = instance.Open.Keys.Aggregate(instance.Json, (at, place) => JsonEdit.With(at, place, Unseen));
            Subject read = Subject.Read(data.Kind, json);
            if (data.IsServerEvent || data.IsClientEvent)
                Assert.Equal(Subject.Read(data.Kind, instance.Json).Value.GetType(), read.Value.GetType());
            SameJson.Assert(json, read.Write());
        }
    }

    [Theory]
    [MemberData(nameof(OpenProperties))]
    public void Each_known_value_is_a_member_of_the_property_s_type(string property)
    {
        (Root root, Instance instance, string place) = PlacesOf(property).First();
        (object owner, object value, _) = ObjectGraph.Of(Subject.Read(root.Kind, JsonEdit.With(instance.Json, place, Unseen)).Value).Texts.FirstOrDefault(t => t.Text == Unseen);
        Assert.True(owner is not null, "No property has the value.");
        Type type = value is string ? owner.GetType() : value.GetType();
        string[] known = [.. MembersOf(type)];
        string[] missing = [.. KnownValues(property).Except(known)];
        Assert.True(missing.Length == 0, $"{type.Name} has no member for {string.Join(", ", missing)}; it has {string.Join(", ", known)}");
    }

    /// <summary>The texts of the static members that a type, or what it derives from, offers of itself.</summary>
    private static IEnumerable<string> MembersOf(Type type)
    {
        for (Type? at = type; at is not null && at != typeof(object); at = at.BaseType)
        {
            foreach (PropertyInfo member in at.GetProperties(BindingFlags.Static | BindingFlags.Public).Where(p => p.PropertyType.IsAssignableTo(at)))
            {
                object value = member.GetValue(null)!;
                JsonElement json = JsonSerializer.SerializeToElement(value, EventsJson.Ga.GetTypeInfo(at));
                if (json.ValueKind == JsonValueKind.String)
                    yield return json.GetString()!;
            }
        }
    }

    private static string[] KnownValues(string property)
    {
        string[] parts = property.Split(' ', 2);
        return PublishedDescription.Tables[parts[0]].Properties.Single(p => p.Path == parts[1]).Values;
    }

    private static IEnumerable<(Root Root, Instance Instance, string Place)> PlacesOf(string property) =>
        from root in PublishedDescription.Roots.Values
        where Subject.CanRead(root.Kind)
        from instance in root.Largest
        from open in instance.Open
        where open.Value == property
        select (root, instance, open.Key);
}
