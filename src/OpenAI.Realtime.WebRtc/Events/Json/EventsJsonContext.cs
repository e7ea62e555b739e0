using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>
/// What is generated to read and write every event and object. What a property's type calls for must be there: a missing required field and a null where none may be
/// make the event malformed.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(double))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(TimeSpan))]
[JsonSerializable(typeof(RawJson))]
internal sealed partial class EventsJsonContext : JsonSerializerContext;
