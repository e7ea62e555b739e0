using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Moq;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Keys;

/// <summary>Keys that a server hands to others.</summary>
public sealed class EphemeralKeyMintTests : IAsyncLifetime, IDisposable
{
    private static readonly SessionConfig Session = new RealtimeSessionConfig { Voice = "marin" };

    private readonly HttpClient _http = new(RealtimeWebRtcClient.CreateHandler());
    private HttpEndpoint _endpoint = null!;

    public async Task InitializeAsync() => _endpoint = await HttpEndpoint.StartAsync();

    public async Task DisposeAsync() => await _endpoint.DisposeAsync();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Each_request_mints_a_key_though_the_client_would_keep_it()
    {
        _endpoint.MintsKeys();
        var mint = new EphemeralKeyMint(Options(), _http);
        MintedKey first = await mint.MintAsync(Session, "alice-hash");
        MintedKey second = await mint.MintAsync(Session, "alice-hash");
        Assert.Equal(("ek_test_1", "ek_test_2"), (first.Key.Value, second.Key.Value));
        Assert.Equal((new Uri(_endpoint.Base + "/realtime/calls"), "gpt-realtime-2.1"), (first.CallsAddress, first.Model));
        HttpRequestSeen seen = _endpoint.Requests.First();
        Assert.Equal(("Bearer sk-key", "alice-hash"), (seen.Header("Authorization"), seen.Header("OpenAI-Safety-Identifier")));
        Assert.Equal("""{"session":{"type":"realtime","model":"gpt-realtime-2.1","audio":{"output":{"voice":"marin"}}}}""", seen.Text);
        Assert.DoesNotContain("ek_", first.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_address_is_that_of_the_sessions_kind_and_of_the_dialect()
    {
        _endpoint.Routes["/v1/realtime/translations/client_secrets"] = _endpoint.Routes["/v1/realtime/sessions"] =
            c => c.Response.WriteAsync("""{"value":"ek_1"}""");
        OpenAIRealtimeWebRtcOptions options = Options();
        options.ExtraQuery["api-version"] = "1";
        options.NegotiatedChannelId = 3;        // the client's own affair
        var mint = new EphemeralKeyMint(options, _http);
        Assert.Equal(_endpoint.Base + "/realtime/translations/calls?api-version=1", (await mint.MintAsync(new TranslationSessionConfig { OutputLanguage = "es" })).CallsAddress.AbsoluteUri);
        options.TranslationCallsPath = "realtime/elsewhere";
        Assert.Equal(_endpoint.Base + "/realtime/elsewhere?api-version=1", (await mint.MintAsync(new TranslationSessionConfig { OutputLanguage = "es" })).CallsAddress.AbsoluteUri);
        options.Dialect = RealtimeDialect.Beta;
        Assert.Equal(_endpoint.Base + "/realtime?api-version=1&model=m", (await mint.MintAsync(new RealtimeSessionConfig { Model = "m" })).CallsAddress.AbsoluteUri);
    }

    [Fact]
    public async Task A_provider_of_ones_own_is_asked_behind_its_cache_and_told_what_is_of_no_use()
    {
        var seen = new List<EphemeralKeyRequest>();
        var own = new Mock<IEphemeralKeyProvider>();
        own.Setup(p => p.GetKeyAsync(Capture.In(seen), It.IsAny<CancellationToken>())).Returns(() => new(new EphemeralKey("ek_own", DateTimeOffset.MaxValue)));
        var mint = new EphemeralKeyMint(Options(), _http, new CachingEphemeralKeyProvider(new CachingEphemeralKeyProvider(own.Object)));
        EphemeralKey first = (await mint.MintAsync(Session)).Key;
        EphemeralKey second = (await mint.MintAsync(Session, refused: first)).Key;
        Assert.Equal("ek_own", second.Value);
        Assert.Equal([null, first], seen.Select(request => request.Refused));
        Assert.Empty(_endpoint.Requests);
    }

    [Fact]
    public async Task A_provider_of_ones_own_has_KeyTimeout_and_its_failure_a_phase()
    {
        var own = new Mock<IEphemeralKeyProvider>();
        own.SetupSequence(p => p.GetKeyAsync(It.IsAny<EphemeralKeyRequest>(), It.IsAny<CancellationToken>()))
            .Returns(new ValueTask<EphemeralKey>(new TaskCompletionSource<EphemeralKey>().Task))
            .Throws(new InvalidOperationException("No plan of this user has voice; sk-abc123."));
        OpenAIRealtimeWebRtcOptions options = Options();
        options.KeyTimeout = TimeSpan.FromMilliseconds(100);
        var mint = new EphemeralKeyMint(options, _http, own.Object);
        var late = await Assert.ThrowsAsync<RealtimeConnectException>(() => mint.MintAsync(Session).Within());
        Assert.Equal((ConnectPhase.Key, RealtimeFailure.EndpointUnreachable), (late.Phase, late.Failure));
        var failed = await Assert.ThrowsAsync<RealtimeConnectException>(() => mint.MintAsync(Session));
        Assert.Equal((ConnectPhase.Key, RealtimeFailure.KeyUnusable), (failed.Phase, failed.Failure));
        Assert.Contains("No plan of this user has voice", failed.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-abc123", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task KeyUrl_is_asked_without_the_API_key()
    {
        _endpoint.Routes["/session"] = c => c.Response.WriteAsync("""{"value":"ek_theirs"}""");
        OpenAIRealtimeWebRtcOptions options = Options();
        options.KeyUrl = new Uri(_endpoint.Base, "/session");
        Assert.Equal("ek_theirs", (await new EphemeralKeyMint(options, _http).MintAsync(Session)).Key.Value);
        Assert.Null(Assert.Single(_endpoint.Requests).Header("Authorization"));
    }

    [Fact]
    public void A_key_given_once_is_no_mint()
    {
        var options = new OpenAIRealtimeWebRtcOptions { Endpoint = _endpoint.Base, EphemeralKey = "ek_given" };
        Assert.Contains("ApiKeyProvider", Assert.Throws<ArgumentException>(() => new EphemeralKeyMint(options, _http)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new EphemeralKeyMint(Options(), _http, new StaticEphemeralKeyProvider("ek_given")));
    }

    [Fact]
    public async Task The_API_key_is_in_no_address_that_others_are_told()
    {
        OpenAIRealtimeWebRtcOptions options = Options();
        options.ExtraQuery["key"] = "sk-key";
        Assert.Contains("ExtraQuery", Assert.Throws<ArgumentException>(() => new EphemeralKeyMint(options, _http)).Message, StringComparison.Ordinal);

        // From a callback it is known only when it is used.
        (options.ApiKey, options.ApiKeyProvider) = (null, _ => new("sk-key"));
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => new EphemeralKeyMint(options, _http).MintAsync(Session));
        Assert.Equal((ConnectPhase.Key, RealtimeFailure.KeyUnusable), (e.Phase, e.Failure));
        Assert.DoesNotContain("sk-key", e.Message, StringComparison.Ordinal);
        Assert.Empty(_endpoint.Requests);
    }

    [Fact]
    public async Task What_cannot_be_sent_is_refused()
    {
        var mint = new EphemeralKeyMint(Options(), _http);
        await Assert.ThrowsAsync<ArgumentException>(() => mint.MintAsync(Session, "two\nlines"));
        await Assert.ThrowsAsync<ArgumentNullException>(() => mint.MintAsync(null!));
        Assert.Empty(_endpoint.Requests);
    }

    [Fact]
    public async Task It_is_registered_beside_the_client()
    {
        _endpoint.MintsKeys();
        _endpoint.Routes["/session"] = c => c.Response.WriteAsync("""{"value":"ek_theirs"}""");
        var services = new ServiceCollection();
        services.AddOpenAIRealtimeWebRtc(options => (options.Endpoint, options.ApiKey) = (_endpoint.Base, "sk-one"));
        services.AddOpenAIRealtimeWebRtc("two", options => options.KeyUrl = new Uri(_endpoint.Base, "/session"))
            .KeyServerHttpClient.ConfigureHttpClient(http => http.DefaultRequestHeaders.Add("X-Token", "mine"));
        services.AddOpenAIRealtimeWebRtc("three", _ => { }).UseKeyProvider(_ => new CachingEphemeralKeyProvider(Own()));
        await using ServiceProvider provider = services.BuildServiceProvider();
        Assert.Equal("ek_test_1", (await provider.GetRequiredService<EphemeralKeyMint>().MintAsync(Session)).Key.Value);
        Assert.Equal("ek_theirs", (await provider.GetRequiredKeyedService<EphemeralKeyMint>("two").MintAsync(Session)).Key.Value);
        Assert.Equal("ek_own", (await provider.GetRequiredKeyedService<EphemeralKeyMint>("three").MintAsync(Session)).Key.Value);
        Assert.Equal([("Bearer sk-one", null), (null, "mine")], _endpoint.Requests.Select(request => (request.Header("Authorization"), request.Header("X-Token"))));

        static IEphemeralKeyProvider Own()
        {
            var own = new Mock<IEphemeralKeyProvider>();
            own.Setup(p => p.GetKeyAsync(It.Is<EphemeralKeyRequest>(r => Encoding.UTF8.GetString(r.Session.ToArray()).Contains("marin")), It.IsAny<CancellationToken>()))
                .Returns(new ValueTask<EphemeralKey>(new EphemeralKey("ek_own")));
            return own.Object;
        }
    }

    private OpenAIRealtimeWebRtcOptions Options() => new() { Endpoint = _endpoint.Base, ApiKey = "sk-key" };
}
