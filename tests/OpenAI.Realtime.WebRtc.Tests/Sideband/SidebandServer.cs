using System.Collections.Concurrent;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Sideband;

/// <summary>A service whose WebSockets do what the test says, on Kestrel and loopback.</summary>
internal sealed class SidebandServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<ServedSocket> _accepted = Channel.CreateUnbounded<ServedSocket>();
    private readonly Channel<HttpRequestSeen> _asked = Channel.CreateUnbounded<HttpRequestSeen>();

    private SidebandServer(WebApplication app) => _app = app;

    public Uri Base { get; private set; } = null!;

    /// <summary>Every request, hang-ups too.</summary>
    public ConcurrentQueue<HttpRequestSeen> Requests { get; } = new();

    /// <summary>Answers a request in place of a WebSocket: true when it has. Default: never.</summary>
    public Func<HttpContext, Task<bool>> Instead { get; set; } = _ => Task.FromResult(false);

    public static async Task<SidebandServer> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.Zero });
        var server = new SidebandServer(app);
        app.Run(server.HandleAsync);
        await app.StartAsync();
        server.Base = new Uri(app.Urls.First() + "/v1");
        return server;
    }

    /// <summary>The next WebSocket that was opened.</summary>
    public Task<ServedSocket> NextAsync() => _accepted.Reader.ReadAsync().AsTask().Within();

    /// <summary>The next request that came, answered or not.</summary>
    public Task<HttpRequestSeen> AskedAsync() => _asked.Reader.ReadAsync().AsTask().Within();

    /// <summary>From now on the call is not known.</summary>
    public void EndCall() => Instead = async context =>
    {
        await HttpEndpoint.FailAsync(context, 404, """{"error":{"message":"No session found for the provided call_id","type":"invalid_request_error","param":"call_id","code":"call_id_not_found"}}""");
        return true;
    };

    /// <summary>From now on every request is answered with this status.</summary>
    public void Fail(int status, string code) => Instead = async context =>
    {
        await HttpEndpoint.FailAsync(context, status, $$$"""{"error":{"message":"No.","type":"invalid_request_error","param":null,"code":"{{{code}}}"}}""");
        return true;
    };

    public async ValueTask DisposeAsync()
    {
        while (_accepted.Reader.TryRead(out ServedSocket? socket))
            socket.Break();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var seen = new HttpRequestSeen(
            context.Request.Path, context.Request.QueryString.Value ?? "",
            context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), []);
        Requests.Enqueue(seen);
        _asked.Writer.TryWrite(seen);
        if (context.Request.Path.Value!.EndsWith("/hangup", StringComparison.Ordinal) || await Instead(context))
            return;
        using WebSocket socket = await context.WebSockets.AcceptWebSocketAsync();
        var served = new ServedSocket(socket, context);
        _accepted.Writer.TryWrite(served);
        await served.Over;
    }
}

/// <summary>The service's end of a WebSocket.</summary>
internal sealed class ServedSocket(WebSocket socket, HttpContext context)
{
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Over => _over.Task;

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public Task SendAsync(byte[] bytes, bool endOfMessage = true, WebSocketMessageType type = WebSocketMessageType.Text) =>
        socket.SendAsync(bytes, type, endOfMessage, CancellationToken.None).Within();

    /// <summary>The next message; null when the other side has said goodbye.</summary>
    public async Task<string?> ReceiveAsync()
    {
        using var message = new MemoryStream();
        byte[] buffer = new byte[64 * 1024];
        while (true)
        {
            WebSocketReceiveResult part = await socket.ReceiveAsync(buffer, CancellationToken.None).Within();
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
                return Encoding.UTF8.GetString(message.ToArray());
        }
    }

    /// <summary>Waits for the beginning of a message, and reads no more of it.</summary>
    public Task ReceivePartAsync() => socket.ReceiveAsync(new byte[1024], CancellationToken.None).Within();

    /// <summary>Says goodbye, and waits for no answer.</summary>
    public async Task CloseAsync(int status = 1000, string? description = null)
    {
        await socket.CloseOutputAsync((WebSocketCloseStatus)status, description, CancellationToken.None).Within();
        _over.TrySetResult();
    }

    /// <summary>Cuts the connection without a goodbye.</summary>
    public void Break()
    {
        context.Abort();
        _over.TrySetResult();
    }
}
