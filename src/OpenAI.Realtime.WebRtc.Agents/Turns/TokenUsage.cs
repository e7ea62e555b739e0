using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>The service's counts of tokens in the words of Microsoft.Extensions.AI.</summary>
internal static class TokenUsage
{
    // The properties of UsageDetails for text and sound are still experimental there, so these counts go by name.
    public const string InputTextTokens = "input_text_tokens";
    public const string InputAudioTokens = "input_audio_tokens";
    public const string InputImageTokens = "input_image_tokens";
    public const string OutputTextTokens = "output_text_tokens";
    public const string OutputAudioTokens = "output_audio_tokens";
    public const string TranscriptionInputTokens = "transcription_input_tokens";
    public const string TranscriptionOutputTokens = "transcription_output_tokens";
    public const string TranscriptionMilliseconds = "transcription_milliseconds";

    public static UsageDetails Of(ResponseUsage usage) => new()
    {
        InputTokenCount = usage.InputTokens,
        OutputTokenCount = usage.OutputTokens,
        TotalTokenCount = usage.TotalTokens,
        CachedInputTokenCount = usage.InputTokenDetails?.CachedTokens,
        AdditionalCounts = Counts(
            (InputTextTokens, usage.InputTokenDetails?.TextTokens),
            (InputAudioTokens, usage.InputTokenDetails?.AudioTokens),
            (InputImageTokens, usage.InputTokenDetails?.ImageTokens),
            (OutputTextTokens, usage.OutputTokenDetails?.TextTokens),
            (OutputAudioTokens, usage.OutputTokenDetails?.AudioTokens)),
    };

    /// <summary>What writing the user's speech down took: billed apart, at the price of another model, so it stands beside the totals and not in them.</summary>
    public static UsageDetails Of(TranscriptionUsage usage) => new()
    {
        AdditionalCounts = Counts(
            (TranscriptionInputTokens, usage.InputTokens),
            (TranscriptionOutputTokens, usage.OutputTokens),
            (TranscriptionMilliseconds, (long?)usage.Duration?.TotalMilliseconds)),
    };

    public static UsageDetails Copy(UsageDetails usage)
    {
        var copy = new UsageDetails();
        copy.Add(usage);
        return copy;
    }

    private static AdditionalPropertiesDictionary<long> Counts(params ReadOnlySpan<(string Name, long? Count)> counts)
    {
        AdditionalPropertiesDictionary<long> named = [];
        foreach ((string name, long? count) in counts)
        {
            if (count is > 0 and { } known)
                named[name] = known;
        }

        return named;
    }
}
