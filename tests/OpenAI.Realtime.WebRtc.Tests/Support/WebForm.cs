using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Tests.Support;

/// <summary>A server that reads every request as a form, with ASP.NET Core's own parser.</summary>
internal sealed class WebForm(WebApplication app) : IAsyncDisposable
{
    public Uri Base => new(app.Urls.First());

    public static async Task<WebForm> StartAsync(Action<IFormCollection> onForm)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        app.Run(async context =>
        {
            onForm(await context.Request.ReadFormAsync());
            await HttpEndpoint.WriteAnswerAsync(context);
        });
        await app.StartAsync();
        return new WebForm(app);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
