using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Signaling;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Signaling;

/// <summary>A proxy that stands in the way of a request is named as what is wrong, and not the service behind it.</summary>
public sealed class ProxyErrorsTests
{
    private const string Service = "https://realtime.example/v1";

    [Theory]
    [InlineData(Service)]
    [InlineData("http://realtime.example/v1")]
    public async Task A_proxy_that_nothing_listens_at_is_named(string service)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        taken.Stop();
        RealtimeConnectException e = await FailAsync(service, $"http://user:sEcret@127.0.0.1:{port}");
        Assert.StartsWith($"No connection to the proxy 127.0.0.1:{port}, through which {service}/realtime/client_secrets is asked: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_whose_name_is_unknown_is_named()
    {
        RealtimeConnectException e = await FailAsync(Service, "http://user:sEcret@proxy.invalid:3128");
        Assert.StartsWith("The name of the proxy proxy.invalid:3128, ", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("403", ProxyManner.Refuses, null)]
    [InlineData("407", ProxyManner.Connects, "somebody:else")]
    public async Task A_proxy_that_opens_no_tunnel_is_quoted_with_its_status(string status, ProxyManner manner, string? credential)
    {
        await using var proxy = new TestProxy(manner, credential);
        RealtimeConnectException e = await FailAsync(Service, $"http://user:sEcret@127.0.0.1:{proxy.Address.Port}");
        Assert.Contains($" answered {status}: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_proxy_that_asks_for_credentials_is_not_taken_for_the_service()
    {
        await using HttpEndpoint proxy = await HttpEndpoint.StartAsync();
        proxy.Routes["/v1/realtime/client_secrets"] = c =>
        {
            c.Response.StatusCode = StatusCodes.Status407ProxyAuthenticationRequired;
            c.Response.Headers.ProxyAuthenticate = "Basic realm=\"x\"";
            return Task.CompletedTask;
        };
        RealtimeConnectException e = await FailAsync("http://realtime.example/v1", $"http://127.0.0.1:{proxy.Base.Port}");
        Assert.Contains("A proxy answered 407", e.Message, StringComparison.Ordinal);
        Assert.Contains("user:password@", e.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ProxyAuthenticationRequired, e.HttpStatus);
    }

    [Theory]
    [InlineData("Connection refused (realtime.example:443)", null)]
    [InlineData("Connection refused (127.0.0.1:3128)", "127.0.0.1:3128")]
    [InlineData("Connection refused (::1:8080)", "[::1]:8080")]
    [InlineData("Connection refused (realtime.example:3128)", "realtime.example:3128")]
    [InlineData("Connection refused (REALTIME.example:443)", null)]
    [InlineData("Connection refused", null)]
    [InlineData("Something (else)", null)]
    [InlineData("Something (else: entirely)", null)]
    [InlineData(")(:)", null)]
    [InlineData("()", null)]
    [InlineData("(:1)", null)]
    [InlineData("Name or service not known (user:password@proxy:3128)", null)]
    public void Who_was_asked_is_read_from_what_dotnet_says(string message, string? proxy)
        => Assert.Equal(proxy, HttpProxy.AskedInstead(new HttpRequestException(message), new Uri(Service)));

    private static async Task<RealtimeConnectException> FailAsync(string service, string proxy)
    {
        var options = new OpenAIRealtimeWebRtcOptions { Endpoint = new Uri(service), ApiKey = "sk-test", Proxy = new Uri(proxy) };
        using var client = new RealtimeWebRtcClient(options);
        RealtimeConnectException e = await Assert.ThrowsAsync<RealtimeConnectException>(() => client.ConnectAsync());
        Assert.Equal(RealtimeFailure.EndpointUnreachable, e.Failure);
        Assert.DoesNotContain("sEcret", e.ToString(), StringComparison.Ordinal);
        return e;
    }
}
