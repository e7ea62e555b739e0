using System.Text.Json;
using System.Text.Json.Serialization;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>A number of milliseconds.</summary>
internal sealed class MillisecondsConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Times.FromMilliseconds(reader.GetDouble());

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        Times.WriteMilliseconds(writer, value);
}

/// <summary>A number of milliseconds, null, or nothing. The durations of a configuration are all of this kind.</summary>
internal sealed class OptionalMillisecondsConverter : JsonConverter<Optional<TimeSpan?>>
{
    public override bool HandleNull => true;

    public override Optional<TimeSpan?> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? (TimeSpan?)null : Times.FromMilliseconds(reader.GetDouble());

    public override void Write(Utf8JsonWriter writer, Optional<TimeSpan?> value, JsonSerializerOptions options)
    {
        if (value.Value is { } set)
            Times.WriteMilliseconds(writer, set);
        else
            writer.WriteNullValue();
    }
}

/// <summary>A number of seconds, whole or not.</summary>
internal sealed class SecondsConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Times.FromMilliseconds(reader.GetDouble() * 1000);

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) => writer.WriteNumberValue(value.TotalSeconds);
}

/// <summary>Seconds since 1970.</summary>
internal sealed class UnixTimeConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Times.FromUnixSeconds(reader.GetDouble());

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => Times.WriteUnixSeconds(writer, value);
}

/// <summary>Seconds since 1970; 0, with which the service says "not set", reads as null.</summary>
internal sealed class UnixSecondsConverter : JsonConverter<DateTimeOffset?>
{
    public override DateTimeOffset? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
            return null;
        double seconds = reader.GetDouble();
        return seconds switch
        {
            0 => null,
            >= -62135596800d and < 253402300800d => DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000)),
            _ => throw new JsonException("The time lies outside of the years 1 to 9999."),
        };
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset? value, JsonSerializerOptions options)
    {
        if (value is { } set)
            Times.WriteUnixSeconds(writer, set);
        else
            writer.WriteNullValue();
    }
}

file static class Times
{
    /// <summary>A whole number where it is one, as the service writes them.</summary>
    public static void WriteMilliseconds(Utf8JsonWriter writer, TimeSpan value)
    {
        if (value.Ticks % TimeSpan.TicksPerMillisecond == 0)
            writer.WriteNumberValue(value.Ticks / TimeSpan.TicksPerMillisecond);
        else
            writer.WriteNumberValue(value.TotalMilliseconds);
    }

    /// <summary>A whole number where it is one; to the millisecond otherwise.</summary>
    public static void WriteUnixSeconds(Utf8JsonWriter writer, DateTimeOffset value)
    {
        long milliseconds = value.ToUnixTimeMilliseconds();
        if (milliseconds % 1000 == 0)
            writer.WriteNumberValue(milliseconds / 1000);
        else
            writer.WriteNumberValue(milliseconds / 1000.0);
    }

    public static DateTimeOffset FromUnixSeconds(double seconds) =>
        seconds is >= -62135596800d and < 253402300800d
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000))
            : throw new JsonException("The time lies outside of the years 1 to 9999.");

    public static TimeSpan FromMilliseconds(double milliseconds) =>
        Math.Abs(milliseconds) < TimeSpan.MaxValue.TotalMilliseconds / 2
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw new JsonException("The duration is too long.");
}
