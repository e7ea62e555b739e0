using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Tests.Events.Description;

/// <summary>The data that <c>extract.py</c> takes out of the published description.</summary>
internal static class PublishedDescription
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>Every example, by its name.</summary>
    public static IReadOnlyDictionary<string, Example> Examples { get; } = Load<Example[]>("examples.json").ToDictionary(e => e.Name);

    /// <summary>The smallest and the largest instances of everything that is read or written as a whole, by the schema's name.</summary>
    public static IReadOnlyDictionary<string, Root> Roots { get; } = Load<Root[]>("instances.json").ToDictionary(r => r.Name);

    /// <summary>The tables of properties, by the schema's name.</summary>
    public static IReadOnlyDictionary<string, Table> Tables { get; } = Load<Schemas>("schemas.json").Tables.ToDictionary(t => t.Schema);

    /// <summary>The resources whose name begins so, by the rest of the name.</summary>
    public static IEnumerable<(string Name, byte[] Content)> Resources(string prefix) =>
        typeof(PublishedDescription).Assembly.GetManifestResourceNames().Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .Select(n => (n[prefix.Length..], ReadAll(n)));

    private static T Load<T>(string file) => JsonSerializer.Deserialize<T>(ReadAll("Description/" + file), Options)!;

    private static byte[] ReadAll(string resource)
    {
        using Stream stream = typeof(PublishedDescription).Assembly.GetManifestResourceStream(resource)!;
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }

    private sealed record Schemas(Table[] Tables, Dictionary<string, string> LeftOut);
}

/// <summary>An example out of the description. <paramref name="AsPublished"/> differs where the published audio is no base64.</summary>
internal sealed record Example(string Name, string Schema, string Kind, JsonElement Json, JsonElement? AsPublished);

/// <summary>Something that is read or written as a whole: an event, an item, a session, a request or a reply.</summary>
internal sealed record Root(string Name, string Kind, string? WireName, JsonElement Smallest, Instance[] Largest)
{
    public bool IsServerEvent => Kind is "server-event" or "translation-server-event";

    public bool IsClientEvent => Kind is "client-event" or "translation-client-event";
}

/// <summary>An instance with every property; and where in it the open values stand (with their property), the maps, and JSON that is free.</summary>
internal sealed record Instance(JsonElement Json, Dictionary<string, string> Open, string[] Maps, string[] Free);

/// <summary>The properties of a schema.</summary>
internal sealed record Table(string Schema, Property[] Properties);

/// <summary>A property: what the description says of it, and a place where it can be seen.</summary>
/// <param name="Path">Where it stands in its schema; <c>[]</c> is an element, <c>(word)</c> an alternative.</param>
/// <param name="Type">Its type; several with <c>|</c>.</param>
/// <param name="Schema">The schema that the type is, where it has a name.</param>
/// <param name="Open">Whether its values are words out of a set that may grow.</param>
/// <param name="Values">The words known today; a single one marks the object.</param>
internal sealed record Property(string Path, string Type, string? Schema, bool Open, string[] Values, bool Required, bool Nullable, JsonElement? Sample, Place At);

/// <summary>A place in the largest instance with that number of a root.</summary>
internal sealed record Place(string Root, int Instance, string Pointer);
