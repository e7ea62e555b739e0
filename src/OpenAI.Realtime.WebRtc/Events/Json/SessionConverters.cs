using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>How each kind of session is shaped in a dialect.</summary>
internal sealed class SessionShapes(RealtimeDialect dialect)
{
    /// <summary>What the beta calls differently in what a client sets; in what it sends back it has today's name.</summary>
    public static readonly IReadOnlyDictionary<string, string> BetaPaths = new Dictionary<string, string> { ["max_output_tokens"] = "max_response_output_tokens" };

    public RealtimeDialect Dialect => dialect;

    public NestedPathsConverter<RealtimeSessionConfig> Realtime { get; } = new(dialect, static () => new RealtimeSessionConfig(), BetaPaths);

    public NestedPathsConverter<TranscriptionSessionConfig> Transcription { get; } = new(dialect, static () => new TranscriptionSessionConfig());

    public NestedPathsConverter<TranslationSessionConfig> Translation { get; } = new(dialect, static () => new TranslationSessionConfig());

    /// <summary>Reads a configuration of a kind.</summary>
    public SessionConfig Read(ref Utf8JsonReader reader, string kind, JsonSerializerOptions options)
    {
        switch (kind)
        {
            case "realtime":
                return Realtime.Read(ref reader, typeof(RealtimeSessionConfig), options);
            case "transcription":
                return Transcription.Read(ref reader, typeof(TranscriptionSessionConfig), options);
            case "translation":
                return Translation.Read(ref reader, typeof(TranslationSessionConfig), options);
            default:
                var all = (JsonObject)JsonNodes.Copy(JsonElement.ParseValue(ref reader))!;
                all.Remove("type");
                return new UnknownSessionConfig(kind) { ExtraProperties = all };
        }
    }

    /// <summary>Writes what stands between the braces.</summary>
    public void WriteMembers(Utf8JsonWriter writer, SessionConfig value, bool withType, JsonSerializerOptions options)
    {
        switch (value)
        {
            case RealtimeSessionConfig realtime:
                Realtime.WriteMembers(writer, realtime, options, withType);
                break;
            case TranscriptionSessionConfig transcription:
                Transcription.WriteMembers(writer, transcription, options, withType);
                break;
            case TranslationSessionConfig translation:
                Translation.WriteMembers(writer, translation, options, withType);
                break;
            default:
                if (withType)
                    writer.WriteString("type"u8, value.Type);
                foreach ((string name, JsonNode? member) in value.ExtraProperties ?? [])
                {
                    writer.WritePropertyName(name);
                    if (member is null)
                        writer.WriteNullValue();
                    else
                        writer.WriteAsItCame(member);
                }
                break;
        }
    }
}

/// <summary>The kinds of session. One without a type is a translation's: a client writes none there. In the beta it is a conversation's.</summary>
internal sealed class SessionConfigConverter(SessionShapes shapes) : JsonConverter<SessionConfig>
{
    public override SessionConfig Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        shapes.Read(ref reader, TypePeek.Find(reader, "type"u8) ?? (shapes.Dialect == RealtimeDialect.Beta ? "realtime" : "translation"), options);

    public override void Write(Utf8JsonWriter writer, SessionConfig value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        shapes.WriteMembers(writer, value, withType: true, options);
        writer.WriteEndObject();
    }
}

/// <summary>A session and its configuration in one object.</summary>
internal sealed class SessionInfoConverter(SessionShapes shapes) : JsonConverter<SessionInfo>
{
    public override SessionInfo Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string? type = TypePeek.Find(reader, "type"u8);
        string kind = type ?? (TypePeek.Find(reader, "object"u8) == "realtime.transcription_session" ? "transcription" : "realtime");
        SessionConfig config = shapes.Read(ref reader, kind, options);
        JsonObject extra = config.ExtraProperties ?? [];
        extra.Remove("type");
        UnknownFields? unread = null;
        var info = new SessionInfo
        {
            Id = Text("id"),
            ObjectType = Text("object"),
            ExpiresAt = Time("expires_at"),
            Config = config,
            HasType = (type is not null) == (shapes.Dialect == RealtimeDialect.Ga) ? null : type is not null,
            Unread = unread,
        };
        if (extra.Count == 0)
            config.ExtraProperties = null;
        return info;

        string? Text(string name) => Take(name, node => node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null);

        // 0, with which the service says "not known", and what else is no time stay as they are.
        DateTimeOffset? Time(string name) => Take(name, node =>
            node.GetValueKind() == JsonValueKind.Number && ((JsonValue)node).TryGetValue(out long seconds) && seconds is > 0 and < 253402300800
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : (DateTimeOffset?)null);

        T? Take<T>(string name, Func<JsonNode, T?> read)
        {
            if (!extra.TryGetPropertyValue(name, out JsonNode? node))
                return default;
            extra.Remove(name);
            T? value = node is null ? default : read(node);
            if (value is null)
                (unread ??= [])[name] = JsonElement.Parse(node?.ToJsonString() ?? "null");
            return value;
        }
    }

    public override void Write(Utf8JsonWriter writer, SessionInfo value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        if (value.HasType ?? shapes.Dialect == RealtimeDialect.Ga)
            writer.WriteString("type"u8, value.Type);
        if (value.Id is not null)
            writer.WriteString("id"u8, value.Id);
        if (value.ObjectType is not null)
            writer.WriteString("object"u8, value.ObjectType);
        if (value.ExpiresAt is { } at)
            writer.WriteNumber("expires_at"u8, at.ToUnixTimeSeconds());
        foreach ((string name, JsonElement field) in value.Unread ?? [])
        {
            writer.WritePropertyName(name);
            writer.WriteAsItCame(field);
        }
        shapes.WriteMembers(writer, value.Config, withType: false, options);
        writer.WriteEndObject();
    }
}
