using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Moq;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Tests.Session;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Keys;

/// <summary>An API key that a callback gives, and that may change while the client lives.</summary>
public sealed class ApiKeyProviderTests : Harness
{
    // Like no key that is known by its look, so that only what never repeats a key passes.
    private const string Secret = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

    [Theory]
    [InlineData(false, "/v1/realtime/client_secrets")]
    [InlineData(true, "/v1/realtime/calls")]
    public async Task The_next_connect_carries_the_key_that_has_come_in_between(bool unified, string path)
    {
        string key = "key-of-monday";
        Provide(_ => new(key));
        Options.UseUnifiedInterface = unified;
        RealtimeWebRtcClient client = Client();
        await (await client.ConnectAsync().Within()).DisposeAsync();
        key = "key-of-tuesday";
        await (await client.ConnectAsync().Within()).DisposeAsync();

        Assert.Equal(["Bearer key-of-monday", "Bearer key-of-tuesday"], Endpoint.To(path).Select(request => request.Header("Authorization")));
        Assert.Equal(["Bearer key-of-monday", "Bearer key-of-tuesday"], Endpoint.To("/v1/realtime/calls/rtc_1/hangup").Select(request => request.Header("Authorization")));
    }

    [Fact]
    public async Task It_is_asked_each_time_a_key_is_needed_and_nothing_minted_with_it_is_kept()
    {
        var provider = new Mock<Func<CancellationToken, ValueTask<string>>>();
        provider.Setup(p => p(It.IsAny<CancellationToken>())).Returns(() => new(Secret));
        Provide(provider.Object);
        Assert.True(Options.CacheKeys);
        RealtimeWebRtcClient client = Client();
        for (int i = 0; i < 3; i++)
            await (await client.ConnectAsync().Within()).DisposeAsync();
        Assert.Equal(3, Endpoint.To("/v1/realtime/client_secrets").Count());
        provider.Verify(p => p(It.IsAny<CancellationToken>()), Times.Exactly(6));       // each call is opened and hung up
    }

    [Fact]
    public async Task The_key_travels_in_the_header_that_azure_wants()
    {
        Provide(_ => new(Secret));
        Options.ApiKeyHeader = ApiKeyHeader.ApiKey;
        await using RealtimeWebRtcSession session = await ConnectAsync();
        Assert.Equal(Secret, Endpoint.To("/v1/realtime/client_secrets").Single().Header("api-key"));
    }

    [Theory]
    [InlineData("waits for its token")]
    [InlineData("never comes back")]
    [InlineData("blocks its thread")]
    public async Task One_that_hangs_is_left_alone_when_KeyTimeout_has_passed(string how)
    {
        var end = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        Provide(how switch
        {
            "waits for its token" => NeverAsync,
            "never comes back" => _ => new(end.Task),
            _ => _ => new(end.Task.GetAwaiter().GetResult()),
        });
        Options.KeyTimeout = TimeSpan.FromMilliseconds(100);
        RealtimeConnectException e = await FailsAsync();
        end.SetResult(Secret);
        Assert.Contains("ApiKeyProvider gave no key within 0.1 s", e.Message, StringComparison.Ordinal);
        Assert.Contains("KeyTimeout", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_it_throws_is_the_cause_and_in_no_message_or_log(bool unified)
    {
        var cause = new FormatException($"The vault's reply was {Secret}.");
        Provide(_ => throw cause);
        Options.UseUnifiedInterface = unified;
        RealtimeConnectException e = await FailsAsync();
        Assert.Same(cause, e.InnerException);
        Assert.StartsWith("ApiKeyProvider threw FormatException", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "an empty key")]
    [InlineData("", "an empty key")]
    [InlineData(" \n", "an empty key")]
    [InlineData("\"" + Secret + "\"", "in quotation marks")]
    [InlineData("'" + Secret + "'", "in quotation marks")]
    [InlineData(Secret + "\n", "a line break or a blank at its end")]
    [InlineData(Secret + "\r\nX: y", "cannot stand in an HTTP header")]
    [InlineData("é" + Secret, "cannot stand in an HTTP header")]
    public async Task What_is_no_key_is_refused_before_anybody_is_asked_with_it(string? key, string what)
    {
        Provide(_ => new(key!));
        RealtimeConnectException e = await FailsAsync();
        Assert.Contains(what, e.Message, StringComparison.Ordinal);
        Assert.Empty(Endpoint.Requests);
    }

    [Fact]
    public async Task The_callers_cancellation_passes_through()
    {
        var asked = new TaskCompletionSource<CancellationToken>();
        Provide(token =>
        {
            asked.SetResult(token);
            return NeverAsync(token);
        });
        using var cancel = new CancellationTokenSource();
        Task connecting = Client().ConnectAsync(cancellationToken: cancel.Token);
        CancellationToken given = await asked.Task.Within();
        await cancel.CancelAsync();
        var e = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connecting.Within());
        Assert.Equal(cancel.Token, e.CancellationToken);
        Assert.True(given.IsCancellationRequested);
    }

    [Fact]
    public async Task A_cancellation_of_its_own_is_its_failure_and_not_the_callers()
    {
        Provide(_ => throw new OperationCanceledException());
        RealtimeConnectException e = await FailsAsync();
        Assert.Contains("threw OperationCanceledException", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_key_is_said_to_come_from_it()
    {
        Provide(_ => new(Secret));
        Endpoint.Routes["/v1/realtime/client_secrets"] = c => HttpEndpoint.FailAsync(c, 401, "{}");
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => ConnectAsync());
        Assert.Equal(RealtimeFailure.KeyRefused, e.Failure);
        Assert.Contains("let ApiKeyProvider give a valid key", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_hangs_up_with_its_ephemeral_key_when_there_is_no_other_any_more()
    {
        bool gone = false;
        Provide(_ => gone ? throw new InvalidOperationException("The vault is closed.") : new(Secret));
        RealtimeWebRtcSession session = await ConnectAsync();
        gone = true;
        await session.DisposeAsync().AsTask().Within();
        Assert.Equal("Bearer ek_test_1", Endpoint.To("/v1/realtime/calls/rtc_1/hangup").Single().Header("Authorization"));
    }

    [Fact]
    public async Task A_hang_up_that_gets_no_key_at_all_is_logged_and_throws_nothing()
    {
        bool gone = false;
        Provide(_ => gone ? throw new InvalidOperationException(Secret) : new(Secret));
        Options.UseUnifiedInterface = true;
        RealtimeWebRtcSession session = await ConnectAsync();
        gone = true;
        await session.DisposeAsync().AsTask().Within();
        Assert.Equal(0, HangUps);
        Assert.Contains("may still be open: HangUp of rtc_1 failed. ApiKeyProvider threw InvalidOperationException", Log.All, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, Log.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Controlling_a_call_without_a_usable_key_says_so()
    {
        using var http = new HttpClient();
        Provide(_ => throw new InvalidOperationException(Secret));
        var calls = new RealtimeCalls(Options, http);
        foreach ((RealtimeCallOperation operation, Func<Task> run) in new (RealtimeCallOperation, Func<Task>)[]
        {
            (RealtimeCallOperation.HangUp, () => calls.HangUpAsync("rtc_1")),
            (RealtimeCallOperation.Reject, () => calls.RejectAsync("rtc_1")),
            (RealtimeCallOperation.Refer, () => calls.ReferAsync("rtc_1", "sip:a@b")),
        })
        {
            var e = await Assert.ThrowsAsync<RealtimeCallException>(run);
            Assert.Equal((operation, "rtc_1", RealtimeFailure.KeyUnusable), (e.Operation, e.CallId, e.Failure));
            Assert.DoesNotContain(Secret, e.Message, StringComparison.Ordinal);
        }
        Assert.Empty(Endpoint.Requests);

        Options.ApiKeyProvider = _ => new(Secret);
        await calls.HangUpAsync("rtc_1");
        Assert.Equal("Bearer " + Secret, Assert.Single(Endpoint.Requests).Header("Authorization"));
    }

    [Fact]
    public async Task A_hang_up_waits_for_its_key_no_longer_than_for_its_answer()
    {
        using var http = new HttpClient();
        Provide(NeverAsync);
        (Options.KeyTimeout, Options.HangUpTimeout) = (TimeSpan.FromMinutes(5), TimeSpan.FromMilliseconds(100));
        var e = await Assert.ThrowsAsync<RealtimeCallException>(() => new RealtimeCalls(Options, http).HangUpAsync("rtc_1").Within());
        Assert.Contains("within 0.1 s", e.Message, StringComparison.Ordinal);
        Assert.Contains("HangUpTimeout", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_string_and_a_callback_together_are_refused()
    {
        Options.ApiKeyProvider = _ => new(Secret);
        var e = Assert.Throws<OptionsValidationException>(() => Client());
        Assert.Contains("ApiKey and ApiKeyProvider are both set", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_is_made_from_a_callback_alone()
    {
        using var client = new RealtimeWebRtcClient(_ => new ValueTask<string>(Secret));
        using var asynchronous = new RealtimeWebRtcClient(async token =>
        {
            await Task.Yield();
            return Secret;
        });
        Func<CancellationToken, ValueTask<string>> none = null!;
        Assert.Throws<ArgumentNullException>(() => new RealtimeWebRtcClient(none));
        Assert.Contains("ApiKeyProvider", new OpenAIRealtimeWebRtcOptions { ApiKeyProvider = _ => new(Secret) }.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registered_client_and_its_calls_ask_with_the_services_of_the_host()
    {
        var vault = new Queue<string>(["key-1", "key-2"]);
        var services = new ServiceCollection();
        services.AddSingleton(vault);
        services.AddOpenAIRealtimeWebRtc("one", o => o.Endpoint = Endpoint.Base)
            .UseApiKeyProvider((provider, _) => new(provider.GetRequiredService<Queue<string>>().Dequeue()))
            .UsePeerConnectionFactory(_ => Peer);
        await using ServiceProvider provider = services.BuildServiceProvider();
        RealtimeWebRtcClient client = provider.GetRequiredKeyedService<RealtimeWebRtcClient>("one");
        client.AudioFactory = Audio.Create;
        RealtimeWebRtcSession session = await client.ConnectAsync().Within();
        await provider.GetRequiredKeyedService<RealtimeCalls>("one").HangUpAsync("rtc_1");
        Assert.Equal("Bearer key-1", Endpoint.To("/v1/realtime/client_secrets").Single().Header("Authorization"));
        Assert.Equal("Bearer key-2", Endpoint.To("/v1/realtime/calls/rtc_1/hangup").Single().Header("Authorization"));
        await session.DisposeAsync();
    }

    private static async ValueTask<string> NeverAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        return Secret;
    }

    private void Provide(Func<CancellationToken, ValueTask<string>> provider) => (Options.ApiKey, Options.ApiKeyProvider) = (null, provider);

    private async Task<RealtimeConnectException> FailsAsync()
    {
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => ConnectAsync());
        Assert.Equal((ConnectPhase.Key, RealtimeFailure.KeyUnusable), (e.Phase, e.Failure));
        Assert.DoesNotContain(Secret, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, Log.All, StringComparison.Ordinal);
        return e;
    }
}
