using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc;

/// <summary>Says what is wrong with <see cref="OpenAIRealtimeWebRtcOptions"/>, everything at once, and what to set instead.</summary>
public sealed class OpenAIRealtimeWebRtcOptionsValidator : IValidateOptions<OpenAIRealtimeWebRtcOptions>
{
    internal static readonly TimeSpan LongestTimeout = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, OpenAIRealtimeWebRtcOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        string whose = string.IsNullOrEmpty(name) ? "" : $"Client \"{name}\": ";     // a host with several must know which one to mend
        List<string> failures = [.. Failures(options, options.HasOwnKeyProvider).Select(failure => whose + failure)];
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    /// <summary>Throws when an option is out of its range.</summary>
    internal static void ThrowIfInvalid(OpenAIRealtimeWebRtcOptions options, bool hasOwnKeyProvider)
    {
        List<string> failures = [.. Failures(options, hasOwnKeyProvider)];
        if (failures.Count > 0)
            throw new OptionsValidationException(Options.DefaultName, typeof(OpenAIRealtimeWebRtcOptions), failures);
    }

    private static IEnumerable<string> Failures(OpenAIRealtimeWebRtcOptions o, bool hasOwnKeyProvider)
    {
        if (o.Endpoint is null || !IsHttp(o.Endpoint))
            yield return $"Endpoint must be an absolute http or https address, such as https://api.openai.com/v1{It(o.Endpoint)}.";
        else if (o.Endpoint.UserInfo.Length > 0)
            yield return "Endpoint must not carry a user name or password; set ApiKey instead.";
        if (o.KeyUrl is not null && !IsHttp(o.KeyUrl))
            yield return $"KeyUrl must be an absolute http or https address on your own server{It(o.KeyUrl)}.";

        bool hasKey = hasOwnKeyProvider || !string.IsNullOrEmpty(o.EphemeralKey) || o.KeyUrl is not null || o.HasApiKey;
        if (!hasKey)
            yield return "No key: set ApiKey or ApiKeyProvider (on a trusted machine), KeyUrl (your own server's address that hands out ephemeral keys) or EphemeralKey, or give the client an IEphemeralKeyProvider.";
        if (!string.IsNullOrEmpty(o.ApiKey) && o.ApiKeyProvider is not null)
            yield return "ApiKey and ApiKeyProvider are both set, and only one can be used: leave one of the two out.";
        if (HeaderValue.FaultOfKey(o.ApiKey) is { } fault)
            yield return $"ApiKey {fault}";
        if (HeaderValue.FaultOfKey(o.EphemeralKey) is { } ephemeralFault)
            yield return $"EphemeralKey {ephemeralFault}";
        if (!HeaderValue.IsSendable(o.Organization))
            yield return "Organization holds a character that cannot stand in an HTTP header.";
        if (!HeaderValue.IsSendable(o.Project))
            yield return "Project holds a character that cannot stand in an HTTP header.";
        if (!HeaderValue.IsSendable(o.SafetyIdentifier))
            yield return "SafetyIdentifier holds a character that cannot stand in an HTTP header; use a hash in hex or base64.";

        if (!Enum.IsDefined(o.Dialect))
            yield return $"Dialect must be Ga or Beta; it is {o.Dialect}.";
        if (!Enum.IsDefined(o.Network))
            yield return $"Network must be Auto, Udp or Tcp; it is {o.Network}.";
        if (o.Proxy is not null && !(o.Proxy.IsAbsoluteUri && o.Proxy.Scheme == Uri.UriSchemeHttp))
            yield return "Proxy must be an absolute http address, such as http://proxy.example:3128; proxies of other kinds are not spoken to."; // not quoted: it may hold a password
        if (!Enum.IsDefined(o.Codec))
            yield return $"Codec must be Auto, LibOpus or Concentus; it is {o.Codec}.";
        if (!Enum.IsDefined(o.ApiKeyHeader))
            yield return $"ApiKeyHeader must be AuthorizationBearer or ApiKey; it is {o.ApiKeyHeader}.";
        if (o.UseUnifiedInterface && !o.HasApiKey)
            yield return "UseUnifiedInterface needs ApiKey or ApiKeyProvider: the call is opened with the API key itself.";
        if (o.UseUnifiedInterface && hasOwnKeyProvider)
            yield return "UseUnifiedInterface opens each call with the API key, so the IEphemeralKeyProvider would never be asked: leave one of the two out.";
        if (o.UseUnifiedInterface && o.Dialect == RealtimeDialect.Beta)
            yield return "UseUnifiedInterface needs Dialect Ga: the beta has no such request.";
        if (string.IsNullOrWhiteSpace(o.Model))
            yield return "Model must not be empty; the default is gpt-realtime-2.1.";
        if (!IsPath(o.TranslationCallsPath))
            yield return "TranslationCallsPath must be a path below Endpoint, such as realtime/translations/calls: without a query, and without a slash at its beginning or its end.";
        if (o.ExtraQuery.Any(pair => string.IsNullOrEmpty(pair.Key) || pair.Value is null))
            yield return "ExtraQuery must not hold an empty name or a missing value.";

        if (o.KeyLifetime is { } lifetime && (lifetime < TimeSpan.FromSeconds(10) || lifetime > TimeSpan.FromSeconds(7200)))
            yield return $"KeyLifetime must lie between 10 seconds and 2 hours, or be left out; it is {Show(lifetime)}.";
        if (o.KeyExpiryMargin < TimeSpan.Zero || o.KeyExpiryMargin > TimeSpan.FromHours(1))
            yield return $"KeyExpiryMargin must lie between 0 and 1 hour; it is {Show(o.KeyExpiryMargin)}.";
        if (string.IsNullOrEmpty(o.ChannelLabel) || Encoding.UTF8.GetByteCount(o.ChannelLabel) > 1024)
            yield return $"ChannelLabel must have 1 to 1,024 bytes as UTF-8; it has {Encoding.UTF8.GetByteCount(o.ChannelLabel ?? "")}, and the default is oai-events.";
        if (o.NegotiatedChannelId is { } id and (< 0 or > 65534))
            yield return Invariant($"NegotiatedChannelId must lie between 0 and 65534 (RFC 8832 §6); it is {id}.");
        if (o.MaxEventSize < 16 * 1024)
            yield return Invariant($"MaxEventSize must be at least 16384 bytes, since the service's own events can be that long; it is {o.MaxEventSize}.");
        if (o.EventBufferSize < 64 * 1024)
            yield return Invariant($"EventBufferSize must be at least 65536 bytes; it is {o.EventBufferSize}.");

        foreach (string failure in NetworkFailures.Of(o))
            yield return failure;

        (string Name, TimeSpan Value)[] timeouts =
        [
            (nameof(o.KeyTimeout), o.KeyTimeout), (nameof(o.AnswerTimeout), o.AnswerTimeout), (nameof(o.IceTimeout), o.IceTimeout),
            (nameof(o.DtlsTimeout), o.DtlsTimeout), (nameof(o.ChannelTimeout), o.ChannelTimeout), (nameof(o.HangUpTimeout), o.HangUpTimeout),
        ];
        foreach ((string timeoutName, TimeSpan value) in timeouts)
        {
            if (value <= TimeSpan.Zero || value > LongestTimeout)
                yield return $"{timeoutName} must be longer than 0 and at most 10 minutes; it is {Show(value)}.";
        }
    }

    /// <summary>Why an address is none of http; nothing where there is no address. The rest of it may hold a secret, and is left out.</summary>
    private static string It(Uri? uri) => uri is null ? "" : uri.IsAbsoluteUri ? $"; its scheme is {uri.Scheme}" : "; it is a relative one";

    /// <summary>A time as configuration writes it. Whole days are most likely a number of seconds that configuration has read as days.</summary>
    private static string Show(TimeSpan time) => time > TimeSpan.Zero && time.Ticks % TimeSpan.TicksPerDay == 0 && time.Days < 86_400
        ? $"{time:c}; a bare number means days, so for {Invariant($"{time.Days}")} seconds write {TimeSpan.FromSeconds(time.Days):c}"
        : $"{time:c}";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static bool IsPath(string? path) => !string.IsNullOrEmpty(path) && HeaderValue.IsSendable(path) && path.AsSpan().IndexOfAny("?#\\") < 0
        && path.Split('/').All(segment => segment is not ("" or "." or ".."));

    private static bool IsHttp(Uri uri) => uri.IsAbsoluteUri && uri.Scheme is "http" or "https";

    /// <summary>Throws when an identifier of an end user's cannot be sent.</summary>
    internal static void ThrowIfNoHeaderValue(string? safetyIdentifier, string parameter)
    {
        if (!HeaderValue.IsSendable(safetyIdentifier))
            throw new ArgumentException("SafetyIdentifier holds a character that cannot stand in an HTTP header; use a hash in hex or base64.", parameter);
    }
}
