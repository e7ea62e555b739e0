using System.Net.Http.Headers;
using System.Text;
using OpenAI.Realtime.WebRtc.Testing.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Http;

public sealed class HostileRequestTests
{
    [Fact]
    public async Task Broken_bodies_are_refused_and_never_an_error_of_the_endpoint()
    {
        const int seed = 20260818;
        var random = new Random(seed);
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);
        string offer = await Api.OfferAsync();
        string multipart = $"--b\r\nContent-Disposition: form-data; name=\"sdp\"\r\nContent-Type: application/sdp\r\n\r\n{offer}\r\n"
            + "--b\r\nContent-Disposition: form-data; name=\"session\"\r\nContent-Type: application/json\r\n\r\n{\"type\":\"realtime\",\"audio\":{\"input\":{}}}\r\n--b--\r\n";
        (string Path, string Type, string Body)[] requests =
        [
            ("/realtime/calls", "multipart/form-data; boundary=b", multipart),
            ("/realtime/calls", "application/sdp", offer),
            ("/realtime/client_secrets", "application/json", """{"expires_after":{"anchor":"created_at","seconds":60},"session":{"type":"realtime"}}"""),
            ("/realtime/sessions", "application/json", """{"model":"x","turn_detection":{"type":"server_vad"}}"""),
        ];

        for (int i = 0; i < 300; i++)
        {
            (string path, string type, string text) = requests[random.Next(requests.Length)];
            byte[] body = Encoding.UTF8.GetBytes(text);
            for (int change = random.Next(6); change >= 0; change--)
                body[random.Next(body.Length)] = (byte)random.Next(256);
            var content = new ByteArrayContent(body[..random.Next(body.Length + 1)]);
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

            Reply reply = await api.SendAsync(HttpMethod.Post, path, content);

            Assert.True((int)reply.Status is 200 or 201 or 400 or 429, $"{reply.Status}: {reply.Body}. Seed {seed}, request {i}.");
        }
    }

    [Theory]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=")]
    [InlineData("multipart/form-data; boundary=\"\"")]
    [InlineData("multipart/form-data; boundary=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public async Task A_multipart_body_without_a_usable_boundary_is_refused(string type)
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using Api api = Api.For(endpoint);
        var content = new ByteArrayContent("--x\r\n"u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        Reply reply = await api.SendAsync(HttpMethod.Post, "/realtime/calls", content);

        Assert.Equal(400, (int)reply.Status);
    }
}
