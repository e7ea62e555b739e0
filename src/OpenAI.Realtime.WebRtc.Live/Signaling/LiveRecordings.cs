using System.Net.Http.Headers;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.Live.Signaling;

/// <summary>What the service keeps of stored sessions: <c>GET live/sessions/{id}/content</c> with the API key, a WAV file that is handed on as it comes.</summary>
/// <param name="live">Says whether there is a key.</param>
/// <param name="options">Endpoint, API key and limits.</param>
/// <param name="httpClient">Sends the request.</param>
/// <param name="timeProvider">The clock of the limit.</param>
internal sealed class LiveRecordings(OpenAILiveWebRtcOptions live, OpenAIRealtimeWebRtcOptions options, Func<HttpClient> httpClient, TimeProvider timeProvider)
{
    /// <summary>What is read of an answer that is no recording.</summary>
    private const int LongestError = 64 * 1024;

    public async Task<Stream> OpenAsync(string sessionId, CancellationToken cancellationToken)
    {
        if (live.BrokerUrl is not null)
            throw new InvalidOperationException("Recordings are fetched with the API key, which only your broker has.");
        var call = new HttpCall(ConnectPhase.Answer, ApiAddress.Of(options, $"live/sessions/{Uri.EscapeDataString(sessionId)}/content"), options.AnswerTimeout)
        {
            Headers = [("OpenAI-Organization", options.Organization), ("OpenAI-Project", options.Project)],
            RemedyOf = Remedy,
        };
        call = await ApiKeySource.AuthorizeAsync(call, options, timeProvider, cancellationToken).ConfigureAwait(false);
        HttpResponseMessage response = await SendAsync(call, cancellationToken).ConfigureAwait(false);
        try
        {
            Stream body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
                return body;        // gives the connection back when it is disposed
            throw ServiceErrors.From(call, HttpReply.From(response, await BeginningAsync(body, cancellationToken).ConfigureAwait(false), timeProvider));
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpCall call, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, call.Address);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("*/*"));
        foreach ((string name, string? value) in call.Headers)
        {
            if (value is not null)
                request.Headers.TryAddWithoutValidation(name, value);
        }
        call.Credential?.Apply(request);
        using var timeout = new CancellationTokenSource(call.Timeout, timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await httpClient().SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw call.TimedOut($"{call.Timeout.TotalSeconds:0.###} s", e);
        }
        catch (HttpRequestException e)
        {
            throw RealtimeHttp.Unreachable(call, Redaction.Show(call.Address), e);
        }
    }

    private static async Task<byte[]> BeginningAsync(Stream body, CancellationToken cancellationToken)
    {
        byte[] beginning = new byte[LongestError];
        int length = await body.ReadAtLeastAsync(beginning, beginning.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return beginning[..length];
    }

    private static string? Remedy(int status, string? code) => status switch
    {
        404 => "There is a recording only of a session that was created with Store, which the project has to allow, and for 30 days.",
        >= 300 and < 400 => "The recording lies elsewhere; no key is sent there unasked.",
        _ => null,
    };
}
