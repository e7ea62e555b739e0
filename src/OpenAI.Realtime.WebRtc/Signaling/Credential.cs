namespace OpenAI.Realtime.WebRtc.Signaling;

/// <summary>What a request proves itself with. Never shown.</summary>
internal sealed class Credential
{
    private readonly string _header;
    private readonly string _scheme;
    private readonly string _key;

    private Credential(string header, string scheme, string key, string? apiKeyOption)
    {
        _header = header;
        _scheme = scheme;
        _key = key;
        ApiKeyOption = apiKeyOption;
    }

    /// <summary>The option that the API key came from; null for an ephemeral key.</summary>
    public string? ApiKeyOption { get; }

    /// <summary>The API key, in the header that the options name.</summary>
    public static Credential Api(string apiKey, OpenAIRealtimeWebRtcOptions options) => options.ApiKeyHeader == ApiKeyHeader.ApiKey
        ? new Credential("api-key", "", apiKey, OptionOf(options))
        : new Credential("Authorization", "Bearer ", apiKey, OptionOf(options));

    private static string OptionOf(OpenAIRealtimeWebRtcOptions options) =>
        options.ApiKeyProvider is null ? nameof(OpenAIRealtimeWebRtcOptions.ApiKey) : nameof(OpenAIRealtimeWebRtcOptions.ApiKeyProvider);

    /// <summary>An ephemeral key: always a bearer token.</summary>
    public static Credential Ephemeral(string key) => new("Authorization", "Bearer ", key, apiKeyOption: null);

    /// <summary>What to do where <see cref="StandsIn"/> is true of an address that others are told.</summary>
    public const string ShownMessage =
        "Whoever is told where to post an offer would be shown the API key: it stands in the query of Endpoint or in ExtraQuery. Set ApiKey or ApiKeyProvider, and ApiKeyHeader, instead.";

    /// <summary>Whether an address shows the key.</summary>
    public bool StandsIn(Uri address) => Uri.UnescapeDataString(address.AbsoluteUri).Contains(_key, StringComparison.Ordinal);

    public void Apply(HttpRequestMessage request)
    {
        // Without validation: the value has been checked, and .NET's own check would show the key in its exception.
        request.Headers.Remove(_header);
        request.Headers.TryAddWithoutValidation(_header, _scheme + _key);
    }

    public override string ToString() => ApiKeyOption is null ? "ephemeral key" : "API key";
}
