using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>A conversation as another call is told it: the newest of it, as much as fits.</summary>
/// <param name="Items">The items for the service, in order; those that can keep the ids that they have in the history.</param>
/// <param name="Untold">What is not among them, or not whole: what does not fit, images, and speech that was not written down.</param>
internal sealed record Retelling(IReadOnlyList<ConversationItem> Items, IReadOnlyList<HistoryItem> Untold)
{
    private const int LongestId = 32;
    public const string NoResult = "No result: the conversation ended before there was one.";

    /// <summary>Puts a conversation into items.</summary>
    /// <param name="history">The conversation.</param>
    /// <param name="maxCharacters">How many characters the items may have together.</param>
    /// <param name="outputOf">The output of a function's call; null where it comes later, as an item of its own. Default: null, as the history has it.</param>
    public static Retelling Of(IReadOnlyList<HistoryItem> history, int maxCharacters, Func<HistoryToolCall, string?>? outputOf = null)
    {
        outputOf ??= static call => call.Output ?? NoResult;
        List<ConversationItem> newestFirst = [];
        List<HistoryItem> untold = [];
        int left = maxCharacters;
        int oldest = history.Count;
        while (oldest > 0)
        {
            HistoryItem item = history[oldest - 1];
            ConversationItem[] told = ItemsOf(item, outputOf);
            left -= told.Sum(LengthOf);
            if (left < 0)
                break;
            if (item is HistoryMessage { Images: > 0 } or HistoryMessage { TranscriptionFailed: true } || (item is HistoryMessage { Text: "" } silent && silent.Role == ChatRole.User))
                untold.Add(item);
            newestFirst.AddRange(told.Reverse());
            oldest--;
        }

        newestFirst.Reverse();
        untold.Reverse();
        return new Retelling(newestFirst, [.. history.Take(oldest), .. untold]);
    }

    private static ConversationItem[] ItemsOf(HistoryItem item, Func<HistoryToolCall, string?> outputOf) => item switch
    {
        HistoryMessage { Images: > 0, Text: "" } shown when shown.Role == ChatRole.User => [Named(ConversationItem.UserText("(The user showed an image here. It is not at hand any more.)"), item)],
        HistoryMessage { Spoken: "" } => [],
        HistoryMessage message when message.Role == ChatRole.User => [Named(ConversationItem.UserText(message.Text), item)],
        HistoryMessage message when message.Role == ChatRole.Assistant => [Named(ConversationItem.AssistantText(message.Spoken), item)],
        HistoryMessage message => [Named(ConversationItem.SystemText(message.Text), item)],
        HistoryToolCall { CallId: { } callId } call => CallOf(call, callId, outputOf(call)),
        HistoryToolCall { Output: { } output } call => [Named(ConversationItem.SystemText($"(Earlier the tool {call.Name} of the server {call.ServerLabel} was called with {call.Arguments}. Its result: {output})"), item)],
        _ => [],
    };

    // The output keeps an id of its own through all calls, so that the history knows it again.
    private static ConversationItem[] CallOf(HistoryToolCall call, string callId, string? output)
    {
        var asked = new FunctionCallItem { Id = call.Id, CallId = callId, Name = call.Name, Arguments = call.Arguments };
        return output is null ? [asked] : [asked, ConversationItem.FunctionOutput(callId, output) with { Id = call.Id.Length + 2 <= LongestId ? call.Id + "_o" : null }];
    }

    private static MessageItem Named(MessageItem message, HistoryItem item) => message with { Id = item.Id };

    private static int LengthOf(ConversationItem item) => item switch
    {
        MessageItem message => message.Text.Length,
        FunctionCallItem call => call.Name.Length + call.Arguments.Length,
        FunctionCallOutputItem output => output.Output.Length,
        _ => 0,
    };
}
