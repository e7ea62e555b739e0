using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>The words that an event brings.</summary>
internal static class Transcripts
{
    /// <param name="serverEvent">The event.</param>
    /// <param name="outside">The responses beside the conversation, whose words nobody hears.</param>
    public static TranscriptUpdate? Of(ServerEvent serverEvent, IReadOnlyCollection<string> outside) => serverEvent switch
    {
        ResponseContentEvent part when outside.Contains(part.ResponseId) => null,
        ResponseOutputAudioTranscriptDelta words => new(words.ItemId, ChatRole.Assistant, words.Delta, IsFinal: false),
        ResponseOutputAudioTranscriptDone words => new(words.ItemId, ChatRole.Assistant, words.Transcript, IsFinal: true),
        ResponseOutputTextDelta words => new(words.ItemId, ChatRole.Assistant, words.Delta, IsFinal: false),
        ResponseOutputTextDone words => new(words.ItemId, ChatRole.Assistant, words.Text, IsFinal: true),
        ConversationItemInputAudioTranscriptionDelta { Delta: { } delta } words => new(words.ItemId, ChatRole.User, delta, IsFinal: false),
        ConversationItemInputAudioTranscriptionCompleted words => new(words.ItemId, ChatRole.User, words.Transcript, IsFinal: true),
        _ => null,
    };
}
