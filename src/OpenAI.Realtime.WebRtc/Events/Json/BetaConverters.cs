using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>The beta knows no answer of audio alone: it wants <c>["audio","text"]</c>.</summary>
internal sealed class BetaModalitiesConverter : JsonConverter<OptionalList<OutputModality>>
{
    private static readonly OptionalListConverter<OutputModality> Plain = new();

    public override bool HandleNull => true;

    public override OptionalList<OutputModality> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Plain.Read(ref reader, typeToConvert, options);

    public override void Write(Utf8JsonWriter writer, OptionalList<OutputModality> value, JsonSerializerOptions options) =>
        Plain.Write(writer, value is [{ Value: "audio" }] ? [OutputModality.Audio, OutputModality.Text] : value, options);
}

/// <summary>The beta's names for what the model says in a message.</summary>
internal sealed class BetaContentPartTypeConverter : JsonConverter<ContentPartType>
{
    private static readonly OpenValueConverter<ContentPartType> Plain = new();

    public override ContentPartType Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Plain.Read(ref reader, typeToConvert, options);

    public override void Write(Utf8JsonWriter writer, ContentPartType value, JsonSerializerOptions options) => Plain.Write(writer, value.Value switch
    {
        "output_text" => ContentPartType.Text,
        "output_audio" => ContentPartType.Audio,
        _ => value,
    }, options);
}
