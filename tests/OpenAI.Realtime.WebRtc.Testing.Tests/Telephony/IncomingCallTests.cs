using System.Net;
using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Testing.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Telephony;

/// <summary>Calls that come in by telephone, without a host that hears of them: that one is tested with its routes.</summary>
public sealed class IncomingCallTests : IAsyncLifetime, IDisposable
{
    private readonly HttpClient _http = new();
    private RealtimeTestEndpoint _endpoint = null!;
    private RealtimeCalls _calls = null!;

    public async Task InitializeAsync()
    {
        _endpoint = await RealtimeTestEndpoint.StartAsync();
        _calls = new RealtimeCalls(Caller.Options(_endpoint), _http);
    }

    public async Task DisposeAsync() => await _endpoint.DisposeAsync();

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task A_call_that_is_accepted_is_a_conversation_by_its_sideband()
    {
        RealtimeTestIncomingCall incoming = await RingAsync();
        var unanswered = await Assert.ThrowsAsync<RealtimeCallException>(() => Beside.AttachAsync(_endpoint, incoming.Id, configure: o => o.WaitForCall = TimeSpan.Zero));
        Assert.Equal("call_id_not_found", unanswered.ErrorCode);
        Assert.Contains("the telephone call has not been accepted", unanswered.Message, StringComparison.Ordinal);

        await _calls.AcceptAsync(incoming.Id, new RealtimeSessionConfig { Instructions = "Answer the telephone." });
        Assert.Equal(RealtimeTestIncomingCallOutcome.Accepted, await incoming.Outcome.WaitAsync(Caller.Patience));
        Assert.Equal("Answer the telephone.", (string?)incoming.Call!.Session["instructions"]);
        await using Beside beside = await Beside.AttachAsync(_endpoint, incoming.Id);
        _endpoint.Script.OnResponse = (_, _) => ValueTask.FromResult(RealtimeTestReply.Say("Good morning.", RealtimeTestAudio.Silence(TimeSpan.FromMilliseconds(100))));
        await beside.SendAsync(new ResponseCreate());
        Assert.Equal("Good morning.", (string?)(await beside.WaitAsync("response.output_audio_transcript.done"))["transcript"]);
        await beside.WaitAsync("output_audio_buffer.stopped");

        await _calls.HangUpAsync(incoming.Id);
        Assert.Equal(SessionEndReason.ClosedByPeer, (await beside.Sideband.Completion.WaitAsync(Caller.Patience)).Reason);
        await Assert.ThrowsAsync<RealtimeCallException>(() => _calls.AcceptAsync(incoming.Id, new RealtimeSessionConfig()));
    }

    [Fact]
    public async Task A_call_can_be_turned_down_once()
    {
        RealtimeTestIncomingCall incoming = await RingAsync(), other = await RingAsync();
        await _calls.RejectAsync(incoming.Id, 486);
        await _calls.RejectAsync(other.Id);
        Assert.Equal((RealtimeTestIncomingCallOutcome.Rejected, 486), (await incoming.Outcome, incoming.SipStatus));
        Assert.Equal(603, other.SipStatus);
        var e = await Assert.ThrowsAsync<RealtimeCallException>(() => _calls.AcceptAsync(incoming.Id, new RealtimeSessionConfig()));
        Assert.Equal(HttpStatusCode.NotFound, e.HttpStatus);
    }

    [Theory]
    [InlineData(42)]
    [InlineData(399)]
    [InlineData(700)]
    public async Task A_call_is_turned_down_with_the_SIP_status_of_a_refusal_only(int status)
    {
        RealtimeTestIncomingCall incoming = await RingAsync();
        var e = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _calls.RejectAsync(incoming.Id, status));
        Assert.Contains("400 to 699", e.Message, StringComparison.Ordinal);
        Assert.False(incoming.Outcome.IsCompleted);
    }

    [Fact]
    public async Task A_caller_can_give_up()
    {
        RealtimeTestIncomingCall incoming = await RingAsync();
        incoming.GiveUp();
        Assert.Equal(RealtimeTestIncomingCallOutcome.GivenUp, await incoming.Outcome);
        await Assert.ThrowsAsync<RealtimeCallException>(() => _calls.AcceptAsync(incoming.Id, new RealtimeSessionConfig()));
    }

    [Fact]
    public async Task A_call_that_was_answered_can_be_handed_on_and_ends_for_the_host()
    {
        RealtimeTestIncomingCall incoming = await RingAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await Assert.ThrowsAsync<RealtimeCallException>(() => _calls.ReferAsync(incoming.Id, "tel:+14155550123"))).HttpStatus);
        await _calls.AcceptAsync(incoming.Id, new RealtimeSessionConfig());
        await using Beside beside = await Beside.AttachAsync(_endpoint, incoming.Id);
        await _calls.ReferAsync(incoming.Id, "tel:+14155550123");
        Assert.Equal("tel:+14155550123", incoming.ReferredTo);
        Assert.Equal(SessionEndReason.ClosedByPeer, (await beside.Sideband.Completion.WaitAsync(Caller.Patience)).Reason);
    }

    [Fact]
    public async Task A_wrong_request_about_a_call_is_answered_with_what_is_wrong_and_the_call_still_rings()
    {
        RealtimeTestIncomingCall incoming = await RingAsync();
        using Api api = Api.For(_endpoint);
        Assert.Equal("unknown_parameter", (await api.PostJsonAsync($"/realtime/calls/{incoming.Id}/accept", """{"type":"realtime","voice":"x"}""")).Code);
        Assert.Equal("decimal_above_max_value", (await api.PostJsonAsync($"/realtime/calls/{incoming.Id}/reject", """{"status_code":700}""")).Code);
        Assert.Equal("missing_required_parameter", (await api.PostJsonAsync($"/realtime/calls/{incoming.Id}/refer", "{}")).Code);
        Assert.Equal("call_id_not_found", (await api.PostJsonAsync("/realtime/calls/rtc_none/accept", """{"type":"realtime"}""")).Code);
        api.Key = "sk-wrong";
        Assert.Equal(HttpStatusCode.Unauthorized, (await api.PostJsonAsync($"/realtime/calls/{incoming.Id}/reject", "{}")).Status);
        Assert.False(incoming.Outcome.IsCompleted);
    }

    [Fact]
    public async Task Its_webhook_says_who_calls()
    {
        JsonObject json = new RealtimeTestIncomingCall("rtc_1").ToWebhook([("From", "<sip:a@b>")], DateTimeOffset.UnixEpoch.AddSeconds(7));
        var read = RealtimeCallIncoming.Read(Json.Write(json));
        Assert.Equal(("realtime.call.incoming", "rtc_1", "From", "<sip:a@b>"), (read.Type, read.Data.CallId, read.Data.SipHeaders[0].Name, read.Data.SipHeaders[0].Value));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(7), read.CreatedAt);
        await Task.CompletedTask;
    }

    /// <summary>Rings at the endpoint itself, which knows no webhooks and says 404: here nobody has to be told.</summary>
    private async Task<RealtimeTestIncomingCall> RingAsync()
    {
        RealtimeTestIncomingCall incoming = await _endpoint.RingAsync(new RealtimeTestWebhook(new Uri(_endpoint.BaseAddress + "/webhooks"), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
        Assert.Equal(HttpStatusCode.NotFound, incoming.WebhookStatus);
        return incoming;
    }
}
