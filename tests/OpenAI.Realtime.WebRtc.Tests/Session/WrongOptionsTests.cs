using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Session;

/// <summary>What a program gets wrong before a call: said in words, and before anything is sent.</summary>
public sealed class WrongOptionsTests
{
    public static TheoryData<string, RealtimeConnectOptions> Missing => new()
    {
        { "Session", new() { Session = null! } },
        { "Audio", new() { Audio = null! } },
        { "Encoder", new() { Audio = { Encoder = null! } } },
        { "JitterBuffer", new() { Audio = { JitterBuffer = null! } } },
    };

    [Theory]
    [MemberData(nameof(Missing))]
    public async Task An_option_that_is_null_is_named(string name, RealtimeConnectOptions options)
    {
        using var client = new RealtimeWebRtcClient(new OpenAIRealtimeWebRtcOptions { ApiKey = "sk-1" }, peerFactory: new ScriptedPeer());
        Assert.Equal(name, (await Assert.ThrowsAsync<ArgumentNullException>(() => client.ConnectAsync(options).Within())).ParamName);
        Assert.Equal(name, (await Assert.ThrowsAsync<ArgumentNullException>(() => client.WarmUpAsync(options).Within())).ParamName);
        if (options.Audio is { } audio && name != "Session")
            Assert.Equal(name, Assert.Throws<ArgumentNullException>(() => client.CreateSharedAudio(audio)).ParamName);
    }

    [Fact]
    public async Task Shared_audio_that_was_disposed_is_refused()
    {
        var peer = new ScriptedPeer();
        using var client = new RealtimeWebRtcClient(new OpenAIRealtimeWebRtcOptions { ApiKey = "sk-1" }, peerFactory: peer);
        SharedAudio audio = client.CreateSharedAudio(new AudioOptions { Codec = OpusCodecChoice.Concentus });
        await audio.DisposeAsync();
        var e = await Assert.ThrowsAsync<ObjectDisposedException>(() => client.ConnectAsync(new() { SharedAudio = audio }).Within());
        Assert.Equal(typeof(SharedAudio).FullName, e.ObjectName);
    }

    [Theory]
    [InlineData("Bearer sk-secret", "begins with the word Bearer")]
    [InlineData("bearer sk-secret", "begins with the word Bearer")]
    [InlineData("sk-secret\n", "a line break or a blank at its end")]
    public void A_key_with_something_around_it_is_refused_with_what_that_is(string key, string what)
    {
        Action[] givings =
        [
            () => _ = new RealtimeWebRtcClient(key), () => _ = new RealtimeWebRtcClient(new OpenAIRealtimeWebRtcOptions { EphemeralKey = key }),
            () => _ = new EphemeralKey(key), () => _ = new StaticEphemeralKeyProvider(key),
        ];
        foreach (Action give in givings)
        {
            Exception e = Assert.ThrowsAny<Exception>(give);
            Assert.True(e is OptionsValidationException or ArgumentException, e.ToString());
            Assert.Contains(what, e.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void An_ephemeral_key_of_nothing_is_called_empty(string key) =>
        Assert.Contains("empty", Assert.Throws<ArgumentException>(() => new EphemeralKey(key)).Message, StringComparison.Ordinal);

    [Fact]
    public void An_ephemeral_key_in_quotation_marks_is_refused() =>
        Assert.Contains("quotation marks", Assert.Throws<ArgumentException>(() => new StaticEphemeralKeyProvider("\"ek_1\"")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_key_server_has_a_time_limit_that_can_be()
    {
        using var http = new HttpClient();
        foreach (TimeSpan limit in new[] { TimeSpan.Zero, TimeSpan.FromSeconds(-3), TimeSpan.MaxValue })
            Assert.Equal("timeout", Assert.Throws<ArgumentOutOfRangeException>(() => new ServerEphemeralKeyProvider(new Uri("https://example.test/key"), http, limit)).ParamName);
    }

    [Fact]
    public async Task A_limit_of_the_HttpClients_own_is_blamed_on_it()
    {
        await using HttpEndpoint endpoint = await HttpEndpoint.StartAsync();
        endpoint.Routes["/v1/realtime/client_secrets"] = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        using var http = new HttpClient { Timeout = TimeSpan.FromMilliseconds(1) };
        using var client = new RealtimeWebRtcClient(new OpenAIRealtimeWebRtcOptions { Endpoint = endpoint.Base, ApiKey = "sk-1" }, http, peerFactory: new ScriptedPeer());
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => client.ConnectAsync().Within());
        Assert.Equal(RealtimeFailure.EndpointUnreachable, e.Failure);
        Assert.Contains("HttpClient.Timeout", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("KeyTimeout sets the limit", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_registered_function_that_gives_nothing_is_named_and_nothing_else_is_taken_in_its_place()
    {
        foreach ((string name, Action<IOpenAIRealtimeWebRtcBuilder> use) in new (string, Action<IOpenAIRealtimeWebRtcBuilder>)[]
        {
            ("UseKeyProvider", b => b.UseKeyProvider(_ => null!)),
            ("UsePeerConnectionFactory", b => b.UsePeerConnectionFactory(_ => null!)),
            ("UseOpusCodecFactory", b => b.UseOpusCodecFactory(_ => null!)),
        })
        {
            var services = new ServiceCollection();
            use(services.AddOpenAIRealtimeWebRtc(o => o.ApiKey = "sk-1"));
            using ServiceProvider provider = services.BuildServiceProvider();
            Assert.Contains(name, Assert.Throws<InvalidOperationException>(() => provider.GetRequiredService<RealtimeWebRtcClient>()).Message, StringComparison.Ordinal);
        }
    }
}
