using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Direct;

/// <summary>Offers that the application's own code answers: with the checks and the problems of the other routes.</summary>
public sealed class OffersTests
{
    [Fact]
    public async Task The_code_gets_the_offer_byte_for_byte_and_the_page_its_answer()
    {
        string? seen = null;
        await using TestHost host = await TestHost.StartAsync(app => app.MapRealtimeOffers("/live", (_, offer, _) =>
        {
            seen = offer;
            return Task.FromResult(new RealtimeOfferAnswer { Sdp = "v=0\r\n", CallId = "live_1" });
        }).AllowAnonymous());
        using HttpResponseMessage response = await host.PostAsync("/live", Offers.Valid);
        Assert.Equal((HttpStatusCode.Created, "application/sdp", "v=0\r\n"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType, await response.Content.ReadAsStringAsync()));
        Assert.Equal("live_1", response.Headers.GetValues("X-Realtime-Call-Id").Single());
        Assert.Null(response.Headers.Location);
        Assert.Equal(Offers.Valid, seen);
    }

    [Theory]
    [InlineData("no offer", HttpStatusCode.BadRequest)]
    [InlineData("key", HttpStatusCode.BadGateway)]
    [InlineData("bug", HttpStatusCode.InternalServerError)]
    [InlineData("user", HttpStatusCode.PaymentRequired)]
    [InlineData("offer", HttpStatusCode.UnprocessableEntity)]
    public async Task What_goes_wrong_is_a_problem_without_a_secret(string what, HttpStatusCode status)
    {
        await using TestHost host = await TestHost.StartAsync(app => app.MapRealtimeOffers("/live", (_, _, _) => throw (what switch
        {
            "key" => new RealtimeConnectException(ConnectPhase.Answer, RealtimeFailure.KeyRefused, "secret"),
            "offer" => new RealtimeConnectException(ConnectPhase.Answer, RealtimeFailure.RequestRejected, "secret") { HttpStatus = HttpStatusCode.BadRequest, Param = "transport.sdp" },
            "user" => (Exception)new BadHttpRequestException("No credit.", 402),
            _ => new InvalidOperationException("secret"),
        })).AllowAnonymous());
        using HttpResponseMessage response = await host.PostAsync("/live", what == "no offer" ? "hello" : Offers.Valid);
        Assert.Equal((status, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        Assert.DoesNotContain("secret", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task A_page_that_goes_before_it_has_its_answer_is_told_to_the_code_that_made_it_and_one_that_goes_later_is_not(bool afterTheAnswer, bool fails)
    {
        int left = 0;
        var leaving = new LeavingPage(afterTheAnswer);
        await using TestHost host = await TestHost.StartAsync(app =>
        {
            leaving.Use(app);
            app.MapRealtimeOffers("/live", (_, _, _) => Task.FromResult(new RealtimeOfferAnswer
            {
                Sdp = "v=0\r\n",
                OnUndelivered = () =>
                {
                    left++;
                    return fails ? throw new InvalidOperationException("It could not be ended.") : Task.CompletedTask;
                },
            })).AllowAnonymous();
        });
        Task<HttpResponseMessage> asking = host.PostAsync("/live", Offers.Valid);
        await leaving.Served;
        Assert.Equal(afterTheAnswer ? 0 : 1, left);
        Assert.Equal(fails, host.Log.GetSnapshot().Any(record => record.Id.Id == 5003));
        await Task.WhenAny(asking);
    }

    [Fact]
    public async Task It_is_as_closed_as_the_other_routes()
    {
        InvalidOperationException e = await Assert.ThrowsAsync<InvalidOperationException>(() => TestHost.StartAsync(app => app.MapRealtimeOffers("/live", (_, _, _) => Task.FromResult(new RealtimeOfferAnswer { Sdp = "" }))));
        Assert.Contains("MapRealtimeOffers", e.Message, StringComparison.Ordinal);

        await using TestHost host = await TestHost.StartAsync(app => app.MapRealtimeOffers("/live", (_, _, _) => Task.FromResult(new RealtimeOfferAnswer { Sdp = "v=0\r\n" })).AllowAnonymous());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/live") { Content = new StringContent(Offers.Valid, null, TestHost.SdpType) };
        request.Headers.Add("Origin", "https://elsewhere.example.com");
        using HttpResponseMessage response = await host.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }
}
