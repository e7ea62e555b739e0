using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>Signs webhooks and sends them, as Standard Webhooks says.</summary>
internal static class WebhookSender
{
    private const string OtherSecret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public static async Task<HttpStatusCode> SendAsync(RealtimeTestWebhook webhook, byte[] body, TimeProvider time, CancellationToken cancellationToken)
    {
        DateTimeOffset at = webhook.Flaw switch
        {
            RealtimeTestWebhookFlaw.TooOld => time.GetUtcNow() - Hour,
            RealtimeTestWebhookFlaw.FromTheFuture => time.GetUtcNow() + Hour,
            _ => time.GetUtcNow(),
        };
        long timestamp = at.ToUnixTimeSeconds();
        string[] secrets = webhook.Flaw == RealtimeTestWebhookFlaw.WrongSecret ? [OtherSecret] : webhook.SecondSecret is { } second ? [second, webhook.Secret] : [webhook.Secret];
        string signature = string.Join(' ', secrets.Select(secret => WebhookSecret.Parse(secret).Sign(webhook.Id, timestamp, body)));

        using var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url);
        request.Headers.TryAddWithoutValidation("webhook-id", webhook.Flaw == RealtimeTestWebhookFlaw.ChangedId ? webhook.Id + "x" : webhook.Id);
        request.Headers.TryAddWithoutValidation("webhook-timestamp",
            (webhook.Flaw == RealtimeTestWebhookFlaw.ChangedTime ? timestamp + 1 : timestamp).ToString(CultureInfo.InvariantCulture));
        if (webhook.Flaw != RealtimeTestWebhookFlaw.NoSignature)
            request.Headers.TryAddWithoutValidation("webhook-signature", signature);
        request.Content = new ByteArrayContent(webhook.Flaw == RealtimeTestWebhookFlaw.ChangedBody ? [.. body, (byte)' '] : body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false }) { Timeout = TimeSpan.FromSeconds(60) };
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        return response.StatusCode;
    }
}
