using System.Text;
using Microsoft.AspNetCore.Http;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Session;

/// <summary>What the service keeps of stored sessions.</summary>
public sealed class RecordingTests : LiveHarness
{
    [Fact]
    public async Task A_recording_comes_as_a_stream_with_the_key()
    {
        Endpoint.Routes[Path + "/live_1/content"] = context => context.Response.Body.WriteAsync("RIFF…"u8.ToArray()).AsTask();
        await using Stream recording = await Client().OpenRecordingAsync("live_1").Within();
        using var reader = new StreamReader(recording, Encoding.UTF8);
        Assert.Equal("RIFF…", await reader.ReadToEndAsync());
        var request = Endpoint.Requests.Single();
        Assert.Equal("Bearer sk-test-api-key", request.Header("Authorization"));
    }

    [Fact]
    public async Task What_is_not_stored_is_said_to_be_missing()
    {
        Endpoint.Routes[Path + "/live_2/content"] = context =>
        {
            context.Response.StatusCode = 404;
            return context.Response.WriteAsync("""{"error":{"message":"No such recording.","type":"invalid_request_error","code":null,"param":null}}""");
        };
        RealtimeConnectException e = await Assert.ThrowsAsync<RealtimeConnectException>(() => Client().OpenRecordingAsync("live_2").Within());
        Assert.Equal(RealtimeFailure.RequestRejected, e.Failure);
        Assert.Contains("Store", e.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(() => Client().OpenRecordingAsync(""));
    }

    [Fact]
    public async Task A_client_with_a_broker_has_no_key_to_fetch_it_with()
    {
        Options.ApiKey = null;
        Options.BrokerUrl = new Uri(Endpoint.Base, "broker");
        await Assert.ThrowsAsync<InvalidOperationException>(() => Client().OpenRecordingAsync("live_1"));
    }
}
