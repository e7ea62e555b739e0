using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Testing.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Conversations;

public sealed class TranscriptionTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_said_in_a_session_that_only_listens_is_read_as_text_and_nobody_answers(bool isTranscriptionSet)
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint, configureCall: o => o.Session = new TranscriptionSessionConfig
        {
            InputTranscription = isTranscriptionSet ? new InputTranscription() : default(Optional<InputTranscription?>),
            TurnDetection = new ServerVad { SilenceDuration = TimeSpan.FromSeconds(2) },
        });
        Assert.Equal("gpt-transcribe", (string?)caller.Call.Session["audio"]!["input"]!["transcription"]!["model"]);      // a session without a model would write nothing
        caller.Speak(RealtimeTestAudio.Tone(710, TimeSpan.FromSeconds(1)));
        using var patience = new CancellationTokenSource(Caller.Patience);
        TranscriptPiece? final = null;
        await foreach (TranscriptPiece piece in caller.Session.ReadTranscriptsAsync(patience.Token))
        {
            Assert.Equal(TranscriptSource.Speech, piece.Source);
            if (!piece.IsFinal)
                continue;
            final = piece;
            break;
        }

        Assert.Contains("this endpoint does not transcribe words", final!.Text, StringComparison.Ordinal);
        Assert.NotNull(final.ItemId);
        Assert.DoesNotContain("response.created", caller.ReceivedTypes);
    }
}
