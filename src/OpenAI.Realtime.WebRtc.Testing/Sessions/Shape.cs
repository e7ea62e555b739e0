using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>What a JSON value may look like.</summary>
internal sealed class Shape
{
    private readonly Func<JsonNode, string, ApiError?> _check;
    private readonly bool _nullable;

    private Shape(Func<JsonNode, string, ApiError?> check, bool nullable = false, IReadOnlyDictionary<string, Shape>? fields = null)
    {
        _check = check;
        _nullable = nullable;
        Fields = fields;
    }

    /// <summary>The fields of an object with known ones; null for every other shape.</summary>
    public IReadOnlyDictionary<string, Shape>? Fields { get; }

    public static Shape Any { get; } = new(static (_, _) => null, nullable: true);

    public static Shape Text { get; } = Of(JsonValueKind.String, "a string");

    public static Shape Flag { get; } = new(static (node, path) =>
        node.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? null : ApiError.InvalidType(path, "a boolean", node));

    public static Shape Array { get; } = Of(JsonValueKind.Array, "an array");

    /// <summary>An object of which nothing more is known.</summary>
    public static Shape Map { get; } = Of(JsonValueKind.Object, "an object");

    public Shape OrNull => new(_check, nullable: true, Fields);

    public static Shape Number(double min, double max) => new((node, path) =>
        node.AsNumber() is not { } number ? ApiError.InvalidType(path, "a number", node)
        : number >= min && number <= max ? null
        : new ApiError(string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"Invalid '{path}': {number} is out of its range, {min} to {max}."), number < min ? "decimal_below_min_value" : "decimal_above_max_value", path));

    public static Shape OneOf(params string[] values) => new((node, path) =>
        node.AsText() is not { } text ? ApiError.InvalidType(path, "a string", node)
        : values.Contains(text) ? null
        : ApiError.InvalidValue(path, text, string.Join(", ", values.Select(v => $"'{v}'"))));

    public static Shape Either(Shape first, Shape second) => new((node, path) => first._check(node, path) is null ? null : second._check(node, path));

    public static Shape Object(params (string Name, Shape Shape)[] fields)
    {
        Dictionary<string, Shape> known = fields.ToDictionary(f => f.Name, f => f.Shape);
        return new((node, path) =>
        {
            if (node is not JsonObject value)
                return ApiError.InvalidType(path, "an object", node);
            foreach ((string name, JsonNode? member) in value)
            {
                string where = path.Length == 0 ? name : $"{path}.{name}";
                if (!known.TryGetValue(name, out Shape? shape))
                    return ApiError.Unknown(Json.Shorten(where));
                if (shape.Check(member, where) is { } error)
                    return error;
            }

            return null;
        }, fields: known);
    }

    public ApiError? Check(JsonNode? node, string path) =>
        node is null ? _nullable ? null : ApiError.InvalidType(path, "a value", node) : _check(node, path);

    private static Shape Of(JsonValueKind kind, string name) =>
        new((node, path) => node.GetValueKind() == kind ? null : ApiError.InvalidType(path, name, node));
}
