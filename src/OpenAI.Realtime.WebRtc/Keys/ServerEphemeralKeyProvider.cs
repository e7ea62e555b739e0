using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.Keys;

/// <summary>
/// Fetches keys from one's own server, which holds the API key: a POST without a body, answered by <c>{"value":…}</c> or
/// <c>{"client_secret":{"value":…}}</c>, the service's own reply passed on being one of the two. The server decides on the session
/// configuration; what the client has configured is sent with <c>session.update</c> once the channel is open. It keeps nothing: whose key it is, the HTTP client's cookies and headers say at each request.
/// </summary>
public sealed class ServerEphemeralKeyProvider : IEphemeralKeyProvider
{
    private readonly Uri _url;
    private readonly TimeSpan _timeout;
    private readonly RealtimeHttp _http;

    /// <summary>Fetches from <paramref name="url"/>.</summary>
    /// <param name="url">The address on one's own server.</param>
    /// <param name="httpClient">Sends the requests, with whatever cookies or headers the server asks for; the caller keeps it alive and disposes it.</param>
    /// <param name="timeout">How long a request may take: longer than 0, at most 10 minutes. Default: 15 s.</param>
    /// <param name="timeProvider">The clock of timeouts. Default: the system's.</param>
    /// <param name="loggerFactory">Where log messages go. Default: nowhere.</param>
    public ServerEphemeralKeyProvider(
        Uri url, HttpClient httpClient, TimeSpan? timeout = null, TimeProvider? timeProvider = null, ILoggerFactory? loggerFactory = null)
        : this(url, Checked(timeout ?? TimeSpan.FromSeconds(15), nameof(timeout)), OpenAIEphemeralKeyProvider.Http(httpClient, timeProvider, loggerFactory))
    {
    }

    private static TimeSpan Checked(TimeSpan timeout, string parameter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero, parameter);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(timeout, OpenAIRealtimeWebRtcOptionsValidator.LongestTimeout, parameter);
        return timeout;
    }

    internal ServerEphemeralKeyProvider(Uri url, TimeSpan timeout, RealtimeHttp http)
    {
        ArgumentNullException.ThrowIfNull(url);
        _url = url;
        _timeout = timeout;
        _http = http;
    }

    /// <inheritdoc/>
    public async ValueTask<EphemeralKey> GetKeyAsync(EphemeralKeyRequest request, CancellationToken cancellationToken = default)
    {
        var call = new HttpCall(ConnectPhase.Key, _url, _timeout) { Accept = "application/json" };
        HttpReply reply = await _http.PostAsync(call, cancellationToken).ConfigureAwait(false);
        return reply.IsSuccess ? KeyReply.Read(call, reply, carriesSession: false) : throw ServiceErrors.From(call, reply, "Your key server");
    }
}
