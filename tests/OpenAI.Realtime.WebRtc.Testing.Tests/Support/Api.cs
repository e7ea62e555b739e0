using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Support;

/// <summary>An HTTP client that speaks to an endpoint by hand.</summary>
internal sealed class Api(Uri baseAddress, string? key) : IDisposable
{
    private readonly HttpClient _http = new() { Timeout = Caller.Patience };

    public string? Key { get; set; } = key;

    public static Api For(RealtimeTestEndpoint endpoint) => new(endpoint.BaseAddress, endpoint.ApiKey);

    public Task<Reply> PostJsonAsync(string path, string json) => SendAsync(HttpMethod.Post, path, Body(json, "application/json"));

    public Task<Reply> PostSdpAsync(string path, string sdp) => SendAsync(HttpMethod.Post, path, Body(sdp, "application/sdp"));

    public Task<Reply> PostAsync(string path) => SendAsync(HttpMethod.Post, path, null);

    public async Task<Reply> SendAsync(HttpMethod method, string path, HttpContent? content, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, baseAddress + path) { Content = content };
        if (Key is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key);
        foreach ((string name, string value) in headers)
            request.Headers.Add(name, value);
        using HttpResponseMessage response = await _http.SendAsync(request);
        return new Reply(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers.Location?.ToString(),
            response.Headers.TryGetValues("x-request-id", out var ids) ? ids.Single() : null, response.Content.Headers.ContentType?.MediaType);
    }

    public async Task<string> MintAsync(string json = "{}") => (string)(await PostJsonAsync("/realtime/client_secrets", json)).Json["value"]!;

    public static HttpContent Multipart(params (string Name, string Type, string Value)[] parts)
    {
        var form = new MultipartFormDataContent();
        foreach ((string name, string type, string value) in parts)
            form.Add(Body(value, type), $"\"{name}\"");
        return form;
    }

    /// <summary>An offer of the SDK's own engine; nobody will connect by it.</summary>
    public static async Task<string> OfferAsync()
    {
        await using IPeerConnection peer = new PeerConnectionFactory().Create(new PeerConnectionOptions { LocalAddresses = [IPAddress.Loopback] });
        return await peer.CreateOfferAsync();
    }

    public void Dispose() => _http.Dispose();

    private static StringContent Body(string text, string type) => new(text, Encoding.UTF8, new MediaTypeHeaderValue(type));
}

internal sealed record Reply(HttpStatusCode Status, string Body, string? Location, string? RequestId, string? ContentType)
{
    public JsonNode Json => JsonNode.Parse(Body)!;

    public JsonNode Error => Json["error"]!;

    public string? Code => (string?)Error["code"];

    public string? Param => (string?)Error["param"];
}
