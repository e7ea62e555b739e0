using System.Text.Json.Serialization;

namespace AspNetVoiceChat;

/// <summary>What the page has to know before it connects.</summary>
internal sealed record PageConfig
{
    public required bool IsOffline { get; init; }

    public required string? ServiceName { get; init; }

    /// <summary>The endpoint in this program is at whatever address the page has been opened by. Otherwise null: the address comes with the key.</summary>
    public required string? CallsUrl { get; init; }

    public required IList<string> Ways { get; init; }

    public required IList<string> Models { get; init; }

    public required IList<string> LiveModels { get; init; }

    public required IList<string> Voices { get; init; }

    /// <summary>In milliseconds.</summary>
    public required double PathTimeout { get; init; }
}

/// <summary>Written by generated code: a native program has no other.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PageConfig))]
internal sealed partial class PageConfigJson : JsonSerializerContext;
