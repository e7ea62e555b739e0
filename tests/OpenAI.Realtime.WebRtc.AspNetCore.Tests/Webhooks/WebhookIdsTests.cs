using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.AspNetCore.Routes;
using OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;
using OpenAI.Realtime.WebRtc.AspNetCore.Webhooks;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Webhooks;

public sealed class WebhookIdsTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task An_id_is_new_once_then_in_progress_then_done_and_forgotten_after_its_time()
    {
        WebhookIds ids = Ids();
        Assert.Equal(WebhookClaim.New, await ids.ClaimAsync("a"));
        Assert.Equal(WebhookClaim.InProgress, await ids.ClaimAsync("a"));
        await ids.DoneAsync("a");
        Assert.Equal(WebhookClaim.Done, await ids.ClaimAsync("a"));
        Assert.Equal(WebhookClaim.New, await ids.ClaimAsync("b"));
        _time.Advance(Lifetime - TimeSpan.FromMilliseconds(1));
        Assert.Equal(WebhookClaim.Done, await ids.ClaimAsync("a"));
        _time.Advance(TimeSpan.FromMilliseconds(2));
        Assert.Equal(WebhookClaim.New, await ids.ClaimAsync("a"));
    }

    [Fact]
    public async Task One_that_could_not_be_handled_is_new_again_for_its_whole_time()
    {
        WebhookIds ids = Ids();
        await ids.ClaimAsync("a");
        await ids.ForgetAsync("a");
        _time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(WebhookClaim.New, await ids.ClaimAsync("a"));
        await ids.DoneAsync("a");
        _time.Advance(TimeSpan.FromMinutes(6));     // the first claim's time is over, the second's is not
        Assert.Equal(WebhookClaim.Done, await ids.ClaimAsync("a"));
    }

    [Fact]
    public async Task When_no_more_can_be_remembered_none_is_forgotten()
    {
        WebhookIds ids = Ids();
        for (int i = 0; i < WebhookIds.MaxIds; i++)
            Assert.Equal(WebhookClaim.New, await ids.ClaimAsync($"id {i}"));
        Assert.Equal(WebhookClaim.Full, await ids.ClaimAsync("one more"));
        Assert.Equal(WebhookClaim.InProgress, await ids.ClaimAsync("id 0"));
        _time.Advance(Lifetime);
        Assert.Equal(WebhookClaim.New, await ids.ClaimAsync("one more"));
    }

    [Fact]
    public async Task Another_host_knows_what_this_one_handles_and_has_handled()
    {
        var cache = new TestCache();
        WebhookIds one = Ids(cache), two = Ids(cache);
        Assert.Equal(WebhookClaim.New, await one.ClaimAsync("a"));
        Assert.Equal(WebhookClaim.InProgress, await two.ClaimAsync("a"));
        await one.ForgetAsync("a");
        Assert.Equal(WebhookClaim.New, await two.ClaimAsync("a"));
        await two.DoneAsync("a");
        Assert.Equal(WebhookClaim.Done, await one.ClaimAsync("a"));
        cache.Entries.Clear();
        Assert.Equal(WebhookClaim.Done, await one.ClaimAsync("a"));     // by now it knows itself
    }

    private WebhookIds Ids(TestCache? cache = null) => new(Lifetime, _time,
        cache is null ? null : new SharedWebhookIds(cache, "route", Lifetime, new CacheLimit(TimeSpan.FromSeconds(2), TimeProvider.System)), NullLogger.Instance);
}
