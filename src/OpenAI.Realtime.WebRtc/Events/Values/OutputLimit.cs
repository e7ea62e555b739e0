using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>
/// How many tokens an answer may have: a number, <c>inf</c>, null, or not set (the default, which writes nothing). Takes a number:
/// <c>MaxOutputTokens = 500</c>.
/// </summary>
[JsonConverter(typeof(OutputLimitConverter))]
public readonly record struct OutputLimit : IOptional
{
    internal OutputLimit(int? tokens, bool isUnlimited, RawJson? json)
    {
        IsSet = true;
        Tokens = tokens;
        IsUnlimited = isUnlimited;
        Json = json;
    }

    /// <summary><c>inf</c>: as many as the model can.</summary>
    public static OutputLimit Unlimited => new(null, isUnlimited: true, null);

    /// <summary>Whether the field is set, be it to null.</summary>
    public bool IsSet { get; }

    /// <summary>The number; null where there is none.</summary>
    public int? Tokens { get; }

    /// <summary>Whether it is <c>inf</c>.</summary>
    public bool IsUnlimited { get; }

    /// <summary>What was received, where it is neither; written again as it came. Otherwise null.</summary>
    public RawJson? Json { get; }

    object? IOptional.Content => null;

    /// <summary>Takes a number; null writes <c>null</c>.</summary>
    public static implicit operator OutputLimit(int? tokens) => new(tokens, isUnlimited: false, null);

    /// <summary>The number, or what stands for it.</summary>
    public override string ToString() =>
        !IsSet ? "(not set)" : IsUnlimited ? "inf" : Json?.ToString() ?? Tokens?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "null";
}
