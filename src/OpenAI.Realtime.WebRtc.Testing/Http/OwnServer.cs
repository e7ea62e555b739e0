using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>The web server of an endpoint that is not in somebody else's: a guest in its program.</summary>
internal static class OwnServer
{
    /// <summary>Listens; what cannot be listened on is thrown.</summary>
    public static async Task<WebApplication> StartAsync(RealtimeTestEndpoint endpoint, CancellationToken cancellationToken)
    {
        // Empty: it reads neither appsettings.json nor the environment of the program it is a guest in, and leaves Ctrl-C to it.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(endpoint.Options.ListenOn);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;       // ours is smaller, and answers in OpenAI's shape
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, GuestLifetime>();
        if (endpoint.Options.LoggerFactory is { } loggers)
            builder.Services.AddSingleton<ILoggerFactory>(new BorrowedLoggerFactory(loggers));
        WebApplication application = builder.Build();
        HttpRoutes.Map(application, "/v1", endpoint, isWholeServer: true);
        try
        {
            await application.StartAsync(cancellationToken).ConfigureAwait(false);
            return application;
        }
        catch
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What a client is given as the API's base.</summary>
    public static Uri AddressOf(WebApplication application)
    {
        string address = application.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        return new Uri(address.TrimEnd('/') + "/v1");
    }

    private sealed class GuestLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    // The host disposes its logger factory, and this one is the caller's.
    private sealed class BorrowedLoggerFactory(ILoggerFactory lender) : ILoggerFactory
    {
        public void AddProvider(ILoggerProvider provider) => lender.AddProvider(provider);

        public ILogger CreateLogger(string categoryName) => lender.CreateLogger(categoryName);

        public void Dispose()
        {
        }
    }
}
