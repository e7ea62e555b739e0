using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Types;

/// <summary>Instances of a type in which every field of it, and of all that is in it, stands at least once.</summary>
internal sealed class Instances(TsModule root)
{
    private const int Deepest = 24;
    private const int MostOfOne = 3;
    private readonly Dictionary<string, TsModule> _modules = new() { [root.Path] = root };
    private readonly List<string> _inside = [];

    /// <summary>Names that could not be looked up.</summary>
    public SortedSet<string> NotFound { get; } = [];

    public IReadOnlyList<JsonNode?> Of(string name) => Of(new TsName(name, "", root));

    /// <summary>The names in a union.</summary>
    public IEnumerable<string> Alternatives(string union) => root.Types[union] is TsUnion several ? several.Types.OfType<TsName>().Select(type => type.Name) : [union];

    private IReadOnlyList<JsonNode?> Of(TsType type) => type switch
    {
        TsLiteral literal => [JsonNode.Parse(literal.Json)],
        TsUnion union => [.. union.Types.Where(t => t is not TsName { Name: "null" or "undefined" }).SelectMany(Of)],
        TsArray array => [new JsonArray([.. Of(array.Element).Select(element => element?.DeepClone())])],
        TsObject { Values: { } values } => [.. Of(values).Take(1).Select(value => new JsonObject { ["k"] = value?.DeepClone() })],
        TsObject body => OfObject(body),
        TsName name => OfName(name),
        _ => throw new InvalidOperationException($"{type} is no type."),
    };

    private IReadOnlyList<JsonNode?> OfName(TsName name)
    {
        switch (name.Name)
        {
            case "string":
                return [JsonValue.Create("AAAA")];      // a text, and base64 as well
            case "number":
                return [JsonValue.Create(1)];
            case "boolean" or "true":
                return [JsonValue.Create(true)];
            case "false":
                return [JsonValue.Create(false)];
            case "unknown" or "any" or "object":
                return [new JsonObject()];
        }
        if (Find(name) is not { } found)
        {
            NotFound.Add(name.Name);
            return [];
        }
        if (_inside.Count > Deepest || _inside.Count(n => n == name.Name) >= MostOfOne)
            return [];
        _inside.Add(name.Name);
        IReadOnlyList<JsonNode?> instances = Of(found);
        _inside.RemoveAt(_inside.Count - 1);
        return instances;
    }

    private List<JsonNode?> OfObject(TsObject body)
    {
        (string Name, IReadOnlyList<JsonNode?> Values)[] members = [.. Members(body).Select(member => (member.Name, Of(member.Type))).Where(member => member.Item2.Count > 0)];
        int count = Math.Max(1, members.Select(member => member.Values.Count).DefaultIfEmpty(1).Max());
        List<JsonNode?> instances = [];
        for (int i = 0; i < count; i++)
            instances.Add(new JsonObject(members.Select(member => KeyValuePair.Create(member.Name, member.Values[i % member.Values.Count]?.DeepClone()))));
        return instances;
    }

    private IEnumerable<(string Name, TsType Type)> Members(TsObject body) =>
        body.Bases.Select(Find).OfType<TsObject>().SelectMany(Members).Concat(body.Members).GroupBy(member => member.Name).Select(same => same.Last());

    /// <summary>From the innermost namespace outwards, then in what is imported.</summary>
    private TsType? Find(TsName name)
    {
        for (string scope = name.Scope; ; scope = scope[..(scope.TrimEnd('.').LastIndexOf('.') + 1)])
        {
            if (name.Module.Types.TryGetValue(scope + name.Name, out TsType? found))
                return found;
            if (scope.Length == 0)
                break;
        }
        string[] parts = name.Name.Split('.', 2);
        if (parts.Length < 2 || !name.Module.Imports.TryGetValue(parts[0], out string? path))
            return null;
        if (!_modules.TryGetValue(path, out TsModule? module))
            _modules[path] = module = TypeScriptReader.Read(path);
        return module.Types.GetValueOrDefault(parts[1]);
    }
}
