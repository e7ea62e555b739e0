using Microsoft.Extensions.Options;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>Says what is wrong with <see cref="OpenAILiveWebRtcOptions"/>, everything at once, and what to set instead.</summary>
public sealed class OpenAILiveWebRtcOptionsValidator : IValidateOptions<OpenAILiveWebRtcOptions>
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(10);
    private static readonly OpenAIRealtimeWebRtcOptionsValidator Shared = new();

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, OpenAILiveWebRtcOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        string whose = string.IsNullOrEmpty(name) ? "" : $"Client \"{name}\": ";     // a host with several must know which one to mend
        List<string> failures = [.. Failures(options).Select(failure => whose + failure)];
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    /// <summary>Throws when an option is out of its range.</summary>
    internal static void ThrowIfInvalid(OpenAILiveWebRtcOptions options)
    {
        List<string> failures = [.. Failures(options)];
        if (failures.Count > 0)
            throw new OptionsValidationException(Options.DefaultName, typeof(OpenAILiveWebRtcOptions), failures);
    }

    private static IEnumerable<string> Failures(OpenAILiveWebRtcOptions o)
    {
        bool hasKey = !string.IsNullOrEmpty(o.ApiKey) || o.ApiKeyProvider is not null;
        if (!hasKey && o.BrokerUrl is null)
            yield return "No key: set ApiKey or ApiKeyProvider (on a trusted machine), or BrokerUrl (your own server's address that creates sessions). The Live API has no ephemeral keys.";
        if (hasKey && o.BrokerUrl is not null)
            yield return "BrokerUrl is set beside an API key, and only one can be used: a program that has the key creates its sessions itself.";
        if (o.BrokerUrl is { } broker && !(broker.IsAbsoluteUri && broker.Scheme is "http" or "https"))
            yield return "BrokerUrl must be an absolute http or https address on your own server.";
        if (o.Endpoint is null)
            yield return "Endpoint must be an absolute http or https address, such as https://api.openai.com/v1.";
        if (string.IsNullOrWhiteSpace(o.Model))
            yield return "Model must not be empty; the default is gpt-live-1.";
        (string Name, TimeSpan Value)[] timeouts = [(nameof(o.StartTimeout), o.StartTimeout), (nameof(o.CommandTimeout), o.CommandTimeout), (nameof(o.CloseTimeout), o.CloseTimeout)];
        foreach ((string name, TimeSpan value) in timeouts)
        {
            if (value <= TimeSpan.Zero || value > LongestTimeout)
                yield return $"{name} must be longer than 0 and at most 10 minutes; it is {value:c}.";
        }
        if (o.ExpiryNotice < TimeSpan.Zero || o.ExpiryNotice > TimeSpan.FromHours(24))
            yield return $"ExpiryNotice must lie between 0 and 24 hours; it is {o.ExpiryNotice:c}.";
        if (o.Endpoint is null || (o.BrokerUrl is { } url && !url.IsAbsoluteUri))
            yield break;        // the rest cannot be asked for

        // What both APIs have is judged in one place, by the same names. Whether there is a key has been said.
        OpenAIRealtimeWebRtcOptions shared = o.ToShared();
        if (!hasKey)
            shared.EphemeralKey = "none";
        if (string.IsNullOrWhiteSpace(o.Model))
            shared.Model = "said";
        foreach (string failure in Shared.Validate(null, shared).Failures ?? [])
            yield return failure;
    }
}
