using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenAI.Realtime.WebRtc.Live.Tests.Session;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Live.Tests;

public sealed class OptionsTests
{
    public static TheoryData<string, string> Wrong => new()
    {
        { "{}", "No key" },
        { """{"ApiKey":"sk-1","BrokerUrl":"https://example.com/live"}""", "only one can be used" },
        { """{"ApiKey":"sk-1","Model":" "}""", "Model must not be empty; the default is gpt-live-1" },
        { """{"ApiKey":"sk-1","StartTimeout":"00:00:00"}""", "StartTimeout must" },
        { """{"ApiKey":"sk-1","CloseTimeout":"1.00:00:00"}""", "CloseTimeout must" },
        { """{"ApiKey":"sk-1","CommandTimeout":"-00:00:01"}""", "CommandTimeout must" },
        { """{"ApiKey":"sk-1","ExpiryNotice":"-00:00:01"}""", "ExpiryNotice must" },
        { """{"ApiKey":"sk-1","UdpPorts":"many"}""", "UdpPorts must" },
        { """{"ApiKey":"\"sk-1\""}""", "quotation marks" },
        { """{"ApiKey":"Bearer sk-1"}""", "begins with the word Bearer" },
        { """{"ApiKey":"sk-1","MaxEventSize":1}""", "MaxEventSize must" },
        { """{"ApiKey":"sk-1","NegotiatedChannelId":70000}""", "NegotiatedChannelId must" },
        { """{"BrokerUrl":"ftp://example.com"}""", "BrokerUrl must" },
        { """{"BrokerUrl":"/live"}""", "BrokerUrl must" },
        { """{"ApiKey":"sk-1","Endpoint":"ftp://example.com"}""", "Endpoint must" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task What_is_wrong_is_said_when_the_host_starts(string json, string expected)
    {
        using IHost host = Host(json);
        OptionsValidationException e = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Contains(e.Failures, failure => failure.Contains(expected, StringComparison.Ordinal));
        Assert.DoesNotContain(e.Failures, failure => failure.Contains("EphemeralKey", StringComparison.Ordinal) || failure.Contains("KeyUrl", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_client_is_registered_with_its_configuration()
    {
        using IHost host = Host("""{"ApiKey":"sk-1","Model":"gpt-live-1.1","CloseTimeout":"00:00:03","LocalAddresses":["127.0.0.1"]}""");
        await host.StartAsync();
        Assert.Same(host.Services.GetRequiredService<LiveWebRtcClient>(), host.Services.GetRequiredService<LiveWebRtcClient>());
        OpenAILiveWebRtcOptions options = host.Services.GetRequiredService<IOptions<OpenAILiveWebRtcOptions>>().Value;
        Assert.Equal(("gpt-live-1.1", TimeSpan.FromSeconds(3), "127.0.0.1"), (options.Model, options.CloseTimeout, options.ToShared().LocalAddresses.Single()));
        Assert.DoesNotContain("sk-1", options.ToString(), StringComparison.Ordinal);
    }

    public static TheoryData<string, LiveConnectOptions> Missing => new()
    {
        { "Session", new() { Session = null! } },
        { "Audio", new() { Audio = null! } },
        { "Speech", new() { Speech = null! } },
        { "Encoder", new() { Audio = { Encoder = null! } } },
        { "ToolOptions", new() { Delegation = new LiveToolHandler { ToolOptions = null! } } },
    };

    [Theory]
    [MemberData(nameof(Missing))]
    public async Task An_option_that_is_null_is_named(string name, LiveConnectOptions options)
    {
        using var client = new LiveWebRtcClient("sk-1");
        Assert.Equal(name, (await Assert.ThrowsAsync<ArgumentNullException>(() => client.ConnectAsync(options).Within())).ParamName);
    }

    [Fact]
    public void A_registered_function_that_gives_nothing_is_named_and_nothing_else_is_taken_in_its_place()
    {
        foreach ((string name, Action<IOpenAILiveWebRtcBuilder> use) in new (string, Action<IOpenAILiveWebRtcBuilder>)[]
        {
            ("UsePeerConnectionFactory", b => b.UsePeerConnectionFactory(_ => null!)), ("UseOpusCodecFactory", b => b.UseOpusCodecFactory(_ => null!)),
        })
        {
            var services = new ServiceCollection();
            use(services.AddOpenAILiveWebRtc(o => o.ApiKey = "sk-1"));
            using ServiceProvider provider = services.BuildServiceProvider();
            Assert.Contains(name, Assert.Throws<InvalidOperationException>(() => provider.GetRequiredService<LiveWebRtcClient>()).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Clients_with_names_are_apart()
    {
        var services = new ServiceCollection();
        services.AddOpenAILiveWebRtc("one", options => options.ApiKey = "sk-1");
        IOpenAILiveWebRtcBuilder two = services.AddOpenAILiveWebRtc("two", options => options.ApiKey = "sk-2");
        Assert.Equal("two", two.Name);
        using ServiceProvider provider = services.BuildServiceProvider();
        Assert.NotSame(provider.GetRequiredKeyedService<LiveWebRtcClient>("one"), provider.GetRequiredKeyedService<LiveWebRtcClient>("two"));
        Assert.Null(provider.GetService<LiveWebRtcClient>());
    }

    [Fact]
    public void Every_option_that_both_APIs_have_reaches_what_they_share()
    {
        // Each is set to another value than its default; what is not carried over is seen by its name.
        var live = new OpenAILiveWebRtcOptions { ApiKey = "sk-1" };
        foreach (System.Reflection.PropertyInfo property in typeof(OpenAILiveWebRtcOptions).GetProperties())
        {
            if (typeof(OpenAIRealtimeWebRtcOptions).GetProperty(property.Name) is null || property.Name is "SafetyIdentifier")
                continue;
            if (property.SetMethod is { } set)
                property.SetValue(live, Other(property.PropertyType, property.GetValue(live)));
            else if (property.GetValue(live) is IList<string> list)
                list.Add("other");
            else
                ((IDictionary<string, string>)property.GetValue(live)!)["other"] = "value";
        }
        OpenAIRealtimeWebRtcOptions shared = live.ToShared();
        foreach (System.Reflection.PropertyInfo property in typeof(OpenAILiveWebRtcOptions).GetProperties())
        {
            if (typeof(OpenAIRealtimeWebRtcOptions).GetProperty(property.Name) is { } other && property.Name is not "SafetyIdentifier")
                Assert.Equal(property.GetValue(live), other.GetValue(shared));
        }
    }

    private static object? Other(Type type, object? value) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        var t when t == typeof(string) => "other",
        var t when t == typeof(Uri) => new Uri("http://other.example/"),
        var t when t == typeof(bool) => !(value as bool? ?? false),
        var t when t == typeof(int) => (value as int? ?? 0) + 1,
        var t when t == typeof(TimeSpan) => (TimeSpan)value! + TimeSpan.FromSeconds(1),
        var t when t.IsEnum => Enum.ToObject(t, Convert.ToInt32(value, null) + 1),
        var t when t == typeof(Func<CancellationToken, ValueTask<string>>) => (Func<CancellationToken, ValueTask<string>>)(_ => new("sk-2")),
        var t => throw new NotSupportedException(t.Name),
    };

    private static IHost Host(string json)
    {
        HostApplicationBuilder builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes($$"""{"Live":{{json}}}""")));
        builder.Services.AddOpenAILiveWebRtc(builder.Configuration.GetSection("Live"));
        return builder.Build();
    }
}

public sealed class RegisteredPartsTests : LiveHarness
{
    [Fact]
    public async Task The_parts_that_are_registered_are_used()
    {
        Starts();
        int keys = 0;
        var services = new ServiceCollection();
        services.AddOpenAILiveWebRtc(options =>
        {
            options.Endpoint = Endpoint.Base;
        }).UseApiKeyProvider((_, _) => new($"sk-{Interlocked.Increment(ref keys)}")).UsePeerConnectionFactory(_ => Peer).UseOpusCodecFactory(_ => OpusCodecs.For(OpusCodecChoice.Concentus));
        await using ServiceProvider provider = services.BuildServiceProvider();
        await using LiveWebRtcSession session = await provider.GetRequiredService<LiveWebRtcClient>().ConnectAsync().Within();
        Assert.Equal("Bearer sk-1", Assert.Single(Endpoint.To(Path)).Header("Authorization"));
        Assert.Contains("Concentus", session.GetStatistics().Codec, StringComparison.OrdinalIgnoreCase);
    }
}
