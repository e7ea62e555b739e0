namespace OpenAI.Realtime.WebRtc.Signaling;

/// <summary>What a request proves itself with. Never shown.</summary>
internal sealed class Credential
{
    private readonly string _header;
    private readonly string _value;

    private Credential(string header, string value, string name, bool isApiKey)
    {
        _header = header;
        _value = value;
        Name = name;
        IsApiKey = isApiKey;
    }

    /// <summary>What messages call it.</summary>
    public string Name { get; }

    public bool IsApiKey { get; }

    /// <summary>The API key, in the header that the options name.</summary>
    public static Credential Api(OpenAIRealtimeWebRtcOptions options) => options.ApiKeyHeader == ApiKeyHeader.ApiKey
        ? new Credential("api-key", options.ApiKey!, "API key", isApiKey: true)
        : new Credential("Authorization", "Bearer " + options.ApiKey, "API key", isApiKey: true);

    /// <summary>An ephemeral key: always a bearer token.</summary>
    public static Credential Ephemeral(string key) => new("Authorization", "Bearer " + key, "ephemeral key", isApiKey: false);

    public void Apply(HttpRequestMessage request)
    {
        // Without validation: the value has been checked, and .NET's own check would show the key in its exception.
        request.Headers.Remove(_header);
        request.Headers.TryAddWithoutValidation(_header, _value);
    }

    public override string ToString() => Name;
}
