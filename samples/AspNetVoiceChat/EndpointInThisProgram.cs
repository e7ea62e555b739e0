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

    /// <summary>The endpoint's address, as far as it can be known from what the program is told to listen on: not its port, when any free one will do.</summary>
    public static Uri AddressFor(string urls) => new(Reachable(BindingAddress.Parse(urls.Split(';')[0])) + Prefix);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Uri address = new(Reachable(BindingAddress.Parse(server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First())));
        request.RequestUri = new UriBuilder(request.RequestUri!) { Scheme = address.Scheme, Host = address.Host, Port = address.Port }.Uri;
        return base.SendAsync(request, cancellationToken);
    }

    private static string Reachable(BindingAddress address) => $"{address.Scheme}://{ListenAddresses.Reachable(address.Host)}:{address.Port}";
}
