using System.Net;
using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Builder;
using OpenAI.Realtime.WebRtc.AspNetCore.Routes;
using OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Direct;

/// <summary>Who a user is by default: two identity providers may use the same id.</summary>
public sealed class UserIdTests
{
    private const string Here = ClaimsIdentity.DefaultIssuer, One = "https://one.example.com", Other = "https://other.example.com";

    [Theory]
    [InlineData(ClaimTypes.NameIdentifier)]
    [InlineData("sub")]
    [InlineData(ClaimTypes.Name)]
    public void The_same_id_of_two_issuers_is_two_users(string type)
    {
        Assert.Equal(One + "|42", UserIds.Of(User(new Claim(type, "42", null, One))));
        Assert.Equal(Other + "|42", UserIds.Of(User(new Claim(type, "42", null, Other))));
        Assert.Equal("42", UserIds.Of(User(new Claim(type, "42"))));
    }

    [Fact]
    public void An_issuer_that_stands_in_a_claim_of_its_own_counts_too()
    {
        Assert.Equal(One + "|42", UserIds.Of(User(new Claim("sub", "42"), new Claim("iss", One))));

        // Of the same identity: another one's says nothing about this id.
        ClaimsPrincipal two = User(new Claim("sub", "42"));
        two.AddIdentity(new ClaimsIdentity([new Claim("iss", Other)], "test"));
        Assert.Equal("42", UserIds.Of(two));
    }

    [Fact]
    public void No_id_of_the_host_itself_looks_like_one_of_an_issuer()
    {
        Assert.Equal("|" + One + "|42", UserIds.Of(User(new Claim("sub", One + "|42", null, Here))));
        Assert.NotEqual(UserIds.Of(User(new Claim("sub", "c", null, "a|b"))), UserIds.Of(User(new Claim("sub", "b|c", null, "a"))));
    }

    [Fact]
    public void Who_is_not_signed_in_has_no_id() => Assert.Null(UserIds.Of(new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", "42")]))));

    [Fact]
    public async Task A_call_is_not_hung_up_by_who_has_the_same_id_at_another_issuer()
    {
        var service = new StubService { Answer = Encoding.UTF8.GetBytes(Offers.Valid), Location = "/v1/realtime/calls/rtc_1" };
        await using TestHost host = await TestHost.StartAsync(app =>
        {
            app.Use((http, next) =>
            {
                http.User = User(new Claim("sub", "42", null, http.Request.Headers["X-User"].ToString()));
                return next(http);
            });
            app.MapRealtimeCalls("/calls").AllowAnonymous();
        }, service.Register);
        using HttpResponseMessage opened = await host.PostAsync("/calls", Offers.Valid, user: One);
        Assert.Equal(HttpStatusCode.Created, opened.StatusCode);
        using HttpResponseMessage others = await host.PostAsync("/calls/rtc_1/hangup", user: Other);
        await others.ShouldBeAsync(404, "call_not_found", host);
        using HttpResponseMessage own = await host.PostAsync("/calls/rtc_1/hangup", user: One);
        Assert.Equal(HttpStatusCode.NoContent, own.StatusCode);
    }

    private static ClaimsPrincipal User(params Claim[] claims) => new(new ClaimsIdentity(claims, "test"));
}
