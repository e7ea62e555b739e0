using System.Globalization;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>The service's events as messages of Microsoft.Extensions.AI; what has none passes as raw content. Each carries its event.</summary>
internal static class ServerMessages
{
    /// <summary>An event as a message.</summary>
    /// <param name="serverEvent">The event.</param>
    /// <param name="hasSound">Whether sound is told as it is played, by messages of its own; then the service's word that all of it has been generated is not its end.</param>
    public static RealtimeServerMessage Of(ServerEvent serverEvent, bool hasSound = false)
    {
        RealtimeServerMessage message = serverEvent switch
        {
            ResponseCreated created => Response(RealtimeServerMessageType.ResponseCreated, created.Response),
            ResponseDone done => Response(RealtimeServerMessageType.ResponseDone, done.Response),
            ResponseOutputItemAdded added => Item(RealtimeServerMessageType.ResponseOutputItemAdded, added.Item, added.ResponseId, added.OutputIndex),
            ResponseOutputItemDone done => Item(RealtimeServerMessageType.ResponseOutputItemDone, done.Item, done.ResponseId, done.OutputIndex),
            ConversationItemAdded added => Item(RealtimeServerMessageType.ConversationItemAdded, added.Item),
            ConversationItemDone done => Item(RealtimeServerMessageType.ConversationItemDone, done.Item),
            ResponseOutputTextDelta delta => Content(RealtimeServerMessageType.OutputTextDelta, delta, delta.Delta),
            ResponseOutputTextDone done => Content(RealtimeServerMessageType.OutputTextDone, done, done.Text),
            ResponseOutputAudioTranscriptDelta delta => Content(RealtimeServerMessageType.OutputAudioTranscriptionDelta, delta, delta.Delta),
            ResponseOutputAudioTranscriptDone done => Content(RealtimeServerMessageType.OutputAudioTranscriptionDone, done, done.Transcript),
            ResponseOutputAudioDelta delta => Sound(RealtimeServerMessageType.OutputAudioDelta, delta, delta.Delta.Undecoded ?? Convert.ToBase64String(delta.Delta.Bytes.Span)),
            ResponseOutputAudioDone done when !hasSound => Sound(RealtimeServerMessageType.OutputAudioDone, done, audio: null),
            ConversationItemInputAudioTranscriptionDelta delta =>
                Heard(RealtimeServerMessageType.InputAudioTranscriptionDelta, delta.ItemId, delta.ContentIndex, delta.Delta),
            ConversationItemInputAudioTranscriptionCompleted done => HeardWhole(done),
            ConversationItemInputAudioTranscriptionFailed failed => NotHeard(failed),
            ResponseMcpCallInProgress call => Mcp("McpCallInProgress", call.ItemId),
            ResponseMcpCallCompleted call => Mcp("McpCallCompleted", call.ItemId),
            ResponseMcpCallFailed call => Mcp("McpCallFailed", call.ItemId),
            McpListToolsInProgress list => Mcp("McpListToolsInProgress", list.ItemId),
            McpListToolsCompleted list => Mcp("McpListToolsCompleted", list.ItemId),
            McpListToolsFailed list => Mcp("McpListToolsFailed", list.ItemId),
            ServerError error => Error(error.Error, error.Error.EventId),
            _ => Raw(),
        };
        message.MessageId = serverEvent.EventId;
        message.RawRepresentation = serverEvent;
        return message;
    }

    /// <summary>An error, and the message that it answers.</summary>
    public static ErrorRealtimeServerMessage Error(ErrorDetails? error, string? answers) => new() { Error = ContentOf(error), OriginatingMessageId = answers };

    private static ErrorContent ContentOf(ErrorDetails? error) => new(error?.Message) { ErrorCode = error?.Code?.Value ?? error?.Type?.Value, Details = error?.Param };

    private static RealtimeServerMessage Raw() => new() { Type = RealtimeServerMessageType.RawContentOnly };

    private static ResponseCreatedRealtimeServerMessage Response(RealtimeServerMessageType type, ResponseSnapshot response) => new(type)
    {
        ResponseId = response.Id,
        Status = response.Status?.Value,
        OutputVoice = response.Voice?.Value,
        OutputAudioOptions = response.OutputAudioFormat is { Type: { } format } audio ? new RealtimeAudioFormat(format.Value, audio.Rate.Value ?? SessionMapping.SampleRate) : null,
        MaxOutputTokens = response.MaxOutputTokens is { IsUnlimited: true } ? int.MaxValue : response.MaxOutputTokens.Tokens,
        OutputModalities = response.OutputModalities.IsSet ? [.. response.OutputModalities.Select(modality => modality.Value)] : null,
        AdditionalProperties = MetadataOf(response),
        Items = response.Output.IsSet ? [.. response.Output.Select(MessageItems.FromItem).OfType<RealtimeConversationItem>()] : null,
        Usage = UsageOf(response.Usage),
        Error = response.StatusDetails?.Error is { } error ? ContentOf(error) : null,
    };

    // The gate's own entry is nobody else's.
    private static AdditionalPropertiesDictionary? MetadataOf(ResponseSnapshot response)
    {
        KeyValuePair<string, object?>[] own = [.. (response.Metadata ?? []).Where(pair => pair.Key != ResponseGate.MetadataKey).Select(pair => KeyValuePair.Create(pair.Key, (object?)pair.Value))];
        return own.Length == 0 ? null : new AdditionalPropertiesDictionary(own);
    }

    private static RealtimeServerMessage Item(RealtimeServerMessageType type, ConversationItem item, string? response = null, int? index = null) =>
        MessageItems.FromItem(item) is { } mapped ? new ResponseOutputItemRealtimeServerMessage(type) { Item = mapped, ResponseId = response, OutputIndex = index } : Raw();

    private static ResponseOutputItemRealtimeServerMessage Mcp(string type, string itemId) =>
        new(new RealtimeServerMessageType(type)) { Item = new RealtimeConversationItem([], itemId) };

    private static OutputTextAudioRealtimeServerMessage Content(RealtimeServerMessageType type, ResponseContentEvent content, string text) => new(type)
    {
        Text = text,
        ItemId = content.ItemId,
        ResponseId = content.ResponseId,
        OutputIndex = content.OutputIndex,
        ContentIndex = content.ContentIndex,
    };

    private static OutputTextAudioRealtimeServerMessage Sound(RealtimeServerMessageType type, ResponseContentEvent content, string? audio) => new(type)
    {
        Audio = audio,
        ItemId = content.ItemId,
        ResponseId = content.ResponseId,
        OutputIndex = content.OutputIndex,
        ContentIndex = content.ContentIndex,
    };

    private static InputAudioTranscriptionRealtimeServerMessage Heard(RealtimeServerMessageType type, string itemId, int? index, string? text) =>
        new(type) { ItemId = itemId, ContentIndex = index, Transcription = text };

    private static InputAudioTranscriptionRealtimeServerMessage HeardWhole(ConversationItemInputAudioTranscriptionCompleted done)
    {
        InputAudioTranscriptionRealtimeServerMessage message = Heard(RealtimeServerMessageType.InputAudioTranscriptionCompleted, done.ItemId, done.ContentIndex, done.Transcript);
        message.Usage = UsageOf(done.Usage);
        return message;
    }

    private static InputAudioTranscriptionRealtimeServerMessage NotHeard(ConversationItemInputAudioTranscriptionFailed failed)
    {
        InputAudioTranscriptionRealtimeServerMessage message = Heard(RealtimeServerMessageType.InputAudioTranscriptionFailed, failed.ItemId, failed.ContentIndex, null);
        message.Error = ContentOf(failed.Error);
        return message;
    }

    private static UsageDetails? UsageOf(ResponseUsage? usage) => usage is null ? null : new UsageDetails
    {
        InputTokenCount = usage.InputTokens,
        OutputTokenCount = usage.OutputTokens,
        TotalTokenCount = usage.TotalTokens,
        CachedInputTokenCount = usage.InputTokenDetails?.CachedTokens,
        InputAudioTokenCount = usage.InputTokenDetails?.AudioTokens,
        InputTextTokenCount = usage.InputTokenDetails?.TextTokens,
        OutputAudioTokenCount = usage.OutputTokenDetails?.AudioTokens,
        OutputTextTokenCount = usage.OutputTokenDetails?.TextTokens,
    };

    // Some transcribers are paid by the token and some by the second.
    private static UsageDetails? UsageOf(TranscriptionUsage? usage) => usage switch
    {
        null => null,
        { Duration: { } duration } => new UsageDetails { AdditionalCounts = new() { ["milliseconds"] = (long)duration.TotalMilliseconds } },
        _ => new UsageDetails
        {
            InputTokenCount = usage.InputTokens,
            OutputTokenCount = usage.OutputTokens,
            TotalTokenCount = usage.TotalTokens,
            InputAudioTokenCount = usage.InputTokenDetails?.AudioTokens,
            InputTextTokenCount = usage.InputTokenDetails?.TextTokens,
        },
    };
}
