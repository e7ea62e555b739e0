using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>Reading and writing JSON that strangers send: bounded in depth, without duplicate names, valid UTF-8.</summary>
internal static class Json
{
    private static readonly JsonDocumentOptions ReadOptions = new() { MaxDepth = 64, AllowDuplicateProperties = false };

    private static readonly JsonWriterOptions WriteOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads an object.</summary>
    public static bool TryParseObject(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out JsonObject? value, out string error)
    {
        value = null;
        error = "";
        if (!Utf8.IsValid(utf8))
        {
            error = "The text is not valid UTF-8.";
            return false;
        }

        try
        {
            JsonNode? node = JsonNode.Parse(utf8, documentOptions: ReadOptions);
            if (node is JsonObject parsed)
            {
                // Forces every name and every string through: a lone surrogate in an escape (RFC 8259 §8.2) shows up here and not later.
                _ = Write(parsed);
                value = parsed;
                return true;
            }

            error = $"Expected an object, but got {Describe(node)}.";
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            error = Shorten(e.Message);
        }

        return false;
    }

    public static byte[] Write(JsonNode node)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, WriteOptions))
            node.WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>The member as text; null when it is absent or something else.</summary>
    public static string? Text(this JsonObject? value, string name) => value?[name].AsText();

    public static string? AsText(this JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.String && value.TryGetValue(out string? text) ? text : null;

    public static bool? Flag(this JsonObject? value, string name) => value?[name] is JsonValue flag && flag.TryGetValue(out bool set) ? set : null;

    public static double? Number(this JsonObject? value, string name) => value?[name].AsNumber();

    public static double? AsNumber(this JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            ? value.TryGetValue(out double number) ? number : value.TryGetValue(out long whole) ? whole : value.TryGetValue(out int small) ? small : null
            : null;

    public static JsonNode? Copy(this JsonNode? node) => node?.DeepClone();

    public static string Shorten(string text) => text.Length <= 200 ? text : string.Concat(text.AsSpan(0, 200), "…");

    public static string Describe(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject => "an object",
        JsonArray => "an array",
        _ => node.GetValueKind() switch
        {
            JsonValueKind.String => "a string",
            JsonValueKind.Number => "a number",
            _ => "a boolean",
        },
    };

    /// <summary>A new id, such as <c>item_…</c>.</summary>
    public static string NewId(string prefix, int length = 22) =>
        prefix + RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", length);
}
