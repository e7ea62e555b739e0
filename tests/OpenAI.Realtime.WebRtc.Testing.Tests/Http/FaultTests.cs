using System.Net;
using OpenAI.Realtime.WebRtc.Testing.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Http;

public sealed class FaultTests
{
    public static TheoryData<string> Answers => new(nameof(RealtimeTestFault.TruncatedAnswer), nameof(RealtimeTestFault.AnswerWithoutFingerprint), nameof(RealtimeTestFault.JsonInsteadOfSdp));

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_answer_that_cannot_be_used_is_what_the_client_is_given(string name)
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.FailNext(RealtimeTestRoute.Calls, name switch
        {
            nameof(RealtimeTestFault.TruncatedAnswer) => RealtimeTestFault.TruncatedAnswer,
            nameof(RealtimeTestFault.AnswerWithoutFingerprint) => RealtimeTestFault.AnswerWithoutFingerprint,
            _ => RealtimeTestFault.JsonInsteadOfSdp,
        });

        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => Caller.ConnectAsync(endpoint));

        Assert.Equal(RealtimeFailure.AnswerUnusable, e.Failure);
    }

    [Fact]
    public async Task A_wrong_fingerprint_ends_the_handshake()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.FailNext(RealtimeTestRoute.Calls, RealtimeTestFault.WrongFingerprint);

        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => Caller.ConnectAsync(endpoint));

        Assert.Equal(RealtimeFailure.FingerprintMismatch, e.Failure);
    }

    [Fact]
    public async Task Nobody_listens_at_the_addresses_of_the_answer()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.FailNext(RealtimeTestRoute.Calls, RealtimeTestFault.NobodyListens);

        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => Caller.ConnectAsync(endpoint, o => o.IceTimeout = TimeSpan.FromMilliseconds(500)));

        Assert.Equal(RealtimeFailure.IceFailed, e.Failure);
    }

    [Fact]
    public async Task A_refused_key_a_server_error_and_a_cut_line_are_what_they_are()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.FailNext(RealtimeTestRoute.ClientSecrets, RealtimeTestFault.KeyRefused);
        endpoint.FailNext(RealtimeTestRoute.Calls, RealtimeTestFault.ServerError(503));
        endpoint.FailNext(RealtimeTestRoute.Calls, RealtimeTestFault.Cut);

        var refused = await Assert.ThrowsAsync<RealtimeConnectException>(() => Caller.ConnectAsync(endpoint));
        var unavailable = await Assert.ThrowsAsync<RealtimeConnectException>(() => Caller.ConnectAsync(endpoint));
        var cut = await Assert.ThrowsAsync<RealtimeConnectException>(() => Caller.ConnectAsync(endpoint));
        await using Caller caller = await Caller.ConnectAsync(endpoint);

        Assert.Equal((RealtimeFailure.KeyRefused, "invalid_api_key"), (refused.Failure, refused.ErrorCode));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, unavailable.HttpStatus);
        Assert.NotNull(unavailable.RequestId);
        Assert.Equal(ConnectPhase.Answer, cut.Phase);
    }

    [Fact]
    public async Task An_endpoint_that_hangs_lets_the_client_wait_as_long_as_it_likes()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.FailNext(RealtimeTestRoute.Calls, RealtimeTestFault.Hang);

        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => Caller.ConnectAsync(endpoint, o => o.AnswerTimeout = TimeSpan.FromMilliseconds(300)));

        Assert.Equal((ConnectPhase.Answer, RealtimeFailure.EndpointUnreachable), (e.Phase, e.Failure));
    }

    [Fact]
    public async Task A_hook_sees_each_request_and_can_delay_it()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        List<RealtimeTestRoute> seen = [];
        endpoint.Script.OnRequest = request =>
        {
            lock (seen)
                seen.Add(request.Route);
            return RealtimeTestFault.Delay(TimeSpan.FromMilliseconds(10));
        };

        await using (await Caller.ConnectAsync(endpoint))
        {
        }

        Assert.Equal([RealtimeTestRoute.ClientSecrets, RealtimeTestRoute.Calls], seen.Take(2));
    }
}
