namespace OpenAI.Realtime.WebRtc.Tests.Support;

/// <summary>Tells when the head of the first answer with a status is there, before its body is read.</summary>
internal sealed class HeadersSeen(int status, TaskCompletionSource seen) : DelegatingHandler(RealtimeWebRtcClient.CreateHandler())
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        if ((int)response.StatusCode == status)
            seen.TrySetResult();
        return response;
    }
}
