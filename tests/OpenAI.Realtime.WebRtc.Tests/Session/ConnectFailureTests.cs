using System.Net;
using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Session;

/// <summary>Connecting that fails: the phase, the reason and the remedy are told, and nothing is left behind.</summary>
public sealed class ConnectFailureTests : ConnectHarness
{
    [Fact]
    public async Task An_answer_that_cannot_be_applied_is_named_and_its_call_is_hung_up()
    {
        Peer.OnAnswer = _ => throw new SdpException("a=fingerprint is missing.", 4, "a=ice-pwd:topsecret");
        var e = await ConnectFails();
        Assert.Equal(ConnectPhase.Answer, e.Phase);
        Assert.Equal(RealtimeFailure.AnswerUnusable, e.Failure);
        Assert.Contains("a=fingerprint is missing", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", e.Message, StringComparison.Ordinal);
        AssertNothingLeft(hungUp: true);
    }

    [Theory]
    [InlineData(PeerEndReason.NoLocalAddress, PeerPhase.Gathering, ConnectPhase.Offer, RealtimeFailure.NoLocalAddress, "network")]
    [InlineData(PeerEndReason.IceFailed, PeerPhase.Ice, ConnectPhase.Ice, RealtimeFailure.IceFailed, "Let UDP or TCP out")]
    [InlineData(PeerEndReason.DtlsTimeout, PeerPhase.Dtls, ConnectPhase.Dtls, RealtimeFailure.DtlsFailed, "Try again")]
    [InlineData(PeerEndReason.DtlsFailed, PeerPhase.Dtls, ConnectPhase.Dtls, RealtimeFailure.DtlsFailed, "Try again")]
    [InlineData(PeerEndReason.FingerprintMismatch, PeerPhase.Dtls, ConnectPhase.Dtls, RealtimeFailure.FingerprintMismatch, "Do not retry blindly")]
    [InlineData(PeerEndReason.ChannelTimeout, PeerPhase.Channel, ConnectPhase.Channel, RealtimeFailure.ChannelNeverOpened, "request id")]
    [InlineData(PeerEndReason.ChannelFailed, PeerPhase.Channel, ConnectPhase.Channel, RealtimeFailure.ChannelNeverOpened, "request id")]
    [InlineData(PeerEndReason.ClosedByPeer, PeerPhase.Channel, ConnectPhase.Channel, RealtimeFailure.ClosedByPeer, "session configuration")]
    [InlineData(PeerEndReason.EngineFailure, PeerPhase.Ice, ConnectPhase.Ice, RealtimeFailure.Internal, "report it")]
    public async Task Each_way_the_engine_fails_is_told_apart_and_leaves_nothing_behind(
        PeerEndReason reason, PeerPhase peerPhase, ConnectPhase phase, RealtimeFailure failure, string remedy)
    {
        Peer.OnConnect = _ => throw new PeerConnectionException(new PeerEnd(reason, peerPhase, "the detail"));
        var e = await ConnectFails();
        Assert.Equal(phase, e.Phase);
        Assert.Equal(failure, e.Failure);
        Assert.Contains(remedy, e.Message, StringComparison.Ordinal);
        Assert.Matches(@"\. the detail\. [A-Z].*\.$", e.Message);        // what happened, how it ended, what to do: each a sentence
        AssertNothingLeft(hungUp: true);
    }

    [Fact]
    public async Task An_engine_that_never_ends_is_ended()
    {
        var clock = new FakeTimeProvider();
        var connecting = new TaskCompletionSource();
        Peer.OnConnect = token =>
        {
            Peer.Enter(PeerState.Securing);
            connecting.SetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, token);
        };
        Task<RealtimeWebRtcSession> attempt = Client(timeProvider: clock).ConnectAsync();
        await connecting.Task.Within();
        clock.Advance(TimeSpan.FromMinutes(1));
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => attempt.Within());
        Assert.Equal(ConnectPhase.Dtls, e.Phase);
        Assert.Contains("Try again", e.Message, StringComparison.Ordinal);
        AssertNothingLeft(hungUp: true);
    }

    [Fact]
    public async Task A_service_that_never_answers_is_given_up_after_the_answer_timeout()
    {
        var clock = new FakeTimeProvider();
        var asked = new TaskCompletionSource();
        Endpoint.Routes["/v1/realtime/calls"] = c => HangAsync(c, asked);
        Task<RealtimeWebRtcSession> attempt = Client(timeProvider: clock).ConnectAsync();
        await asked.Task.Within();
        clock.Advance(TimeSpan.FromSeconds(21));
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => attempt.Within());
        Assert.Equal(ConnectPhase.Answer, e.Phase);
        Assert.Equal(RealtimeFailure.EndpointUnreachable, e.Failure);
        Assert.Contains("AnswerTimeout", e.Message, StringComparison.Ordinal);
        AssertNothingLeft(hungUp: false);
    }

    [Fact]
    public async Task Audio_that_cannot_be_made_fails_the_connect_before_anything_is_opened()
    {
        RealtimeWebRtcClient client = Client();
        client.AudioFactory = (_, _) => throw new DllNotFoundException("no opus");
        await Assert.ThrowsAsync<DllNotFoundException>(() => client.ConnectAsync().Within());
        Assert.True(Peer.Disposed);
        Assert.Empty(Endpoint.To("/v1/realtime/calls"));
    }

    [Fact]
    public async Task A_key_provider_of_ones_own_fails_with_its_phase()
    {
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => Client(new FuncKeys((_, _) => throw new IOException("vault is shut"))).ConnectAsync().Within());
        Assert.Equal(ConnectPhase.Key, e.Phase);
        Assert.Equal(RealtimeFailure.KeyUnusable, e.Failure);
        Assert.Contains("vault is shut", e.Message, StringComparison.Ordinal);
        Assert.True(Peer.Disposed);
    }

    [Fact]
    public async Task A_key_provider_of_ones_own_is_given_up_after_the_key_timeout()
    {
        var clock = new FakeTimeProvider();
        var asked = new TaskCompletionSource();
        Task<RealtimeWebRtcSession> attempt = Client(new FuncKeys((_, _) =>
        {
            asked.SetResult();
            return new TaskCompletionSource<EphemeralKey>().Task; // ignores its token
        }), clock).ConnectAsync();
        await asked.Task.Within();
        clock.Advance(TimeSpan.FromSeconds(16));
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => attempt.Within());
        Assert.Equal(ConnectPhase.Key, e.Phase);
        Assert.Equal(RealtimeFailure.EndpointUnreachable, e.Failure);
    }

    [Fact]
    public async Task A_failed_hang_up_does_not_hide_why_connecting_failed()
    {
        Endpoint.Routes["/v1/realtime/calls/rtc_1/hangup"] = c => HttpEndpoint.FailAsync(c, 500, "oops", "text/plain");
        Peer.OnConnect = _ => throw new PeerConnectionException(new PeerEnd(PeerEndReason.IceFailed, PeerPhase.Ice, "no pair"));
        Assert.Equal(RealtimeFailure.IceFailed, (await ConnectFails()).Failure);
        Assert.Contains(Log.GetSnapshot(), entry => entry.Id.Id == 3);
    }

    [Fact]
    public async Task The_hang_up_of_a_call_opened_with_a_given_key_uses_that_key()
    {
        Options.ApiKey = null;
        Options.EphemeralKey = "ek_given";
        await using (await ConnectAsync())
        {
        }
        Assert.Equal("Bearer ek_given", Endpoint.To("/v1/realtime/calls/rtc_1/hangup").Single().Header("Authorization"));
    }

    [Fact]
    public async Task A_5xx_leaves_no_socket_open_and_nothing_to_hang_up()
    {
        Endpoint.Routes["/v1/realtime/calls"] = c => HttpEndpoint.FailAsync(c, 503, "busy", "text/plain");
        var e = await ConnectFails();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, e.HttpStatus);
        AssertNothingLeft(hungUp: false);
    }

    private sealed class FuncKeys(Func<EphemeralKeyRequest, CancellationToken, Task<EphemeralKey>> get) : IEphemeralKeyProvider
    {
        public ValueTask<EphemeralKey> GetKeyAsync(EphemeralKeyRequest request, CancellationToken cancellationToken = default) => new(get(request, cancellationToken));
    }
}
