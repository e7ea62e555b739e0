using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;

/// <summary>Pages that close their request exactly before or exactly after the answer has been written.</summary>
internal sealed class LeavingPage(bool afterTheAnswer)
{
    private readonly TaskCompletionSource _served = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the host has done all that it does for the request.</summary>
    public Task Served => _served.Task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Puts it before the routes.</summary>
    public void Use(IApplicationBuilder app) => app.Use(async (http, next) =>
    {
        using var leaving = new CancellationTokenSource();
        http.RequestAborted = leaving.Token;
        http.Response.Body = new Body(http.Response.Body, leaving, afterTheAnswer);
        try
        {
            await next(http);
        }
        finally
        {
            _served.TrySetResult();
        }
    });

    private sealed class Body(Stream inner, CancellationTokenSource leaving, bool afterTheAnswer) : MemoryStream
    {
        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (afterTheAnswer)
                await inner.WriteAsync(buffer, CancellationToken.None);
            await leaving.CancelAsync();
            if (!afterTheAnswer)
                cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
