using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Something that happened in a <see cref="VoiceConversation"/>.</summary>
public abstract record ConversationUpdate
{
    private protected ConversationUpdate()
    {
    }
}

/// <summary>Somebody begins or ceases to speak.</summary>
/// <param name="Role">Who: <see cref="ChatRole.User"/> or <see cref="ChatRole.Assistant"/>.</param>
/// <param name="IsSpeaking">Whether it is the beginning.</param>
public sealed record SpeechUpdate(ChatRole Role, bool IsSpeaking) : ConversationUpdate;

/// <summary>The next words that somebody says. The user's come when they come, often after the answer's.</summary>
/// <param name="ItemId">The item that they belong to.</param>
/// <param name="Role">Who says them.</param>
/// <param name="Text">The words; of the last update of an item the whole text.</param>
/// <param name="IsFinal">Whether this is the last, with all of the item's text.</param>
public sealed record TranscriptUpdate(string ItemId, ChatRole Role, string Text, bool IsFinal) : ConversationUpdate;

/// <summary>The history has changed; <see cref="VoiceConversation.History"/> has it whole.</summary>
/// <param name="Change">How.</param>
public sealed record HistoryUpdate(HistoryChange Change) : ConversationUpdate;

/// <summary>A tool has begun or ended, or was not run.</summary>
/// <param name="Call">The call as it is now.</param>
public sealed record ToolCallUpdate(ToolCall Call) : ConversationUpdate;

/// <summary>A call waits for the program's leave, see <see cref="VoiceConversation.Approve"/> and <see cref="VoiceConversation.Refuse"/>.</summary>
/// <param name="Request">What is asked.</param>
public sealed record ApprovalUpdate(ApprovalRequest Request) : ConversationUpdate;

/// <summary>The assistant was cut off.</summary>
/// <param name="ResponseId">The response; null where the service did not name it.</param>
/// <param name="Heard">How long it was heard.</param>
/// <param name="ByUser">Whether the user's voice did it, and not the program or a guardrail.</param>
public sealed record InterruptionUpdate(string? ResponseId, TimeSpan Heard, bool ByUser) : ConversationUpdate;

/// <summary>A guardrail has refused what the assistant was saying, or could not look at it.</summary>
/// <param name="ResponseId">The response.</param>
/// <param name="Guardrail">The guardrail's name.</param>
/// <param name="Outcome">What came of the check; never <see cref="GuardrailOutcome.Passed"/>.</param>
/// <param name="Reason">Why, in the guardrail's words, or what went wrong with it.</param>
/// <param name="WasStopped">Whether there was something left to stop. What was stopped before it was heard to its end has an <see cref="InterruptionUpdate"/> as well.</param>
public sealed record GuardrailUpdate(string ResponseId, string Guardrail, GuardrailOutcome Outcome, string? Reason, bool WasStopped) : ConversationUpdate;

/// <summary>A response has ended, however it ended; its sound may still be playing.</summary>
/// <param name="Response">The response.</param>
public sealed record ResponseUpdate(ResponseSnapshot Response) : ConversationUpdate;

/// <summary>A turn is over.</summary>
/// <param name="Turn">What it came to.</param>
public sealed record TurnUpdate(ConversationTurn Turn) : ConversationUpdate;

/// <summary>Another agent leads the conversation.</summary>
/// <param name="From">Who did.</param>
/// <param name="To">Who does.</param>
public sealed record AgentUpdate(VoiceAgent From, VoiceAgent To) : ConversationUpdate;

/// <summary>The call grew old, and another has taken its place in a quiet moment, or at the latest (<see cref="ConversationCallOptions"/>).</summary>
/// <param name="Change">Which call is there now.</param>
public sealed record RotatedUpdate(CallChange Change) : ConversationUpdate;

/// <summary>The call was lost, and another is being opened; until <see cref="ReconnectedUpdate"/> nobody hears anything. It comes again for each further attempt.</summary>
/// <param name="Lost">How the call ended.</param>
/// <param name="Attempt">Which attempt is about to be made, from 1.</param>
/// <param name="Failure">Why the attempt before failed; null of the first.</param>
public sealed record ReconnectingUpdate(SessionEnd Lost, int Attempt, Exception? Failure) : ConversationUpdate;

/// <summary>Another call has taken the place of the one that was lost; it has been told the conversation.</summary>
/// <param name="Change">Which call is there now, and what it could not be told.</param>
public sealed record ReconnectedUpdate(CallChange Change) : ConversationUpdate;

/// <summary>The service reports an error that no method of the conversation has thrown. The conversation goes on.</summary>
/// <param name="Error">The error.</param>
public sealed record ErrorUpdate(ErrorDetails Error) : ConversationUpdate;

/// <summary>An event of the service as it came, where <see cref="VoiceConversationOptions.IncludeEvents"/> asks for them.</summary>
/// <param name="Event">The event.</param>
public sealed record ServerEventUpdate(ServerEvent Event) : ConversationUpdate;

/// <summary>Updates were not read in time and had to make room, see <see cref="VoiceConversationOptions.UpdateCapacity"/>. The history, the approvals that wait and the end are not lost: the conversation has them.</summary>
/// <param name="Count">How many are missing here.</param>
public sealed record UpdatesLostUpdate(long Count) : ConversationUpdate;

/// <summary>The conversation has ended; nothing follows.</summary>
/// <param name="End">How.</param>
public sealed record EndUpdate(ConversationEnd End) : ConversationUpdate;
