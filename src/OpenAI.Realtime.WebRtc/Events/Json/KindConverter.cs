using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>A family of objects told apart by their member <c>type</c>, wherever it stands. A kind that nobody knows is a type of the family too.</summary>
internal abstract class KindConverter<T> : JsonConverter<T>
    where T : class
{
    /// <summary>The type of a kind; null stands for a member that is missing.</summary>
    protected abstract Type TypeOf(string? kind);

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        (T)JsonSerializer.Deserialize(ref reader, options.GetTypeInfo(TypeOf(TypePeek.Find(reader, "type"u8))))!;

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, options.GetTypeInfo(value.GetType()));
}
