using System.Text;
using System.Text.Json;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>JSON to be shown to people: without credentials and files, long texts cut.</summary>
internal static class ShownJson
{
    private const string Hidden = "…";

    public static string Of(ReadOnlySpan<byte> utf8)
    {
        JsonElement json = JsonElement.Parse(utf8);
        using var buffer = new PooledBuffer();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            Write(writer, json);
        return Encoding.UTF8.GetString(buffer.Written.Span);
    }

    private static void Write(Utf8JsonWriter writer, JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty member in json.EnumerateObject())
                {
                    string name = LenientText.NameOf(member);
                    writer.WritePropertyName(name);
                    if (IsSecret(name) && member.Value.ValueKind != JsonValueKind.Null)
                        writer.WriteStringValue(Hidden);
                    else if (name == "server_url" && member.Value.ValueKind == JsonValueKind.String)
                        writer.WriteStringValue(Address(LenientText.Of(member.Value)));
                    else
                        Write(writer, member.Value);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement element in json.EnumerateArray())
                    Write(writer, element);
                writer.WriteEndArray();
                break;
            case JsonValueKind.String:
                writer.WriteStringValue(EventText.Short(LenientText.Of(json)));
                break;
            default:
                json.WriteTo(writer);
                break;
        }
    }

    private static bool IsSecret(string name) => name is "authorization" or "headers" or "client_secret" or "api_key" or "file_data" or "audio_data";

    /// <summary>Without user, password and query, where tokens travel.</summary>
    private static string Address(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out Uri? uri) ? uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : Hidden;
}
