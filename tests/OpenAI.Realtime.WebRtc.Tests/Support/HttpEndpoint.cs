using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Tests.Support;

/// <summary>A request as it came over the wire.</summary>
internal sealed record HttpRequestSeen(string Path, string Query, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public string? Header(string name) => Headers.TryGetValue(name, out string? value) ? value : null;
}

/// <summary>A real HTTP server on loopback that answers as the test says, and keeps what it was asked.</summary>
internal sealed class HttpEndpoint : IAsyncDisposable
{
    public const string Answer = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-pwd:answerpasswordanswerpassword\r\n";

    private readonly WebApplication _app;

    private HttpEndpoint(WebApplication app) => _app = app;

    public Uri Base { get; private set; } = null!;

    public ConcurrentQueue<HttpRequestSeen> Requests { get; } = new();

    /// <summary>By path; what is not here is answered with 404.</summary>
    public ConcurrentDictionary<string, Func<HttpContext, Task>> Routes { get; } = new();

    public static async Task<HttpEndpoint> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        var endpoint = new HttpEndpoint(app);
        app.Run(endpoint.HandleAsync);
        await app.StartAsync();
        endpoint.Base = new Uri(app.Urls.First() + "/v1");
        return endpoint;
    }

    public IEnumerable<HttpRequestSeen> To(string path) => Requests.Where(r => r.Path == path);

    public void MintsKeys(Func<int, string>? key = null, long expiresAt = 4102444800)
    {
        int minted = 0;
        Routes["/v1/realtime/client_secrets"] = context =>
            context.Response.WriteAsync(
                $$$"""{"value":"{{{(key ?? (n => $"ek_test_{n}"))(Interlocked.Increment(ref minted))}}}","expires_at":{{{expiresAt}}},"session":{}}""");
    }

    public void AnswersCalls(string callId = "rtc_1", string answer = Answer)
    {
        Routes["/v1/realtime/calls"] = context => WriteAnswerAsync(context, callId, answer);
        Routes[$"/v1/realtime/calls/{callId}/hangup"] = _ => Task.CompletedTask;
    }

    public static Task WriteAnswerAsync(HttpContext context, string callId = "rtc_1", string answer = Answer)
    {
        context.Response.StatusCode = 201;
        context.Response.ContentType = "application/sdp";
        context.Response.Headers.Location = "/v1/realtime/calls/" + callId;
        return context.Response.WriteAsync(answer);
    }

    public static Task FailAsync(HttpContext context, int status, string body, string contentType = "application/json")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(body);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Requests.Enqueue(new HttpRequestSeen(
            context.Request.Path, context.Request.QueryString.Value ?? "",
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body.ToArray()));
        if (Routes.TryGetValue(context.Request.Path, out Func<HttpContext, Task>? route))
            await route(context);
        else
            await FailAsync(context, 404, """{"error":{"message":"Not here.","type":"invalid_request_error","param":null,"code":null}}""");
    }
}
