using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Testing;

namespace MyApp.Tests;

// What docs/testing.md shows; SnippetTests holds the page to it, letter by letter.
// <snippet>
public sealed class Receptionist(IRealtimeSession session)
{
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        await session.SendAsync(new ResponseCreate(), cancellationToken);
        await foreach (ServerEvent e in session.ReadEventsAsync(cancellationToken))
        {
            if (e is ResponseOutputAudioTranscriptDone { Transcript: "Goodbye." })
                await session.CloseAsync(cancellationToken);
        }
    }
}

public sealed class ReceptionistTests
{
    [Fact]
    public async Task The_receptionist_hangs_up_after_goodbye()
    {
        await using var session = new ScriptedRealtimeSession();
        Task running = new Receptionist(session).RunAsync();

        await session.WaitForSentAsync<ResponseCreate>();               // it lets the assistant begin
        session.Receive(new ResponseOutputAudioTranscriptDone { ResponseId = "resp_1", ItemId = "item_1", OutputIndex = 0, ContentIndex = 0, Transcript = "Goodbye." });
        await running;
        Assert.Equal(SessionState.Closed, session.State);
    }
}
// </snippet>
