using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace AspNetVoiceChat;

/// <summary>
/// Without an API key the service is a test endpoint in this very program, at whatever address the program listens on. That is known only once it
/// listens, and so each request is turned there when it is made.
/// </summary>
internal sealed class EndpointInThisProgram(IServer server) : DelegatingHandler
{
    /// <summary>Where the endpoint's routes begin.</summary>
    public const string Prefix = "/v1";

    /// <summary>Stands for an address that is not known yet. Of it, only that it is this machine is true.</summary>
    public static readonly Uri Placeholder = new("http://localhost" + Prefix);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        BindingAddress address = BindingAddress.Parse(server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
        // 0.0.0.0, [::] and * listen on loopback too, and cannot be asked themselves.
        string host = address.Host is "localhost" or "127.0.0.1" or "[::1]" ? address.Host : "127.0.0.1";
        request.RequestUri = new UriBuilder(request.RequestUri!) { Scheme = address.Scheme, Host = host, Port = address.Port }.Uri;
        return base.SendAsync(request, cancellationToken);
    }
}
