using System.Text;
using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Testing;
using VoiceChatSamples;

namespace OpenAI.Realtime.WebRtc.Samples.Tests.ConsoleVoiceChat;

/// <summary>What the samples' endpoint answers where there is no key.</summary>
public sealed class OfflineModelTests
{
    [Theory]
    [InlineData("What time is it?", "clock")]
    [InlineData("Hello.", null)]
    public async Task What_was_written_while_a_tool_ran_is_answered_with_what_the_tool_says(string written, string? calls)
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync(new RealtimeTestEndpointOptions { Script = { OnResponse = OfflineModel.ReplyAsync } });
        using var client = new RealtimeWebRtcClient(new OpenAIRealtimeWebRtcOptions { Endpoint = endpoint.BaseAddress, ApiKey = endpoint.ApiKey });
        await using RealtimeWebRtcSession session = await client.ConnectAsync();
        RealtimeTestCall call = endpoint.Calls[0];
        await SendAsync("""{"type":"session.update","session":{"type":"realtime","output_modalities":["text"],"tools":[{"type":"function","name":"clock"},{"type":"function","name":"dice"}]}}""");
        await SendAsync("""{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"Roll the dice."}]}}""");
        await SendAsync("""{"type":"response.create"}""");
        JsonNode asked = (await call.WaitForSentEventAsync("response.function_call_arguments.done")).Parse()!;
        Assert.Equal("dice", (string?)asked["name"]);
        await call.WaitForSentEventAsync("response.done");

        await SendAsync($$$"""{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"{{{written}}}"}]}}""");
        await SendAsync($$$"""{"type":"conversation.item.create","item":{"type":"function_call_output","call_id":"{{{asked["call_id"]}}}","output":"3, 4"}}""");
        await SendAsync("""{"type":"response.create"}""");
        JsonNode said = (await call.WaitForSentEventAsync("response.output_text.done")).Parse()!;
        Assert.StartsWith("My tool says: 3, 4", (string?)said["text"], StringComparison.Ordinal);
        if (calls is null)
            Assert.EndsWith(written, (string?)said["text"], StringComparison.Ordinal);
        else
            await call.WaitForSentEventAsync("response.function_call_arguments.done", e => (string?)e["name"] == calls);

        ValueTask SendAsync(string json) => session.SendRawAsync(Encoding.UTF8.GetBytes(json));
    }
}
