using System.Text;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Tests.Sideband;
using OpenAI.Realtime.WebRtc.Transcripts;

namespace OpenAI.Realtime.WebRtc.Tests.Transcripts;

public sealed class TranscriptTests : RealtimeSidebandHarness
{
    [Fact]
    public async Task Whole_turns_come_in_the_order_in_which_they_were_said_and_pieces_at_once()
    {
        List<TranscriptPiece> pieces = await PiecesAsync(
            Committed("1"), Delta("1", "How "), Committed("2"), Delta("2", "Fine"), Completed("2", "Fine."), Delta("1", "are you"), Completed("1", "How are you?"));
        Assert.Equal(["How ", "Fine", "are you", "How are you?", "Fine."], pieces.Select(piece => piece.Text));
        Assert.Equal([false, false, false, true, true], pieces.Select(piece => piece.IsFinal));
        Assert.Equal(["1", "2", "1", "1", "2"], pieces.Select(piece => piece.ItemId));
    }

    [Fact]
    public async Task A_turn_that_failed_holds_nobody_and_says_why()
    {
        List<TranscriptPiece> pieces = await PiecesAsync(Committed("1"), Committed("2"), Completed("2", "Two."), Failed("1"));
        Assert.Equal((true, "audio_unintelligible", ""), (pieces[0].IsFinal, pieces[0].Error?.Code?.Value, pieces[0].Text));
        Assert.Equal("Two.", pieces[1].Text);
    }

    [Fact]
    public async Task A_turn_that_is_never_finished_holds_sixteen_and_no_more()
    {
        List<string> messages = [Committed("lost")];
        for (int i = 1; i <= 20; i++)
            messages.AddRange([Committed($"{i}"), Completed($"{i}", $"Turn {i}.")]);
        List<TranscriptPiece> pieces = await PiecesAsync([.. messages]);
        Assert.Equal(Enumerable.Range(1, 20).Select(i => $"Turn {i}."), pieces.Select(piece => piece.Text));
        Assert.Equal(16, TurnOrder.MaxWaiting);
    }

    [Fact]
    public void What_is_let_go_is_let_go_before_what_came_later()
    {
        var order = new TurnOrder();
        Assert.Empty(order.Said("lost"));
        for (int i = 1; i < TurnOrder.MaxWaiting; i++)
        {
            Assert.Empty(order.Said($"{i}"));
            Assert.Empty(order.Finished(new TranscriptPiece { ItemId = $"{i}", Text = $"{i}", IsFinal = true }));
        }
        Assert.Equal(Enumerable.Range(1, TurnOrder.MaxWaiting - 1).Select(i => $"{i}"), order.Said("next").Select(piece => piece.Text));
        Assert.Empty(order.Rest());
    }

    [Fact]
    public async Task A_turn_that_nobody_told_of_comes_at_once_and_what_waits_at_the_end_comes_then()
    {
        List<TranscriptPiece> pieces = await PiecesAsync(Committed("1"), Committed("2"), Completed("2", "Two."), Completed("late", "From before."));
        Assert.Equal(["From before.", "Two."], pieces.Select(piece => piece.Text));
    }

    [Fact]
    public async Task A_translation_gives_both_languages_until_it_is_closed()
    {
        List<TranscriptPiece> pieces = await PiecesAsync(
            """{"type":"session.input_transcript.delta","event_id":"e","delta":"Good ","elapsed_ms":200}""",
            """{"type":"session.output_transcript.delta","event_id":"e","delta":"Buenos "}""",
            """{"type":"session.closed","event_id":"e"}""",
            """{"type":"session.output_transcript.delta","event_id":"e","delta":"never"}""");
        Assert.Equal(
            [new TranscriptPiece { Text = "Good ", At = TimeSpan.FromMilliseconds(200) }, new TranscriptPiece { Source = TranscriptSource.Translation, Text = "Buenos " }], pieces);
    }

    [Fact]
    public async Task Speakers_and_errors_are_told_and_everything_else_is_passed_over()
    {
        List<TranscriptPiece> pieces = await PiecesAsync(
            """{"type":"session.updated","event_id":"e","session":{}}""",
            """{"type":"conversation.item.input_audio_transcription.segment","event_id":"e","item_id":"1","content_index":0,"text":"Hi.","id":"seg","speaker":"A","start":1.5,"end":2}""",
            """{"type":"error","event_id":"e","error":{"type":"invalid_request_error","code":"rate_limit_exceeded","message":"Slower."}}""",
            "no JSON");
        Assert.Equal(("A", "Hi.", TimeSpan.FromSeconds(1.5)), (pieces[0].Speaker, pieces[0].Text, pieces[0].At));
        Assert.Equal(("rate_limit_exceeded", null), (pieces[1].Error?.Code?.Value, pieces[1].ItemId));
        Assert.Equal(2, pieces.Count);
    }

    private async Task<List<TranscriptPiece>> PiecesAsync(params string[] messages)
    {
        (RealtimeSideband session, ServedSocket socket) = await AttachAsync();
        await using RealtimeSideband owned = session;
        foreach (string message in messages)
            await socket.SendAsync(Encoding.UTF8.GetBytes(message));
        Server.EndCall();
        await socket.CloseAsync();
        List<TranscriptPiece> pieces = [];
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await foreach (TranscriptPiece piece in session.ReadTranscriptsAsync(limit.Token))
            pieces.Add(piece);
        return pieces;
    }

    private static string Committed(string item) => $$"""{"type":"input_audio_buffer.committed","event_id":"e","item_id":"{{item}}","previous_item_id":null}""";

    private static string Delta(string item, string text) => $$"""{"type":"conversation.item.input_audio_transcription.delta","event_id":"e","item_id":"{{item}}","content_index":0,"delta":"{{text}}"}""";

    private static string Completed(string item, string text) => $$"""{"type":"conversation.item.input_audio_transcription.completed","event_id":"e","item_id":"{{item}}","content_index":0,"transcript":"{{text}}"}""";

    private static string Failed(string item) =>
        $$$"""{"type":"conversation.item.input_audio_transcription.failed","event_id":"e","item_id":"{{{item}}}","content_index":0,"error":{"type":"x","code":"audio_unintelligible","message":"No."}}""";
}
