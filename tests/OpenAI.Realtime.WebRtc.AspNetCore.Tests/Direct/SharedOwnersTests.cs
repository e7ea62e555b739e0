using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.AspNetCore.Routes;
using OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;
using OpenAI.Realtime.WebRtc.Tests.Support;
using StackExchange.Redis;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Direct;

/// <summary>Hosts behind a balancer tell each other who opened which call, by the distributed cache that they share.</summary>
public sealed class SharedOwnersTests
{
    [RedisFact]
    public async Task A_call_is_hung_up_by_its_user_and_nobody_else_at_whichever_host_is_asked()
    {
        StubService service = Service();
        await using RedisServer redis = await RedisServer.StartAsync();
        await using TestHost a = await StartAsync(service, redis.Register);
        await using TestHost b = await StartAsync(service, redis.Register);
        await OpenAsync(a);

        foreach (TestHost host in new[] { a, b })
        {
            using HttpResponseMessage bobs = await HangUpAsync(host, "bob");
            await bobs.ShouldBeAsync(404, "call_not_found", host);
            using HttpResponseMessage others = await host.PostAsync("/calls/rtc_other/hangup", user: "ann");
            await others.ShouldBeAsync(404, "call_not_found", host);
        }
        Assert.Single(service.Requests);
        using HttpResponseMessage anns = await HangUpAsync(b, "ann");
        Assert.Equal(HttpStatusCode.NoContent, anns.StatusCode);
        Assert.Single(service.Requests, r => r.Path == "/v1/realtime/calls/rtc_shared/hangup");
        using HttpResponseMessage again = await HangUpAsync(b, "ann");
        await again.ShouldBeAsync(404, "call_not_found", b);
    }

    [RedisFact]
    public async Task What_stands_in_the_cache_names_neither_call_nor_user_and_goes_by_itself()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using TestHost host = await StartAsync(Service(), redis.Register);
        await OpenAsync(host);

        await using ConnectionMultiplexer connection = await redis.ConnectAsync();
        IDatabase database = connection.GetDatabase();
        RedisKey key = Assert.Single(connection.GetServers().Single().Keys());
        Assert.StartsWith(SharedCallOwners.KeyPrefix, key.ToString(), StringComparison.Ordinal);
        TimeSpan left = Assert.NotNull(await database.KeyTimeToLiveAsync(key));
        Assert.InRange(left, TimeSpan.FromTicks(1), SharedCallOwners.Lifetime);
        string kept = key.ToString() + string.Concat((await database.HashGetAllAsync(key)).Select(field => Encoding.Latin1.GetString((byte[])field.Value!)));
        Assert.DoesNotContain("rtc_shared", kept, StringComparison.Ordinal);
        Assert.DoesNotContain("ann", kept, StringComparison.Ordinal);

        using HttpResponseMessage anns = await HangUpAsync(host, "ann");
        Assert.Equal(HttpStatusCode.NoContent, anns.StatusCode);
        Assert.False(await database.KeyExistsAsync(key));
    }

    [RedisFact]
    public async Task Without_its_Redis_a_host_still_hangs_up_what_it_opened_and_another_says_that_it_cannot_know()
    {
        StubService service = Service();
        await using RedisServer redis = await RedisServer.StartAsync();
        await using TestHost a = await StartAsync(service, redis.Register);
        await using TestHost b = await StartAsync(service, redis.Register, o => o.OwnerCacheTimeout = TimeSpan.FromMilliseconds(200));
        await OpenAsync(a);
        await redis.StopAsync();

        using HttpResponseMessage unknown = await HangUpAsync(b, "ann");
        await unknown.ShouldBeAsync(503, "call_owner_unknown", b);
        Assert.NotNull(unknown.Headers.RetryAfter);
        Assert.Contains(b.Log.GetSnapshot(), e => e.Id.Id == 5012);
        Assert.Single(service.Requests);
        using HttpResponseMessage bobs = await HangUpAsync(a, "bob");
        await bobs.ShouldBeAsync(404, "call_not_found", a);
        using HttpResponseMessage anns = await HangUpAsync(a, "ann");
        Assert.Equal(HttpStatusCode.NoContent, anns.StatusCode);
        Assert.DoesNotContain(redis.Password, a.Log.All + b.Log.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cache_that_never_answers_holds_a_page_no_longer_than_its_time()
    {
        StubService service = Service();
        var cache = new TestCache { Before = () => Task.Delay(Timeout.Infinite) };
        var clock = new FakeTimeProvider();
        void Register(IServiceCollection services) => services.AddSingleton<TimeProvider>(clock).AddSingleton<IDistributedCache>(cache);
        await using TestHost a = await StartAsync(service, Register, o => o.OwnerCacheTimeout = TimeSpan.FromSeconds(2));
        await using TestHost b = await StartAsync(service, Register, o => o.OwnerCacheTimeout = TimeSpan.FromSeconds(2));

        Task opening = OpenAsync(a);
        await cache.AskedAsync();
        clock.Advance(TimeSpan.FromSeconds(2));
        await opening;
        Assert.Contains(a.Log.GetSnapshot(), e => e.Id.Id == 5011);
        Task<HttpResponseMessage> asking = HangUpAsync(b, "ann");
        await cache.AskedAsync();
        clock.Advance(TimeSpan.FromSeconds(2));
        using HttpResponseMessage unknown = await asking;
        await unknown.ShouldBeAsync(503, "call_owner_unknown", b);
        Assert.Single(service.Requests);
    }

    [Fact]
    public async Task What_a_cache_throws_costs_the_hang_up_at_other_hosts_alone_and_is_logged_without_its_secrets()
    {
        StubService service = Service();
        var cache = new TestCache { Before = () => throw new InvalidOperationException("No cache for sk-proj-abcdef1234.") };
        await using TestHost a = await StartAsync(service, services => services.AddSingleton<IDistributedCache>(cache));
        await using TestHost b = await StartAsync(service, services => services.AddSingleton<IDistributedCache>(cache));
        await OpenAsync(a);
        using HttpResponseMessage unknown = await HangUpAsync(b, "ann");
        await unknown.ShouldBeAsync(503, "call_owner_unknown", b);
        using HttpResponseMessage anns = await HangUpAsync(a, "ann");
        Assert.Equal(HttpStatusCode.NoContent, anns.StatusCode);
        Assert.Equal([5011, 5013], a.Log.GetSnapshot().Select(e => e.Id.Id).Where(id => id is >= 5011 and <= 5013));
        Assert.DoesNotContain("abcdef1234", a.Log.All + b.Log.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cache_can_be_chosen_and_sharing_can_be_switched_off()
    {
        var registered = new TestCache();
        var chosen = new TestCache();
        foreach (bool share in new[] { true, false })
        {
            await using TestHost host = await StartAsync(Service(), services => services.AddSingleton<IDistributedCache>(registered), o =>
            {
                o.OwnerCache = chosen;
                o.ShareOwners = share;
            });
            await OpenAsync(host);
            Assert.Empty(registered.Entries);
            Assert.Equal(share ? 1 : 0, chosen.Entries.Count);
            using HttpResponseMessage anns = await HangUpAsync(host, "ann");
            Assert.Equal(HttpStatusCode.NoContent, anns.StatusCode);
            Assert.Empty(chosen.Entries);
        }
    }

    [Fact]
    public async Task A_call_whose_page_left_before_its_answer_is_not_left_in_the_cache()
    {
        var cache = new TestCache();
        var leaving = new LeavingPage(afterTheAnswer: false);
        await using TestHost host = await TestHost.StartAsync(
            app =>
            {
                leaving.Use(app);
                app.MapRealtimeCalls("/calls", o => o.OwnerCache = cache).AllowAnonymous();
            },
            Service().Register);
        Task<HttpResponseMessage> asking = host.PostAsync("/calls", Offers.Valid);
        await cache.AskedAsync();
        await leaving.Served;
        Assert.Empty(cache.Entries);
        await ((Task)asking).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    public async Task A_cache_may_not_have_for_ever(int seconds) =>
        await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(Service(), _ => { }, o => o.OwnerCacheTimeout = TimeSpan.FromSeconds(seconds)));

    private static StubService Service() => new() { Answer = Encoding.UTF8.GetBytes(Offers.Valid), Location = "/v1/realtime/calls/rtc_shared" };

    private static async Task OpenAsync(TestHost host)
    {
        using HttpResponseMessage opened = await host.PostAsync("/calls", Offers.Valid, user: "ann");
        Assert.Equal(HttpStatusCode.Created, opened.StatusCode);
    }

    private static Task<HttpResponseMessage> HangUpAsync(TestHost host, string user) => host.PostAsync("/calls/rtc_shared/hangup", user: user);

    /// <summary>A host whose cache may take its time, since the machine may be busy.</summary>
    private static Task<TestHost> StartAsync(StubService service, Action<IServiceCollection> register, Action<RealtimeCallsOptions>? configure = null) => TestHost.StartAsync(
        app =>
        {
            app.UseAuthentication();
            app.UseAuthorization();
            app.MapRealtimeCalls("/calls", o =>
            {
                o.OwnerCacheTimeout = TimeSpan.FromSeconds(30);
                configure?.Invoke(o);
            }).RequireAuthorization();
        },
        builder =>
        {
            register(builder.Services);
            service.Register(builder);
        });
}
