using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;
using OpenAI.Realtime.WebRtc.AspNetCore.Webhooks;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Testing;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Webhooks;

public sealed class WebhookTests
{
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private const string OldSecret = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    [Fact]
    public async Task A_call_that_comes_in_is_accepted_and_talked_with_by_a_sideband()
    {
        var conversations = new ConcurrentQueue<Task<string>>();
        await using TestHost host = await StartAsync(o => o.OnIncomingCall = async (call, stopping) =>
        {
            await call.AcceptAsync(new RealtimeSessionConfig { Instructions = "Answer the telephone of " + call.SipHeader("to") }, stopping);
            conversations.Enqueue(TalkAsync(call, stopping));
        });
        host.Service.Script.OnResponse = (_, _) => ValueTask.FromResult(RealtimeTestReply.Say("Good morning.", RealtimeTestAudio.Silence(TimeSpan.FromMilliseconds(100))));

        RealtimeTestIncomingCall incoming = await host.Service.RingAsync(Webhook(host), [("From", "<sip:alice@example.com>"), ("To", "<sip:shop@example.com>")]);

        Assert.Equal(HttpStatusCode.OK, incoming.WebhookStatus);
        Assert.Equal(RealtimeTestIncomingCallOutcome.Accepted, await incoming.Outcome);
        Assert.Equal("Answer the telephone of <sip:shop@example.com>", (string?)incoming.Call!.Session["instructions"]);
        Assert.Equal("Good morning.", await Assert.Single(conversations).WaitAsync(TimeSpan.FromSeconds(60)));
        await incoming.Call.Completion.WaitAsync(TimeSpan.FromSeconds(60));

        static async Task<string> TalkAsync(RealtimeIncomingCall call, CancellationToken stopping)
        {
            await using RealtimeSideband sideband = await call.AttachAsync(new() { HangUpOnClose = true }, stopping);
            await sideband.SendAsync(new ResponseCreate(), stopping);
            await foreach (ServerEvent e in sideband.ReadEventsAsync(stopping))
            {
                if (e is ResponseOutputAudioTranscriptDone said)
                    return said.Transcript;
            }
            return "";
        }
    }

    [Fact]
    public async Task A_call_can_be_turned_down_by_who_calls()
    {
        await using TestHost host = await StartAsync(o => o.OnIncomingCall = (call, stopping) => new ValueTask(
            call.SipHeader("FROM")!.Contains("pest", StringComparison.Ordinal) ? call.RejectAsync(486, stopping) : call.AcceptAsync(new RealtimeSessionConfig(), stopping)));
        RealtimeTestIncomingCall pest = await host.Service.RingAsync(Webhook(host), [("From", "<sip:pest@example.com>")]);
        RealtimeTestIncomingCall friend = await host.Service.RingAsync(Webhook(host), [("From", "<sip:friend@example.com>")]);
        Assert.Equal((RealtimeTestIncomingCallOutcome.Rejected, 486), (await pest.Outcome, pest.SipStatus));
        Assert.Equal(RealtimeTestIncomingCallOutcome.Accepted, await friend.Outcome);
    }

    [Theory]
    [InlineData(RealtimeTestWebhookFlaw.WrongSecret, "signature_refused")]
    [InlineData(RealtimeTestWebhookFlaw.ChangedBody, "signature_refused")]
    [InlineData(RealtimeTestWebhookFlaw.ChangedId, "signature_refused")]
    [InlineData(RealtimeTestWebhookFlaw.ChangedTime, "signature_refused")]
    [InlineData(RealtimeTestWebhookFlaw.NoSignature, "no_webhook")]
    [InlineData(RealtimeTestWebhookFlaw.TooOld, "out_of_time")]
    [InlineData(RealtimeTestWebhookFlaw.FromTheFuture, "out_of_time")]
    public async Task A_forged_one_reaches_no_handler_and_is_not_remembered(RealtimeTestWebhookFlaw flaw, string code)
    {
        var taken = new ConcurrentQueue<string>();
        await using TestHost host = await StartAsync(o => o.OnIncomingCall = (call, _) =>
        {
            taken.Enqueue(call.CallId);
            return default;
        });
        RealtimeTestWebhook webhook = Webhook(host) with { Flaw = flaw };
        RealtimeTestIncomingCall forged = await host.Service.RingAsync(webhook);
        Assert.Equal(HttpStatusCode.BadRequest, forged.WebhookStatus);
        Assert.Empty(taken);
        Assert.Contains($"({code})", host.Log.All, StringComparison.Ordinal);

        RealtimeTestIncomingCall good = await host.Service.RingAsync(webhook with { Flaw = RealtimeTestWebhookFlaw.None });
        Assert.Equal(HttpStatusCode.OK, good.WebhookStatus);
        Assert.Equal(good.Id, Assert.Single(taken));
        Assert.DoesNotContain(Secret, host.Log.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_that_is_not_the_services_is_warned_of_at_once_and_then_once_a_minute_with_the_number()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using TestHost host = await StartAsync(o => o.OnOther = (_, _) => default, builder => builder.Services.AddSingleton<TimeProvider>(time));
        RealtimeTestWebhook webhook = Webhook(host) with { Secret = OldSecret };
        for (int i = 0; i < 3; i++)
            await host.Service.SendWebhookAsync(webhook, Body("a.b"));
        FakeLogRecord first = Assert.Single(Warnings());
        Assert.Equal(LogLevel.Warning, first.Level);
        Assert.Contains("refused 1 webhooks", first.Message, StringComparison.Ordinal);
        Assert.Contains("none of the secrets that are set (1)", first.Message, StringComparison.Ordinal);

        time.Advance(TimeSpan.FromMinutes(1));
        await host.Service.SendWebhookAsync(webhook, Body("a.b"));
        Assert.Contains("refused 3 webhooks", Warnings()[1].Message, StringComparison.Ordinal);
        Assert.Equal(2, Warnings().Count);
        Assert.DoesNotContain(OldSecret, host.Log.All, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, host.Log.All, StringComparison.Ordinal);

        List<FakeLogRecord> Warnings() => [.. host.Log.GetSnapshot().Where(r => r.Id.Id == 5034)];
    }

    [Fact]
    public async Task A_secret_without_its_prefix_is_taken_and_warned_of()
    {
        await using TestHost host = await StartAsync(o =>
        {
            o.Secrets.Add("one-of-another-kind");
            o.OnOther = (_, _) => default;
        });
        FakeLogRecord warned = Assert.Single(host.Log.GetSnapshot(), r => r.Id.Id == 5035);
        Assert.Equal(LogLevel.Warning, warned.Level);
        Assert.Contains("secret 2 of 2", warned.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("one-of-another-kind", host.Log.All, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await host.Service.SendWebhookAsync(Webhook(host) with { Secret = "one-of-another-kind" }, Body("a.b")));
    }

    [Fact]
    public async Task A_further_call_with_the_same_webhook_is_no_replay_unless_its_id_was_set()
    {
        int taken = 0;
        await using TestHost host = await StartAsync(o => o.OnIncomingCall = (_, _) => Count(ref taken));
        RealtimeTestWebhook webhook = Webhook(host);
        await host.Service.RingAsync(webhook);
        await host.Service.RingAsync(webhook);
        Assert.Equal(2, taken);
        RealtimeTestWebhook named = webhook with { Id = "wh_1" };
        await host.Service.RingAsync(named);
        RealtimeTestIncomingCall replay = await host.Service.RingAsync(named with { SecondSecret = OldSecret });
        Assert.Equal((3, HttpStatusCode.OK), (taken, replay.WebhookStatus));
        replay.GiveUp();
        Assert.Equal(RealtimeTestIncomingCallOutcome.GivenUp, await replay.Outcome);
    }

    [Fact]
    public async Task A_call_that_comes_in_can_be_hung_up_by_the_host()
    {
        RealtimeIncomingCall? taken = null;
        await using TestHost host = await StartAsync(o => o.OnIncomingCall = (call, stopping) => new ValueTask((taken = call).AcceptAsync(new RealtimeSessionConfig(), stopping)));
        RealtimeTestIncomingCall incoming = await host.Service.RingAsync(Webhook(host));
        await incoming.Outcome.WaitAsync(TimeSpan.FromSeconds(60));
        await taken!.HangUpAsync();
        await incoming.Call!.Completion.WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task While_a_secret_is_exchanged_both_are_good()
    {
        int taken = 0;
        await using TestHost host = await StartAsync(o =>
        {
            o.Secrets.Add(OldSecret);
            o.OnOther = (_, _) => Count(ref taken);
        });
        Assert.Equal(HttpStatusCode.OK, await host.Service.SendWebhookAsync(Webhook(host), Body("a.b")));
        Assert.Equal(HttpStatusCode.OK, await host.Service.SendWebhookAsync(Webhook(host) with { Secret = OldSecret }, Body("a.b")));
        Assert.Equal(HttpStatusCode.OK, await host.Service.SendWebhookAsync(Webhook(host) with { SecondSecret = OldSecret }, Body("a.b")));
        Assert.Equal(HttpStatusCode.OK, await host.Service.SendWebhookAsync(new RealtimeTestWebhook(new Uri(host.Address, "/webhooks"), "whsec_BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB") { SecondSecret = OldSecret }, Body("a.b")));
        Assert.Equal(4, taken);
    }

    [Fact]
    public async Task A_replay_is_not_handled_again_and_is_answered_as_the_first_was()
    {
        int taken = 0;
        await using TestHost host = await StartAsync(o => o.OnOther = (_, _) => Count(ref taken));
        RealtimeTestWebhook webhook = Webhook(host);
        for (int i = 0; i < 3; i++)
            Assert.Equal(HttpStatusCode.OK, await host.Service.SendWebhookAsync(webhook, Body("a.b")));
        Assert.Equal(1, taken);
        Assert.Contains("came again", host.Log.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_that_is_being_handled_is_refused_until_that_has_ended()
    {
        int taken = 0;
        var begun = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        await using TestHost host = await StartAsync(o => o.OnOther = async (_, _) =>
        {
            Interlocked.Increment(ref taken);
            begun.TrySetResult();
            await goOn.Task;
        });
        RealtimeTestWebhook webhook = Webhook(host);
        Task<HttpStatusCode> first = host.Service.SendWebhookAsync(webhook, Body("a.b"));
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.Conflict, await host.Service.SendWebhookAsync(webhook, Body("a.b")));
        goOn.SetResult();
        Assert.Equal(HttpStatusCode.OK, await first);
        Assert.Equal(HttpStatusCode.OK, await host.Service.SendWebhookAsync(webhook, Body("a.b")));
        Assert.Equal(1, taken);
    }

    [Fact]
    public async Task One_whose_handler_fails_may_come_again()
    {
        int taken = 0;
        await using TestHost host = await StartAsync(o => o.OnOther = (_, _) => ++taken == 1 ? throw new InvalidOperationException("the handler's own") : default);
        RealtimeTestWebhook webhook = Webhook(host);
        Assert.Equal(HttpStatusCode.InternalServerError, await host.Service.SendWebhookAsync(webhook, Body("a.b")));
        Assert.Equal(HttpStatusCode.OK, await host.Service.SendWebhookAsync(webhook, Body("a.b")));
        Assert.Equal(2, taken);
        Assert.Contains("the handler's own", host.Log.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kinds_that_nobody_knows_go_to_their_own_handler()
    {
        RealtimeWebhook? seen = null;
        await using TestHost host = await StartAsync(o =>
        {
            o.OnIncomingCall = (_, _) => throw new InvalidOperationException("not this one");
            o.OnOther = (webhook, _) =>
            {
                seen = webhook;
                return default;
            };
        });
        RealtimeTestWebhook webhook = Webhook(host);
        Assert.Equal(HttpStatusCode.OK, await host.Service.SendWebhookAsync(webhook, Body("live.call.incoming")));
        Assert.Equal((webhook.Id, "live.call.incoming", Body("live.call.incoming")), (seen!.Id, seen.Type, Encoding.UTF8.GetString(seen.Utf8Json.Span)));
        Assert.True((DateTimeOffset.UtcNow - seen.SentAt).Duration() < TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task A_kind_without_a_handler_is_answered_and_logged()
    {
        await using TestHost host = await StartAsync(o => o.OnIncomingCall = (_, _) => default);
        Assert.Equal(HttpStatusCode.OK, await host.Service.SendWebhookAsync(Webhook(host), Body("batch.completed")));
        Assert.Contains("batch.completed", host.Log.All, StringComparison.Ordinal);
        Assert.Contains("no handler", host.Log.All, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no JSON")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"type":5}""")]
    [InlineData("""{"type":"\ud800"}""")]
    [InlineData("""{"type":"realtime.call.incoming"}""")]
    [InlineData("""{"type":"realtime.call.incoming","data":{"call_id":5}}""")]
    public async Task A_signed_one_that_cannot_be_read_is_refused(string body)
    {
        await using TestHost host = await StartAsync(o => o.OnIncomingCall = (_, _) => throw new InvalidOperationException("not this one"));
        HttpStatusCode status = await host.Service.SendWebhookAsync(Webhook(host), body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.DoesNotContain("host_failed", host.Log.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_is_no_webhook_is_refused_with_a_problem()
    {
        await using TestHost host = await StartAsync(o => o.OnOther = (_, _) => default);
        using HttpResponseMessage plain = await host.PostAsync("/webhooks", "{}", "application/json", origin: "");
        await plain.ShouldBeAsync(400, "no_webhook", host);
        using HttpResponseMessage large = await host.PostAsync("/webhooks", new string('x', 300_000), "application/json", origin: "");
        await large.ShouldBeAsync(413, "too_large", host);
        foreach ((string id, string time, string signature) in new[] { ("", "1", "v1,x"), ("a b", "1", "v1,x"), ("a", "-1", "v1,x"), ("a", "1e3", "v1,x"), ("a", "9223372036854775807", "v1,x"), ("a", "99999999999999999999", "v1,x"), (new string('a', 300), "1", "v1,x"), ("a", "1", new string('x', 5000)) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks") { Content = new StringContent("{}") };
            request.Headers.TryAddWithoutValidation("webhook-id", id);
            request.Headers.TryAddWithoutValidation("webhook-timestamp", time);
            request.Headers.TryAddWithoutValidation("webhook-signature", signature);
            using HttpResponseMessage response = await host.Http.SendAsync(request);
            await response.ShouldBeAsync(400, "no_webhook", host);
        }
    }

    [Fact]
    public async Task It_needs_no_user_even_where_everything_else_does()
    {
        await using TestHost host = await StartAsync(o => o.OnOther = (_, _) => default, builder => builder.Services.AddAuthorizationBuilder().SetFallbackPolicy(
            new Microsoft.AspNetCore.Authorization.AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build()));
        Assert.Equal(HttpStatusCode.OK, await host.Service.SendWebhookAsync(Webhook(host), Body("a.b")));
    }

    [Fact]
    public async Task Hosts_that_share_a_cache_know_each_others_webhooks()
    {
        var cache = new TestCache();
        int taken = 0;
        await using TestHost one = await StartAsync(o => o.OnOther = (_, _) => Count(ref taken), builder => builder.Services.AddSingleton<IDistributedCache>(cache));
        await using TestHost two = await StartAsync(o => o.OnOther = (_, _) => Count(ref taken), builder => builder.Services.AddSingleton<IDistributedCache>(cache));
        RealtimeTestWebhook webhook = Webhook(one);
        Assert.Equal(HttpStatusCode.OK, await one.Service.SendWebhookAsync(webhook, Body("a.b")));
        Assert.Equal(HttpStatusCode.OK, await one.Service.SendWebhookAsync(webhook with { Url = new Uri(two.Address, "/webhooks") }, Body("a.b")));
        Assert.Equal(1, taken);
        (string key, byte[] value) = Assert.Single(cache.Entries);
        Assert.StartsWith(SharedWebhookIds.KeyPrefix, key, StringComparison.Ordinal);
        Assert.DoesNotContain(webhook.Id, key, StringComparison.Ordinal);
        Assert.Equal([1], value);
    }

    [Fact]
    public async Task A_cache_that_fails_costs_no_webhook()
    {
        var cache = new TestCache { Before = () => throw new InvalidOperationException("the cache's own") };
        int taken = 0;
        await using TestHost host = await StartAsync(o => o.OnOther = (_, _) => Count(ref taken), builder => builder.Services.AddSingleton<IDistributedCache>(cache));
        RealtimeTestWebhook webhook = Webhook(host);
        Assert.Equal(HttpStatusCode.OK, await host.Service.SendWebhookAsync(webhook, Body("a.b")));
        Assert.Equal(HttpStatusCode.OK, await host.Service.SendWebhookAsync(webhook, Body("a.b")));
        Assert.Equal(1, taken);
        Assert.Contains("the cache's own", host.Log.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_missing_is_said_when_the_route_is_mapped()
    {
        await RefusedAsync(o => o.OnOther = (_, _) => default, "Secrets");
        await RefusedAsync(o => o.Secrets.Add(Secret), "OnIncomingCall");
        await RefusedAsync(o => Good(o).Tolerance = TimeSpan.FromDays(1), "Tolerance");
        await RefusedAsync(o => Good(o).MaxBodySize = 0, "MaxBodySize");
        await RefusedAsync(o => Good(o).IdCacheTimeout = TimeSpan.Zero, "IdCacheTimeout");
        await RefusedAsync(o => Good(o).Secrets.Add("whsec_!"), "base64");
        await RefusedAsync(o => Good(o).Secrets.Add(null!), "is not configured");
        await RefusedAsync(o => Good(o).Secrets.Add("sk-proj-abc"), "key of the API");

        static RealtimeWebhookOptions Good(RealtimeWebhookOptions o)
        {
            o.Secrets.Add(Secret);
            o.OnOther = (_, _) => default;
            return o;
        }

        static async Task RefusedAsync(Action<RealtimeWebhookOptions> configure, string said)
        {
            var e = await Assert.ThrowsAnyAsync<ArgumentException>(() => TestHost.StartAsync(app => app.MapRealtimeWebhooks("/webhooks", configure)));
            Assert.Contains(said, e.Message, StringComparison.Ordinal);
        }
    }

    private static Task<TestHost> StartAsync(Action<RealtimeWebhookOptions> configure, Action<WebApplicationBuilder>? services = null) => TestHost.StartAsync(
        app => app.MapRealtimeWebhooks("/webhooks", o =>
        {
            o.Secrets.Add(Secret);
            configure(o);
        }), services);

    private static RealtimeTestWebhook Webhook(TestHost host) => new(new Uri(host.Address, "/webhooks"), Secret);

    private static string Body(string type) => new JsonObject { ["id"] = "evt_1", ["type"] = type, ["data"] = new JsonObject() }.ToJsonString();

    private static ValueTask Count(ref int taken)
    {
        Interlocked.Increment(ref taken);
        return default;
    }
}
