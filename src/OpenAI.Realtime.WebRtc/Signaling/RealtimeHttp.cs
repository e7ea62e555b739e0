using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Diagnostics;

namespace OpenAI.Realtime.WebRtc.Signaling;

/// <summary>One POST to the service or to one's own key server.</summary>
internal sealed record HttpCall(ConnectPhase Phase, Uri Address, TimeSpan Timeout)
{
    /// <summary>What proves who we are; null for nothing.</summary>
    public Credential? Credential { get; init; }

    /// <summary>The body; null for none.</summary>
    public byte[]? Body { get; init; }

    /// <summary>The body's media type, exactly as it is to be sent.</summary>
    public string? ContentType { get; init; }

    /// <summary>What we can read back.</summary>
    public string? Accept { get; init; }

    /// <summary>The call that it is about, and what is to be done with it; null while there is none yet.</summary>
    public (RealtimeCallOperation Operation, string CallId)? OfCall { get; init; }

    /// <summary>
    /// What to do about a status and a code, where another API of the service means something else by them; null from it for what it does not know. Default: null, they are the Realtime API's.
    /// </summary>
    public Func<int, string?, string?>? RemedyOf { get; init; }

    /// <summary>Further headers; null values are left out.</summary>
    public IReadOnlyList<(string Name, string? Value)> Headers { get; init; } = [];

    /// <summary>Called as soon as the head of a successful answer is there, before its body.</summary>
    public Action<HttpResponseMessage>? OnSuccessHeaders { get; init; }

    /// <summary>
    /// Asked when the caller waits no longer while the request is under way: true lets it go on behind the caller's back for <see cref="RealtimeHttp.LateLimit"/> at most.
    /// What comes of it is told by <see cref="OnSuccessHeaders"/>, and its end by the task. Default: null, the request is cancelled.
    /// </summary>
    public Func<Task<HttpReply>, bool>? LeaveBehind { get; init; }

    /// <summary>The option that <see cref="Timeout"/> came from.</summary>
    private string TimeoutOption => OfCall is { Operation: RealtimeCallOperation.HangUp } ? nameof(OpenAIRealtimeWebRtcOptions.HangUpTimeout)
        : Phase == ConnectPhase.Key ? nameof(OpenAIRealtimeWebRtcOptions.KeyTimeout)
        : nameof(OpenAIRealtimeWebRtcOptions.AnswerTimeout);

    /// <summary>The failure of this request: the one place where it becomes an exception.</summary>
    public RealtimeException Failed(RealtimeFailure failure, string message, Exception? cause = null, ServiceError said = default) => OfCall is { } of
        ? new RealtimeCallException(of.Operation, of.CallId, failure, message, cause)
        {
            HttpStatus = said.Status,
            ErrorCode = said.Code,
            ErrorType = said.Type,
            Param = said.Param,
            RequestId = said.RequestId,
            RetryAfter = said.RetryAfter,
        }
        : new RealtimeConnectException(Phase, failure, message, cause)
        {
            HttpStatus = said.Status,
            ErrorCode = said.Code,
            ErrorType = said.Type,
            Param = said.Param,
            RequestId = said.RequestId,
            RetryAfter = said.RetryAfter,
        };

    /// <summary>Nothing came within <paramref name="limit"/>.</summary>
    public RealtimeException TimedOut(string limit, Exception cause) => Failed(RealtimeFailure.EndpointUnreachable,
        $"{Redaction.Show(Address)} did not answer within {limit}. Check the address, the network and a proxy; {TimeoutOption} sets the limit.", cause);

    /// <summary>Nothing came within the limit of the HttpClient that we were given, which is shorter than ours.</summary>
    public RealtimeException TimedOutByClient(Exception cause) => Failed(RealtimeFailure.EndpointUnreachable,
        $"{Redaction.Show(Address)} did not answer within the HttpClient's own time limit. Make HttpClient.Timeout longer than {TimeoutOption}, or infinite; and check the address, the network and a proxy.", cause);
}

/// <summary>What an HTTP answer says about its failure.</summary>
internal readonly record struct ServiceError(
    HttpStatusCode? Status, string? Code = null, string? Type = null, string? Param = null, string? RequestId = null, TimeSpan? RetryAfter = null);

/// <summary>
/// Sends requests, and turns all that can go wrong below HTTP's own errors into a <see cref="RealtimeException"/>. Bodies are bounded. A redirect that
/// keeps the method (307, 308) is followed on the same origin only, so that no key goes elsewhere.
/// </summary>
internal sealed class RealtimeHttp(Func<HttpClient> httpClient, TimeProvider timeProvider, ILogger logger)
{
    /// <summary>The largest body read, in bytes. Real answers have about 2 KB, key replies with a long configuration some 10 KB.</summary>
    public const int MaxBody = 1024 * 1024;

    /// <summary>How long a request may go on when nobody waits for it any more.</summary>
    public static readonly TimeSpan LateLimit = TimeSpan.FromSeconds(10);

    private const int MaxRedirects = 3;

    public static readonly string UserAgent =
        "OpenAI.Realtime.WebRtc/" + (typeof(RealtimeHttp).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0");

    public TimeProvider TimeProvider => timeProvider;

    public ILogger Logger => logger;

    /// <summary>The client of one's own that requests go through; for a request that is no POST.</summary>
    public HttpClient Client => httpClient();

    /// <summary>Posts, and reads the answer whatever its status.</summary>
    /// <exception cref="RealtimeException">No usable HTTP answer came.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    public async Task<HttpReply> PostAsync(HttpCall call, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(call.Timeout, timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        long start = timeProvider.GetTimestamp();
        string shown = Redaction.Show(call.Address);
        try
        {
            HttpReply reply = call.LeaveBehind is { } leave
                ? await FollowLeavingAsync(call, leave, linked.Token).ConfigureAwait(false)
                : await FollowAsync(call, linked.Token).ConfigureAwait(false);
            logger.HttpAnswered(shown, (int)reply.Status, timeProvider.GetElapsedTime(start).TotalMilliseconds, reply.RequestId);
            return reply;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OperationCanceledException e)
        {
            // Our own limit, or the limit of the HttpClient that we were given.
            throw timeout.IsCancellationRequested ? call.TimedOut($"{call.Timeout.TotalSeconds:0.###} s", e) : call.TimedOutByClient(e);
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(call, shown, e);
        }
    }

    /// <summary>A request that makes something at the other side: when nobody waits for it any more, what it has made must still become known.</summary>
    private async Task<HttpReply> FollowLeavingAsync(HttpCall call, Func<Task<HttpReply>, bool> leave, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var end = new CancellationTokenSource(Timeout.InfiniteTimeSpan, timeProvider);
        Task<HttpReply> posting = FollowAsync(call, end.Token);
        bool left = false;
        try
        {
            return await posting.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!posting.IsCompleted)
        {
            left = leave(posting);
            if (left)
            {
                _ = EndLateAsync(posting, end);
                throw;
            }
            await end.CancelAsync().ConfigureAwait(false);
            await ((Task)posting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        finally
        {
            if (!left)
                end.Dispose();
        }
    }

    private static async Task EndLateAsync(Task posting, CancellationTokenSource end)
    {
        end.CancelAfter(LateLimit);
        await posting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        end.Dispose();
    }

    private async Task<HttpReply> FollowAsync(HttpCall call, CancellationToken cancellationToken)
    {
        Uri address = call.Address;
        for (int redirects = 0; ; redirects++)
        {
            using HttpRequestMessage request = Write(call, address);
            using HttpResponseMessage response = await httpClient().SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if ((int)response.StatusCode is 301 or 302 or 303 or 307 or 308)
            {
                address = Redirected(call, address, response, redirects);
                continue;
            }
            if (response.IsSuccessStatusCode)
                call.OnSuccessHeaders?.Invoke(response);
            byte[] body = await ReadBodyAsync(call, address, response, cancellationToken).ConfigureAwait(false);
            return HttpReply.From(response, body, timeProvider);
        }
    }

    private static HttpRequestMessage Write(HttpCall call, Uri address)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address);
        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        if (call.Accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", call.Accept);
        foreach ((string name, string? value) in call.Headers)
        {
            if (value is not null)
                request.Headers.TryAddWithoutValidation(name, value);
        }
        call.Credential?.Apply(request);

        // A POST without a body says "Content-Length: 0", which strict servers ask for.
        request.Content = new ByteArrayContent(call.Body ?? []);
        if (call.ContentType is not null)
            request.Content.Headers.TryAddWithoutValidation("Content-Type", call.ContentType);
        return request;
    }

    private static Uri Redirected(HttpCall call, Uri from, HttpResponseMessage response, int redirects)
    {
        string shown = Redaction.Show(from);
        if (!Uri.TryCreate(from, HttpReply.First(response.Headers, "Location"), out Uri? to) || to.Scheme is not ("http" or "https"))
            throw Refused($"{shown} redirects ({(int)response.StatusCode}) without saying where to.");
        string target = Redaction.Show(to);
        if ((int)response.StatusCode is not (307 or 308))
            throw Refused($"{shown} redirects ({(int)response.StatusCode}) to {target} in a way that would turn the POST into a GET. Set {AddressOption(call)} to the new address.");
        if (redirects >= MaxRedirects)
            throw Refused($"{shown} redirects once more to {target}, after {MaxRedirects} redirects. Set {AddressOption(call)} to the final address.");
        if (Uri.Compare(from, to, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) != 0)
            throw Refused($"{shown} redirects to another origin, {target}; no key is sent there unasked. Set {AddressOption(call)} to the new address.");
        return to;

        RealtimeException Refused(string message) => call.Failed(RealtimeFailure.RequestRejected, message, said: new ServiceError(response.StatusCode));
    }

    public static async Task<byte[]> ReadBodyAsync(HttpCall call, Uri address, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > MaxBody)
            throw TooLarge();
        try
        {
            Stream stream = Decompressed(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), response.Content.Headers);
            await using (stream.ConfigureAwait(false))
            {
                using var whole = new MemoryStream();
                byte[] part = new byte[8192];
                int read;
                while ((read = await stream.ReadAsync(part, cancellationToken).ConfigureAwait(false)) > 0)
                {
                    if (whole.Length + read > MaxBody)
                        throw TooLarge();
                    whole.Write(part, 0, read);
                }
                return whole.ToArray();
            }
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException)     // the latter is Brotli's
        {
            throw call.Failed(Unusable(call.Phase),
                $"{Redaction.Show(address)} answered {(int)response.StatusCode} with a body that says it is compressed ({HttpReply.First(response.Content.Headers, "Content-Encoding")}) and is not. A proxy may be changing bodies.", e,
                new ServiceError(response.StatusCode));
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // The head was there, so somebody answers: the connection broke, or ended before the announced length.
            throw CutOff(call, Redaction.Show(address), e);
        }

        RealtimeException TooLarge() => call.Failed(Unusable(call.Phase),
            $"{Redaction.Show(address)} answered {(int)response.StatusCode} with more than {MaxBody} bytes; that is no answer of the service.",
            said: new ServiceError(response.StatusCode));
    }

    /// <summary>Nobody asked for a compressed body, but a proxy or a server may send one all the same (RFC 9110 §8.4). What is read of it is bounded as any other.</summary>
    private static Stream Decompressed(Stream body, HttpContentHeaders headers) => HttpReply.First(headers, "Content-Encoding")?.Trim().ToLowerInvariant() switch
    {
        "gzip" or "x-gzip" => new GZipStream(body, CompressionMode.Decompress),
        "deflate" => new ZLibStream(body, CompressionMode.Decompress),
        "br" => new BrotliStream(body, CompressionMode.Decompress),
        _ => body,
    };

    public static RealtimeException Unreachable(HttpCall call, string shown, HttpRequestException e)
    {
        string? proxy = HttpProxy.AskedInstead(e, call.Address);
        string what = e.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError when proxy is not null => $"The name of the proxy {proxy}, through which {shown} is asked, could not be resolved. {HttpProxy.Remedy}",
            HttpRequestError.ConnectionError when proxy is not null =>
                $"No connection to the proxy {proxy}, through which {shown} is asked: {Redaction.Sentence(e.InnerException?.Message ?? e.Message)} {HttpProxy.Remedy}",
            HttpRequestError.NameResolutionError => $"The name of {shown} could not be resolved. Check the address and DNS.",
            HttpRequestError.ConnectionError => $"No connection to {shown}: {Redaction.Sentence(e.InnerException?.Message ?? e.Message)} Is the address right, is something listening there, does a firewall or proxy stand between?",
            HttpRequestError.SecureConnectionError => $"No secure connection to {shown}: {Redaction.Sentence(e.InnerException?.Message ?? e.Message)} Check the certificate and the clock of this machine; or does the server speak http?",
            HttpRequestError.ResponseEnded => $"{shown}, or a proxy before it, closed the connection without an answer. Is that an HTTP server?",
            HttpRequestError.ProxyTunnelError => HttpProxy.NoTunnel(e, shown),
            _ => $"{shown} could not be asked: {Redaction.Sentence(e.Message)} Check the address, the network and a proxy.",
        };
        return call.Failed(RealtimeFailure.EndpointUnreachable, what, e);
    }

    private static RealtimeException CutOff(HttpCall call, string shown, Exception e) => call.Failed(Unusable(call.Phase),
        $"The answer of {shown} was cut off: {Redaction.Sentence(e.Message)} Try again; if it stays so, a proxy may be cutting it.", e);

    private static RealtimeFailure Unusable(ConnectPhase phase) =>
        phase == ConnectPhase.Key ? RealtimeFailure.KeyUnusable : RealtimeFailure.AnswerUnusable;

    private static string AddressOption(HttpCall call) => call is { Phase: ConnectPhase.Key, Credential: null }
        ? nameof(OpenAIRealtimeWebRtcOptions.KeyUrl)
        : nameof(OpenAIRealtimeWebRtcOptions.Endpoint);
}
