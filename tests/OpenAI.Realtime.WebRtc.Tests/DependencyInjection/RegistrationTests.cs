using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.DependencyInjection;

public sealed class RegistrationTests
{
    [Fact]
    public void The_client_is_a_singleton()
    {
        using ServiceProvider provider = Services(s => s.AddOpenAIRealtimeWebRtc(o => o.ApiKey = "sk-1"));
        Assert.Same(provider.GetRequiredService<RealtimeWebRtcClient>(), provider.GetRequiredService<RealtimeWebRtcClient>());
    }

    [Fact]
    public void Options_come_from_configuration_without_reflection()
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Voice:Endpoint"] = "https://example.test/v1",
            ["Voice:ApiKey"] = "sk-1",
            ["Voice:ApiKeyHeader"] = "ApiKey",
            ["Voice:Dialect"] = "Beta",
            ["Voice:Model"] = "m",
            ["Voice:KeyLifetime"] = "00:02:00",
            ["Voice:IceTimeout"] = "00:00:03",
            ["Voice:ExtraQuery:api-version"] = "7",
            ["Voice:NegotiatedChannelId"] = "4",
            ["Voice:Codec"] = "concentus",
            ["Voice:UdpPorts"] = "40000-40100",
            ["Voice:AnnouncedAddresses:0"] = "203.0.113.7",
            ["Voice:AnnouncedAddresses:1"] = "2001:db8::7",
            ["Voice:AnnounceLocalAddresses"] = "true",
            ["Voice:LocalAddresses:0"] = "192.0.2.1",
            ["Voice:HasOwnKeyProvider"] = "true",
        }).Build();
        using ServiceProvider provider = Services(s => s.AddOpenAIRealtimeWebRtc(configuration.GetSection("Voice")));
        OpenAIRealtimeWebRtcOptions options = provider.GetRequiredService<IOptions<OpenAIRealtimeWebRtcOptions>>().Value;
        Assert.Equal("https://example.test/v1", options.Endpoint.ToString());
        Assert.Equal("sk-1", options.ApiKey);
        Assert.Equal(ApiKeyHeader.ApiKey, options.ApiKeyHeader);
        Assert.Equal(RealtimeDialect.Beta, options.Dialect);
        Assert.Equal("m", options.Model);
        Assert.Equal(TimeSpan.FromMinutes(2), options.KeyLifetime);
        Assert.Equal(TimeSpan.FromSeconds(3), options.IceTimeout);
        Assert.Equal("7", options.ExtraQuery["api-version"]);
        Assert.Equal(4, options.NegotiatedChannelId);
        Assert.Equal(OpusCodecChoice.Concentus, options.Codec);
        Assert.Equal("40000-40100", options.UdpPorts);
        Assert.Equal(["203.0.113.7", "2001:db8::7"], options.AnnouncedAddresses);
        Assert.True(options.AnnounceLocalAddresses);
        Assert.Equal(["192.0.2.1"], options.LocalAddresses);
        Assert.False(options.HasOwnKeyProvider);
    }

    [Fact]
    public void Wrong_options_are_told_all_at_once_and_say_what_to_set()
    {
        using ServiceProvider provider = Services(s => s.AddOpenAIRealtimeWebRtc(o =>
        {
            o.Endpoint = new Uri("ftp://x");
            o.Model = " ";
            o.KeyTimeout = TimeSpan.Zero;
            o.KeyLifetime = TimeSpan.FromDays(1);
            o.UseUnifiedInterface = true;
            o.EphemeralKey = "ek_secret\n";
        }));
        var e = Assert.Throws<OptionsValidationException>(provider.GetRequiredService<RealtimeWebRtcClient>);
        foreach (string name in new[] { "Endpoint", "Model", "KeyTimeout", "KeyLifetime", "UseUnifiedInterface needs ApiKey", "EphemeralKey" })
            Assert.Contains(name, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ek_secret", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_option_is_told_with_its_value_and_with_the_client_whose_it_is()
    {
        using ServiceProvider provider = Services(s => s.AddOpenAIRealtimeWebRtc("azure", o =>
        {
            o.ApiKey = "sk-key";
            o.AnswerTimeout = TimeSpan.Parse("15", CultureInfo.InvariantCulture);      // as configuration reads a bare number
            o.HangUpTimeout = TimeSpan.Zero;
            o.MaxEventSize = 7;
            o.NegotiatedChannelId = 70_000;
            o.KeyUrl = new Uri("ftp://user:secret@keys.example/path?secret");
        }));
        var e = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredKeyedService<RealtimeWebRtcClient>("azure"));
        Assert.All(e.Failures, failure => Assert.StartsWith("Client \"azure\": ", failure, StringComparison.Ordinal));
        foreach (string part in new[]
        {
            "AnswerTimeout must be longer than 0 and at most 10 minutes; it is 15.00:00:00; a bare number means days, so for 15 seconds write 00:00:15.",
            "HangUpTimeout must be longer than 0 and at most 10 minutes; it is 00:00:00.", "it is 7.", "it is 70000.", "its scheme is ftp.",
        })
        {
            Assert.Contains(part, e.Message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/realtime/translations/calls")]
    [InlineData("realtime/translations/calls/")]
    [InlineData("realtime//calls")]
    [InlineData("realtime/../../calls")]
    [InlineData("realtime/calls?model=x")]
    [InlineData("realtime/calls#x")]
    [InlineData("real time")]
    public void A_place_of_translations_that_would_lead_elsewhere_is_refused(string path)
    {
        using ServiceProvider provider = Services(s => s.AddOpenAIRealtimeWebRtc(o => (o.ApiKey, o.TranslationCallsPath) = ("sk-key", path)));
        var e = Assert.Throws<OptionsValidationException>(provider.GetRequiredService<RealtimeWebRtcClient>);
        Assert.Contains("TranslationCallsPath must be a path below Endpoint", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_ports_and_addresses_are_told_as_they_were_written()
    {
        using ServiceProvider provider = Services(s => s.AddOpenAIRealtimeWebRtc(o =>
        {
            o.ApiKey = "sk-key";
            o.UdpPorts = "40100-40000";
            o.LocalAddresses.Add("eth0");
            o.Interfaces.Add("eth0");
            o.AnnouncedAddresses.Add("voice.example");
            o.AnnouncedAddresses.Add("0.0.0.0");
        }));
        var e = Assert.Throws<OptionsValidationException>(provider.GetRequiredService<RealtimeWebRtcClient>);
        foreach (string part in new[]
        {
            "UdpPorts must be the first and the last port, such as 40000-40100, or one port, each from 1 to 65535; it is \"40100-40000\".",
            "LocalAddresses must hold IP addresses of this machine; \"eth0\" is none.", "LocalAddresses and Interfaces are both set",
            "AnnouncedAddresses must hold IP addresses that lead to this machine; \"voice.example\" is none.", "\"0.0.0.0\" is none.",
        })
        {
            Assert.Contains(part, e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Without_any_key_the_message_names_all_ways_to_give_one()
    {
        using ServiceProvider provider = Services(s => s.AddOpenAIRealtimeWebRtc(_ => { }));
        var e = Assert.Throws<OptionsValidationException>(provider.GetRequiredService<RealtimeWebRtcClient>);
        foreach (string name in new[] { "ApiKey", "KeyUrl", "EphemeralKey", "IEphemeralKeyProvider" })
            Assert.Contains(name, e.Message, StringComparison.Ordinal);
        Assert.Throws<OptionsValidationException>(() => new RealtimeWebRtcClient(new OpenAIRealtimeWebRtcOptions(), peerFactory: new ScriptedPeer()));
        Assert.Throws<OptionsValidationException>(() => new RealtimeWebRtcClient("two\nlines"));
    }

    [Fact]
    public void A_client_is_made_from_one_string_and_says_where_to_get_one()
    {
        using var client = new RealtimeWebRtcClient("sk-key");
        using var other = new RealtimeWebRtcClient(new() { ApiKey = "sk-key" });     // still options
        foreach (string? none in new[] { null, "", " " })
            Assert.Contains("OPENAI_API_KEY", Assert.Throws<ArgumentException>(() => new RealtimeWebRtcClient(none!)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"sk-secret\"")]
    [InlineData("'sk-secret'")]
    public void A_key_in_quotation_marks_is_refused_with_what_to_do(string key)
    {
        foreach (OpenAIRealtimeWebRtcOptions options in new OpenAIRealtimeWebRtcOptions[] { new() { ApiKey = key }, new() { EphemeralKey = key } })
        {
            var e = Assert.Throws<OptionsValidationException>(() => new RealtimeWebRtcClient(options, peerFactory: new ScriptedPeer()));
            Assert.Contains("stands in quotation marks: set the key alone", e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("sk-secret", e.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_host_does_not_start_with_wrong_options()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddOpenAIRealtimeWebRtc(_ => { });
        using IHost host = builder.Build();
        await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
    }

    [Fact]
    public async Task Several_names_are_several_clients_with_their_own_options_and_http()
    {
        await using HttpEndpoint east = await HttpEndpoint.StartAsync();
        await using HttpEndpoint west = await HttpEndpoint.StartAsync();
        foreach (HttpEndpoint endpoint in new[] { east, west })
        {
            endpoint.MintsKeys();
            endpoint.AnswersCalls();
        }
        var eastPeer = new ScriptedPeer();
        var westPeer = new ScriptedPeer();
        await using ServiceProvider provider = Services(s =>
        {
            s.AddOpenAIRealtimeWebRtc("east", o =>
            {
                o.ApiKey = "sk-east";
                o.Endpoint = east.Base;
            }).UsePeerConnectionFactory(_ => eastPeer).HttpClient.AddHttpMessageHandler(() => new Stamp("east"));
            s.AddOpenAIRealtimeWebRtc("west", o =>
            {
                o.ApiKey = "sk-west";
                o.Endpoint = west.Base;
            }).UsePeerConnectionFactory(_ => westPeer);
        });
        foreach (string name in new[] { "east", "west" })
        {
            RealtimeWebRtcClient client = provider.GetRequiredKeyedService<RealtimeWebRtcClient>(name);
            client.AudioFactory = new SilentAudio().Create;
            await using RealtimeWebRtcSession session = await client.ConnectAsync().Within();
        }
        Assert.All(east.Requests, r => Assert.Equal("east", r.Header("X-Stamp")));
        Assert.All(west.Requests, r => Assert.Null(r.Header("X-Stamp")));
        Assert.Equal("Bearer sk-east", east.To("/v1/realtime/client_secrets").Single().Header("Authorization"));
        Assert.Equal("Bearer sk-west", west.To("/v1/realtime/client_secrets").Single().Header("Authorization"));
        Assert.Null(provider.GetService<RealtimeWebRtcClient>());
    }

    [Fact]
    public async Task A_key_provider_of_ones_own_needs_no_other_key()
    {
        await using HttpEndpoint endpoint = await HttpEndpoint.StartAsync();
        endpoint.AnswersCalls();
        await using ServiceProvider provider = Services(s => s.AddOpenAIRealtimeWebRtc(o => o.Endpoint = endpoint.Base).UseKeyProvider<OwnKeys>());
        RealtimeWebRtcClient client = provider.GetRequiredService<RealtimeWebRtcClient>();
        client.AudioFactory = new SilentAudio().Create;
        await using RealtimeWebRtcSession session = await client.ConnectAsync().Within();
        Assert.Equal("Bearer ek_own", endpoint.Requests.Single().Header("Authorization"));
    }

    [Fact]
    public async Task What_the_http_client_of_ones_own_server_carries_never_reaches_the_service_nor_the_other_way()
    {
        await using HttpEndpoint service = await HttpEndpoint.StartAsync();
        await using HttpEndpoint own = await HttpEndpoint.StartAsync();
        service.AnswersCalls();
        own.Routes["/key"] = c => c.Response.WriteAsync("""{"value":"ek_1","expires_at":4102444800}""");
        await using ServiceProvider provider = Services(s =>
        {
            IOpenAIRealtimeWebRtcBuilder builder = s.AddOpenAIRealtimeWebRtc(o =>
            {
                o.Endpoint = service.Base;
                o.KeyUrl = new Uri(own.Base, "/key");
            });
            builder.HttpClient.AddHttpMessageHandler(() => new Stamp("service"));
            builder.KeyServerHttpClient.AddHttpMessageHandler(() => new Stamp("own"));
        });
        RealtimeWebRtcClient client = provider.GetRequiredService<RealtimeWebRtcClient>();
        client.AudioFactory = new SilentAudio().Create;
        await using (await client.ConnectAsync().Within())
        {
        }
        Assert.Equal(["own"], own.Requests.Select(r => r.Header("X-Stamp")));
        Assert.Equal(["service", "service"], service.Requests.Select(r => r.Header("X-Stamp"))); // the call and its hang-up
    }

    [Fact]
    public async Task A_client_shows_the_engine_of_its_sessions_for_peers_of_another_kind()
    {
        var own = new ScriptedPeer();
        await using ServiceProvider provider = Services(s =>
        {
            s.AddOpenAIRealtimeWebRtc(o => o.ApiKey = "sk-1").UsePeerConnectionFactory(_ => own);
            s.AddOpenAIRealtimeWebRtc("other", o => o.ApiKey = "sk-1");
        });
        Assert.Same(own, provider.GetRequiredService<RealtimeWebRtcClient>().PeerConnectionFactory);
        Assert.Same(provider.GetRequiredService<IPeerConnectionFactory>(), provider.GetRequiredKeyedService<RealtimeWebRtcClient>("other").PeerConnectionFactory);
        using var plain = new RealtimeWebRtcClient("sk-1");
        Assert.IsType<PeerConnectionFactory>(plain.PeerConnectionFactory);
    }

    [Fact]
    public async Task A_registered_codec_is_used_unless_the_session_names_one()
    {
        await using HttpEndpoint endpoint = await HttpEndpoint.StartAsync();
        endpoint.MintsKeys();
        endpoint.AnswersCalls();
        var registered = new CountedCodecs();
        var named = new CountedCodecs();
        await using ServiceProvider provider = Services(s => s.AddOpenAIRealtimeWebRtc(o =>
        {
            o.ApiKey = "sk-1";
            o.Endpoint = endpoint.Base;
        }).UsePeerConnectionFactory(_ => new ScriptedPeer()).UseOpusCodecFactory(_ => registered));
        RealtimeWebRtcClient client = provider.GetRequiredService<RealtimeWebRtcClient>();
        await using (await client.ConnectAsync().Within())
            Assert.Equal((1, 1), (registered.Encoders, registered.Decoders));
        await using (await client.ConnectAsync(new() { Audio = { CodecFactory = named } }).Within())
            Assert.Equal((1, 1), (named.Encoders, named.Decoders));
        Assert.Equal((1, 1), (registered.Encoders, registered.Decoders));
    }

    [Theory]
    [InlineData(OpusCodecChoice.Auto, OpusCodecChoice.Auto, nameof(CountedCodecs))]
    [InlineData(OpusCodecChoice.Concentus, OpusCodecChoice.Auto, "Concentus")]
    [InlineData(OpusCodecChoice.Concentus, OpusCodecChoice.LibOpus, "libopus")]
    [InlineData(OpusCodecChoice.Auto, OpusCodecChoice.Concentus, "Concentus")]
    public async Task The_session_names_the_codec_before_the_configuration_and_that_before_the_registration(OpusCodecChoice configured, OpusCodecChoice named, string runs)
    {
        await using HttpEndpoint endpoint = await HttpEndpoint.StartAsync();
        endpoint.MintsKeys();
        endpoint.AnswersCalls();
        await using ServiceProvider provider = Services(s => s.AddOpenAIRealtimeWebRtc(o =>
        {
            o.ApiKey = "sk-1";
            o.Endpoint = endpoint.Base;
            o.Codec = configured;
        }).UsePeerConnectionFactory(_ => new ScriptedPeer()).UseOpusCodecFactory(_ => new CountedCodecs()));
        RealtimeWebRtcClient client = provider.GetRequiredService<RealtimeWebRtcClient>();
        await using RealtimeWebRtcSession session = await client.ConnectAsync(new() { Audio = { Codec = named } }).Within();
        Assert.StartsWith(runs, session.GetStatistics().Codec, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task What_the_http_clients_log_at_trace_holds_no_key_in_its_text_or_its_values()
    {
        await using HttpEndpoint endpoint = await HttpEndpoint.StartAsync();
        endpoint.MintsKeys();
        endpoint.AnswersCalls();
        var log = new FakeLogCollector();
        await using ServiceProvider provider = Services(s =>
        {
            s.AddLogging(b => b.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(log)));
            s.AddOpenAIRealtimeWebRtc(o =>
            {
                o.Endpoint = endpoint.Base;
                o.ApiKey = "sk-not-in-any-log";
                o.ApiKeyHeader = ApiKeyHeader.ApiKey;
            });
        });
        RealtimeWebRtcClient client = provider.GetRequiredService<RealtimeWebRtcClient>();
        client.AudioFactory = new SilentAudio().Create;
        await using (await client.ConnectAsync(new() { SafetyIdentifier = "alice-hash" }).Within())
        {
        }
        Assert.Contains("POST", log.All, StringComparison.Ordinal);     // what is asked is still told
        foreach (string secret in new[] { "sk-not-in-any-log", "ek_test", "offerpassword", "answerpassword" })
            Assert.DoesNotContain(secret, log.All, StringComparison.Ordinal);
    }

    private static ServiceProvider Services(Action<IServiceCollection> add)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IPeerConnectionFactory>(new ScriptedPeer());
        add(services);
        return services.BuildServiceProvider(validateScopes: true);
    }

    private sealed class OwnKeys : IEphemeralKeyProvider
    {
        public ValueTask<EphemeralKey> GetKeyAsync(EphemeralKeyRequest request, CancellationToken cancellationToken = default) => new(new EphemeralKey("ek_own"));
    }

    private sealed class CountedCodecs : IOpusCodecFactory
    {
        public int Encoders { get; private set; }

        public int Decoders { get; private set; }

        public IOpusEncoder CreateEncoder(OpusEncoderOptions options)
        {
            Encoders++;
            return LibOpusCodecFactory.Default.CreateEncoder(options);
        }

        public IOpusDecoder CreateDecoder()
        {
            Decoders++;
            return LibOpusCodecFactory.Default.CreateDecoder();
        }
    }

    private sealed class Stamp(string value) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Add("X-Stamp", value);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
