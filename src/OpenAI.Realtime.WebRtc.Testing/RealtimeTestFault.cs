namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>The HTTP routes of the endpoint.</summary>
public enum RealtimeTestRoute
{
    /// <summary><c>POST /v1/realtime/client_secrets</c>.</summary>
    ClientSecrets,

    /// <summary><c>POST /v1/realtime/calls</c>.</summary>
    Calls,

    /// <summary><c>POST /v1/realtime/calls/{id}/hangup</c>.</summary>
    HangUp,

    /// <summary><c>POST /v1/realtime/sessions</c>, the beta's.</summary>
    BetaSessions,

    /// <summary><c>POST /v1/realtime?model=…</c>, the beta's.</summary>
    BetaCalls,

    /// <summary><c>POST /v1/live/sessions</c>, of the Live API.</summary>
    LiveSessions,

    /// <summary><c>POST /v1/live/sessions/{id}/hangup</c>, of the Live API.</summary>
    LiveHangUp,

    /// <summary><c>GET live/sessions/{id}/attach</c>: a WebSocket beside a Live session.</summary>
    LiveAttach,

    /// <summary><c>GET /v1/realtime?call_id=…</c>: a WebSocket beside a call.</summary>
    Sideband,

    /// <summary><c>POST /v1/realtime/calls/{id}/accept</c>.</summary>
    Accept,

    /// <summary><c>POST /v1/realtime/calls/{id}/reject</c>.</summary>
    Reject,

    /// <summary><c>POST /v1/realtime/calls/{id}/refer</c>.</summary>
    Refer,

    /// <summary><c>POST /v1/realtime/translations/client_secrets</c>.</summary>
    TranslationClientSecrets,

    /// <summary><c>POST /v1/realtime/translations/calls</c>.</summary>
    TranslationCalls,
}

/// <summary>One HTTP request that came.</summary>
/// <param name="Route">Which route.</param>
/// <param name="Path">Its path and query.</param>
/// <param name="RequestId">What its answer says as <c>x-request-id</c>.</param>
public sealed record RealtimeTestRequest(RealtimeTestRoute Route, string Path, string RequestId)
{
    /// <summary>The headers that it came with, without the key's.</summary>
    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    /// <summary>The request with its headers as pairs, in place of the name of a dictionary's type.</summary>
    public override string ToString() =>
        $"{nameof(RealtimeTestRequest)} {{ Route = {Route}, Path = {Path}, RequestId = {RequestId}, Headers = {{ {string.Join(", ", Headers.Select(header => $"{header.Key} = {header.Value}"))} }} }}";
}

/// <summary>Something that goes wrong with an HTTP request on purpose.</summary>
public sealed class RealtimeTestFault
{
    private RealtimeTestFault(FaultKind kind) => Kind = kind;

    internal enum FaultKind
    {
        Status,
        Hang,
        Delay,
        Cut,
        TruncatedAnswer,
        NoFingerprint,
        WrongFingerprint,
        JsonForSdp,
        DeadCandidates,
    }

    internal FaultKind Kind { get; }

    internal int StatusCode { get; private init; }

    internal ApiError? Error { get; private init; }

    internal TimeSpan Time { get; private init; }

    /// <summary>401: the key is not accepted, whatever it is.</summary>
    public static RealtimeTestFault KeyRefused { get; } = Status(401, "Incorrect API key provided.", "invalid_api_key");

    /// <summary>401: the ephemeral key has expired.</summary>
    public static RealtimeTestFault KeyExpired { get; } = Status(401, "The ephemeral key has expired.", "token_expired");

    /// <summary>No answer ever comes.</summary>
    public static RealtimeTestFault Hang { get; } = new(FaultKind.Hang);

    /// <summary>The connection is cut in the middle of the answer's body.</summary>
    public static RealtimeTestFault Cut { get; } = new(FaultKind.Cut);

    /// <summary>The SDP answer ends in its middle. Only for calls.</summary>
    public static RealtimeTestFault TruncatedAnswer { get; } = new(FaultKind.TruncatedAnswer);

    /// <summary>The SDP answer has no <c>a=fingerprint</c>. Only for calls.</summary>
    public static RealtimeTestFault AnswerWithoutFingerprint { get; } = new(FaultKind.NoFingerprint);

    /// <summary>The SDP answer promises another certificate than the endpoint has. Only for calls.</summary>
    public static RealtimeTestFault WrongFingerprint { get; } = new(FaultKind.WrongFingerprint);

    /// <summary>JSON comes where SDP is expected, with status 200. Only for calls.</summary>
    public static RealtimeTestFault JsonInsteadOfSdp { get; } = new(FaultKind.JsonForSdp);

    /// <summary>The SDP answer names addresses where nobody listens, so that ICE fails. Only for calls.</summary>
    public static RealtimeTestFault NobodyListens { get; } = new(FaultKind.DeadCandidates);

    /// <summary>The ordinary happens, later.</summary>
    public static RealtimeTestFault Delay(TimeSpan time) => new(FaultKind.Delay) { Time = time };

    /// <summary>An error of the service.</summary>
    /// <param name="statusCode">500 to 599. Default: 500.</param>
    public static RealtimeTestFault ServerError(int statusCode = 500) =>
        Status(statusCode, "The server had an error while processing your request. Sorry about that!", code: null, type: "server_error");

    /// <summary>Any HTTP error.</summary>
    /// <param name="statusCode">400 to 599.</param>
    /// <param name="message">The error's message.</param>
    /// <param name="code">The error's code.</param>
    /// <param name="type">The error's type.</param>
    public static RealtimeTestFault Status(int statusCode, string message, string? code = null, string type = "invalid_request_error")
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(statusCode, 400);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(statusCode, 599);
        return new(FaultKind.Status) { StatusCode = statusCode, Error = new ApiError(message, code, Type: type) };
    }
}
