namespace OpenAI.Realtime.WebRtc;

/// <summary>Which generation of the Realtime protocol the service speaks.</summary>
public enum RealtimeDialect
{
    /// <summary>The generally available API: <c>realtime/client_secrets</c>, <c>realtime/calls</c>, nested session configuration.</summary>
    Ga,

    /// <summary>
    /// The beta of December 2024: <c>realtime/sessions</c>, <c>realtime?model=…</c>, flat session configuration, older event names. OpenAI
    /// itself switched it off in May 2026; compatible servers still speak it.
    /// </summary>
    Beta,
}

/// <summary>In which header the API key travels.</summary>
public enum ApiKeyHeader
{
    /// <summary><c>Authorization: Bearer …</c>, as OpenAI wants it.</summary>
    AuthorizationBearer,

    /// <summary><c>api-key: …</c>, as Azure OpenAI wants it. Ephemeral keys travel as a bearer token even then.</summary>
    ApiKey,
}
