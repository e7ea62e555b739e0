using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Testing;

namespace MyApp.Tests;

/// <summary>What the README and docs/testing.md show. <see cref="SnippetTests"/> holds them to it, letter by letter.</summary>
// <snippet>
public sealed class VoiceBotTests
{
    [Fact]
    public async Task The_bot_understands_the_assistants_greeting()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnResponse = (turn, ct) => ValueTask.FromResult(RealtimeTestReply.Say("Good morning!"));

        using var client = new RealtimeWebRtcClient(new() { Endpoint = endpoint.BaseAddress, ApiKey = endpoint.ApiKey });
        await using VoiceBot bot = await VoiceBot.StartAsync(client);   // your own code

        RealtimeTestCall call = await endpoint.WaitForCallAsync();
        await call.WaitForEventAsync("response.create");                // it asked for a greeting,
        Assert.Equal("Good morning!", await bot.GreetingAsync());       // and read the answer
    }
}
// </snippet>

/// <summary>Stands for the reader's own application.</summary>
internal sealed class VoiceBot(RealtimeWebRtcSession session) : IAsyncDisposable
{
    public static async Task<VoiceBot> StartAsync(RealtimeWebRtcClient client)
    {
        RealtimeWebRtcSession session = await client.ConnectAsync();
        await session.SendAsync(new ResponseCreate());
        return new VoiceBot(session);
    }

    public async Task<string?> GreetingAsync()
    {
        await foreach (ServerEvent e in session.ReadEventsAsync())
        {
            if (e is ResponseOutputAudioTranscriptDone done)
                return done.Transcript;
        }

        return null;
    }

    public ValueTask DisposeAsync() => session.DisposeAsync();
}
