using System.Runtime.CompilerServices;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Transcripts;

namespace OpenAI.Realtime.WebRtc;

/// <summary>The loop of sessions that only listen or translate (<see cref="TranscriptionSessionConfig"/>, <see cref="TranslationSessionConfig"/>).</summary>
public static class RealtimeTranscripts
{
    /// <summary>
    /// Reads a session's events as text: pieces as they come, and whole turns in the order in which they were said, though the service may finish a later one first. Reads all of the session's events, so nobody else
    /// does; what it makes no text of is passed over. Of a conversation it gives what the user said, where the session asks for that.
    /// </summary>
    /// <remarks>A turn that the service never finishes holds the 16 after it, and no more. Ends with the session, or when a translation has said that it is closed.</remarks>
    /// <param name="session">The session.</param>
    /// <param name="cancellationToken">Ends the reading, not the session.</param>
    /// <exception cref="InvalidOperationException">Somebody reads the events already.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static IAsyncEnumerable<TranscriptPiece> ReadTranscriptsAsync(this IRealtimeSession session, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(session);
        return ReadAsync(session, cancellationToken);
    }

    private static async IAsyncEnumerable<TranscriptPiece> ReadAsync(IRealtimeSession session, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var order = new TurnOrder();
        await foreach (ServerEvent e in session.ReadEventsAsync(cancellationToken).ConfigureAwait(false))
        {
            foreach (TranscriptPiece piece in PiecesOf(e, order))
                yield return piece;
            if (e is SessionClosed)
                break;
        }

        foreach (TranscriptPiece piece in order.Rest())
            yield return piece;
    }

    private static IEnumerable<TranscriptPiece> PiecesOf(ServerEvent e, TurnOrder order) => e switch
    {
        InputAudioBufferCommitted committed => order.Said(committed.ItemId),
        ConversationItemInputAudioTranscriptionDelta { Delta.Length: > 0 } delta => [new TranscriptPiece { Text = delta.Delta, ItemId = delta.ItemId }],
        ConversationItemInputAudioTranscriptionSegment segment => [new TranscriptPiece { Text = segment.Text, ItemId = segment.ItemId, Speaker = segment.Speaker, At = segment.Start }],
        ConversationItemInputAudioTranscriptionCompleted completed => order.Finished(new TranscriptPiece { Text = completed.Transcript, ItemId = completed.ItemId, IsFinal = true }),
        ConversationItemInputAudioTranscriptionFailed failed => order.Finished(new TranscriptPiece { ItemId = failed.ItemId, IsFinal = true, Error = failed.Error }),
        SessionInputTranscriptDelta heard => [new TranscriptPiece { Text = heard.Delta, At = heard.Elapsed }],
        SessionOutputTranscriptDelta translated => [new TranscriptPiece { Source = TranscriptSource.Translation, Text = translated.Delta, At = translated.Elapsed }],
        ServerError error => [new TranscriptPiece { Error = error.Error }],
        _ => [],
    };
}
