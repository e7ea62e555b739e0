using System.Buffers;
using System.Text;
using System.Text.Json;

namespace OpenAI.Realtime.WebRtc.Tests.Events.Description;

/// <summary>One way to spoil an event. The event's own <c>type</c> is never touched, but for noise in the bytes.</summary>
internal static class Mutation
{
    private static readonly string[] OddValues =
    [
        "null", "true", "false", "0", "-1", "1.5", "\"\"", "\"text\"", "\"\\ud800\"", "\"\\u0000\"", "[]", "{}", "[null]", "[[]]", "{\"a\":null}", "{\"type\":5}", "{\"type\":\"message\"}", "[{}]",
        "[{\"type\":null}]", "\"inf\"", "\"auto\"",
    ];

    private static readonly string[] HugeNumbers =
    [
        "1e999", "-1e999", "99999999999999999999", "-99999999999999999999", "9223372036854775807", "9223372036854775808", "2147483648", "1e-400", "253402300800", "-62135596801",
        "922337203685477580.7", "1E400", "0.1e1", "-0", "12345678901234567890123456789012345678901234567890",
    ];

    /// <summary>A member of some object written twice, the second time perhaps with another value.</summary>
    public static byte[] Duplicate(JsonElement json, Random random) => Rewrite(json, SomePlace(json, random), (writer, name, value) =>
    {
        Write(writer, name, value);
        if (name is null || random.Next(2) == 0)
        {
            Write(writer, name, value);
            return;
        }
        writer.WritePropertyName(name);
        writer.WriteRawValue(Pick(OddValues, random), skipInputValidation: true);
    });

    /// <summary>A value of another kind in the place of one.</summary>
    public static byte[] Retype(JsonElement json, Random random) => Replace(json, SomePlace(json, random), Pick(OddValues, random));

    /// <summary>A number, or something else, becomes one that few types hold.</summary>
    public static byte[] MakeHuge(JsonElement json, Random random)
    {
        string[] numbers = [.. JsonEdit.Places(json).Where(p => JsonEdit.At(json, p).ValueKind == JsonValueKind.Number)];
        return Replace(json, numbers.Length > 0 && random.Next(4) > 0 ? Pick(numbers, random) : SomePlace(json, random), Pick(HugeNumbers, random));
    }

    /// <summary>A value becomes a deep nest of arrays or objects; or one stands in a new member.</summary>
    public static byte[] Nest(JsonElement json, Random random)
    {
        int depth = random.Next(3) switch { 0 => random.Next(1, 60), 1 => random.Next(60, 70), _ => random.Next(70, 5000) };
        string nest = random.Next(2) == 0
            ? new string('[', depth) + new string(']', depth)
            : string.Concat(Enumerable.Repeat("{\"a\":", depth)) + "1" + new string('}', depth);
        return Replace(json, SomePlace(json, random), nest);
    }

    /// <summary>A member left out.</summary>
    public static byte[] Remove(JsonElement json, Random random) => Rewrite(json, SomePlace(json, random), static (_, _, _) => { });

    /// <summary>
    /// Each text in turn, a member's name or a value, begun with what is no text: a byte that is no UTF-8 (RFC 8259 §8.1), or half a surrogate pair. And each object in turn with one more
    /// member of such a name. All of it once as it is and once with a null in it, since nulls are looked for apart.
    /// </summary>
    public static List<byte[]> EachTextInvalid(JsonElement json)
    {
        byte[] whole = Encoding.UTF8.GetBytes(json.GetRawText());
        byte[] withNull = [.. whole[..whole.LastIndexOf((byte)'}')], .. json.GetPropertyCount() == 0 ? ""u8 : ","u8, .. "\"another\":null}"u8];
        List<byte[]> all = [];
        foreach (byte[] noText in (byte[][])[[0xFF], [.. "\\ud800"u8]])
        {
            foreach (byte[] utf8 in (byte[][])[whole, withNull])
            {
                var reader = new Utf8JsonReader(utf8);
                while (reader.Read())
                {
                    int next = (int)reader.TokenStartIndex + 1;
                    if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String)
                        all.Add([.. utf8.AsSpan(0, next), .. noText, .. utf8.AsSpan(next)]);
                    else if (reader.TokenType == JsonTokenType.StartObject)
                        all.Add([.. utf8.AsSpan(0, next), (byte)'"', .. noText, .. "\":null"u8, .. utf8.AsSpan(next).TrimStart(" \r\n\t"u8)[0] == '}' ? ""u8 : ","u8, .. utf8.AsSpan(next)]);
                }
            }
        }
        return all;
    }

    /// <summary>The end cut off.</summary>
    public static byte[] Truncate(JsonElement json, Random random)
    {
        byte[] whole = Encoding.UTF8.GetBytes(json.GetRawText());
        return whole[..random.Next(whole.Length)];
    }

    /// <summary>A few bytes that are no UTF-8, anywhere.</summary>
    public static byte[] Garble(JsonElement json, Random random)
    {
        byte[] whole = Encoding.UTF8.GetBytes(json.GetRawText());
        for (int i = random.Next(1, 4); i > 0; i--)
            whole[random.Next(whole.Length)] = (byte)random.Next(0x80, 0x100);
        return whole;
    }

    /// <summary>Nothing but noise.</summary>
    public static byte[] Noise(Random random)
    {
        byte[] noise = new byte[random.Next(200)];
        random.NextBytes(noise);
        if (random.Next(2) == 0 && noise.Length > 0)
            noise[0] = (byte)'{';
        return noise;
    }

    private static byte[] Replace(JsonElement json, string place, string raw) => Rewrite(json, place, (writer, name, _) =>
    {
        if (name is not null)
            writer.WritePropertyName(name);
        writer.WriteRawValue(raw, skipInputValidation: true);
    });

    private static string SomePlace(JsonElement json, Random random)
    {
        string[] places = [.. JsonEdit.Places(json).Where(p => p != "/type")];
        return places.Length > 0 ? Pick(places, random) : "/none";
    }

    private static T Pick<T>(T[] from, Random random) => from[random.Next(from.Length)];

    /// <summary>Writes a member or element anew.</summary>
    private delegate void Change(Utf8JsonWriter writer, string? name, JsonElement value);

    /// <summary>Writes JSON anew, with what stands at a place changed. Duplicates and nests are none of this writer's business.</summary>
    private static byte[] Rewrite(JsonElement json, string place, Change change)
    {
        var output = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { SkipValidation = true }))
            Walk(json, "", null, writer);
        return output.WrittenSpan.ToArray();

        void Walk(JsonElement value, string at, string? name, Utf8JsonWriter writer)
        {
            if (at == place)
            {
                change(writer, name, value);
                return;
            }
            if (name is not null)
                writer.WritePropertyName(name);
            switch (value.ValueKind)
            {
                case JsonValueKind.Object:
                    writer.WriteStartObject();
                    foreach (JsonProperty member in value.EnumerateObject())
                        Walk(member.Value, $"{at}/{member.Name}", member.Name, writer);
                    writer.WriteEndObject();
                    break;
                case JsonValueKind.Array:
                    writer.WriteStartArray();
                    foreach ((int index, JsonElement element) in value.EnumerateArray().Index())
                        Walk(element, $"{at}/{index}", null, writer);
                    writer.WriteEndArray();
                    break;
                default:
                    value.WriteTo(writer);
                    break;
            }
        }
    }

    private static void Write(Utf8JsonWriter writer, string? name, JsonElement value)
    {
        if (name is not null)
            writer.WritePropertyName(name);
        value.WriteTo(writer);
    }
}
