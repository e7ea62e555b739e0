using System.Diagnostics;
using System.Diagnostics.Metrics;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>What spans and metrics say of a response that has ended.</summary>
internal readonly struct ResponseTelemetry(ResponseSnapshot response)
{
    /// <summary>The conventions have no operation of their own for a response of a spoken conversation; this is the nearest.</summary>
    public const string Operation = "chat";

    private const int LongestValue = 64;        // a longer one is no code or name of the service's, and would make a series of its own

    public ResponseUsage? Usage => response.Usage;

    /// <summary>The service's code when it failed; null when it did not: to be cut off is no error.</summary>
    public string? ErrorType => response.Status == ResponseState.Failed ? Known(response.StatusDetails?.Error?.Code?.Value) ?? "failed" : null;

    /// <summary>Why it ended, in the service's words: <c>completed</c>, <c>turn_detected</c>, <c>client_cancelled</c>, <c>max_output_tokens</c>, …</summary>
    public string FinishReason => Known(response.StatusDetails?.Reason?.Value) ?? Known(response.Status?.Value) ?? "error";

    /// <summary>The tokens by what they are. Those of which the service does not say it count as <c>unknown</c>, also when it says nothing at all and they are none.</summary>
    public IEnumerable<(Counter<long> Counter, string Modality, long Count)> Kinds(Counter<long> input, Counter<long> cached, Counter<long> output)
    {
        InputTokenDetails? went = Usage?.InputTokenDetails;
        return
        [
            .. Kinds(input, Usage?.InputTokens ?? 0, went?.TextTokens, went?.AudioTokens, went?.ImageTokens),
            .. went?.CachedTokens is > 0 and { } remembered
                ? Kinds(cached, remembered, went.CachedTokensDetails?.TextTokens, went.CachedTokensDetails?.AudioTokens, went.CachedTokensDetails?.ImageTokens)
                : [],
            .. Kinds(output, Usage?.OutputTokens ?? 0, Usage?.OutputTokenDetails?.TextTokens, Usage?.OutputTokenDetails?.AudioTokens, Usage?.OutputTokenDetails?.ImageTokens),
        ];
    }

    /// <summary>Writes it into the span of the response.</summary>
    public void Show(Activity span)
    {
        span.SetTag("gen_ai.response.id", response.Id);
        span.SetTag("gen_ai.response.finish_reasons", new[] { FinishReason });
        span.SetTag("gen_ai.usage.input_tokens", Usage?.InputTokens);
        span.SetTag("gen_ai.usage.output_tokens", Usage?.OutputTokens);
        if (Usage?.InputTokenDetails is { } went)
        {
            span.SetTag("gen_ai.usage.text.input_tokens", NotZero(went.TextTokens));
            span.SetTag("gen_ai.usage.audio.input_tokens", NotZero(went.AudioTokens));
            span.SetTag("gen_ai.usage.image.input_tokens", NotZero(went.ImageTokens));
            span.SetTag("gen_ai.usage.cache_read.input_tokens", NotZero(went.CachedTokens));
            span.SetTag("gen_ai.usage.text.cache_read.input_tokens", NotZero(went.CachedTokensDetails?.TextTokens));
            span.SetTag("gen_ai.usage.audio.cache_read.input_tokens", NotZero(went.CachedTokensDetails?.AudioTokens));
            span.SetTag("gen_ai.usage.image.cache_read.input_tokens", NotZero(went.CachedTokensDetails?.ImageTokens));
        }

        span.SetTag("gen_ai.usage.text.output_tokens", NotZero(Usage?.OutputTokenDetails?.TextTokens));
        span.SetTag("gen_ai.usage.audio.output_tokens", NotZero(Usage?.OutputTokenDetails?.AudioTokens));
        if (ErrorType is { } error)
        {
            span.SetTag("error.type", error);
            span.SetStatus(ActivityStatusCode.Error);
        }
    }

    /// <summary>A value as it is, when it is short enough to be one.</summary>
    public static string? Known(string? value) => value is { Length: > 0 and <= LongestValue } ? value : null;

    private static IEnumerable<(Counter<long>, string, long)> Kinds(Counter<long> counter, long all, long? text, long? audio, long? image)
    {
        long rest = all;
        foreach ((string modality, long? told) in new[] { ("text", text), ("audio", audio), ("image", image) })
        {
            if (told is not > 0 || told > rest)
                continue;
            rest -= told.Value;
            yield return (counter, modality, told.Value);
        }

        if (rest > 0 || all <= 0)
            yield return (counter, "unknown", Math.Max(0, rest));
    }

    private static long? NotZero(long? count) => count is > 0 ? count : null;
}
