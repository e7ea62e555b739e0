using System.Text;
using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Support;

/// <summary>The service's events, as short to write as a test wants them.</summary>
internal static class Service
{
    public static ResponseCreated Begins(string id, ResponseCreate? answerTo = null) => new() { Response = Response(id, answerTo) with { Status = ResponseState.InProgress } };

    /// <summary>A response beside the conversation, as the service marks it: with a <c>conversation_id</c> of null.</summary>
    public static ServerEvent BeginsBeside(string id, ResponseCreate? answerTo = null) => Beside("response.created", id, answerTo);

    public static ServerEvent EndsBeside(string id, ResponseCreate? answerTo = null) => Beside("response.done", id, answerTo);

    public static ResponseDone Ends(string id, ResponseCreate? answerTo = null, string status = "completed", params ConversationItem[] output) =>
        new() { Response = Response(id, answerTo) with { Status = status, Output = output } };

    public static ServerError Refuses(ClientEvent clientEvent, string code = "invalid_value", string message = "No.") => Error(clientEvent.EventId, code, message);

    public static ServerError IsTaken(ClientEvent clientEvent) => Error(clientEvent.EventId, "conversation_already_has_active_response", "Conversation already has an active response.");

    public static ServerError Error(string? eventId, string code, string message = "No.") => new() { Error = new ErrorDetails { EventId = eventId, Code = code, Message = message } };

    public static FunctionCallItem Call(string callId, string name, string arguments = "{}") =>
        new() { Id = "item_" + callId, CallId = callId, Name = name, Arguments = arguments, Status = ItemStatus.Completed };

    public static ResponseOutputItemDone Says(string responseId, ConversationItem item) => new() { ResponseId = responseId, Item = item };

    public static ConversationItemAdded Adds(ConversationItem item, string? after = null) => new() { Item = item, PreviousItemId = after };

    public static ConversationItemDone Completes(ConversationItem item, string? after = null) => new() { Item = item, PreviousItemId = after };

    public static MessageItem Message(string id, ItemRole role, string? text = null) => new(role)
    {
        Id = id,
        Content = text is null ? [] : role == ItemRole.Assistant ? [new ContentPart { Type = ContentPartType.OutputAudio, Transcript = text }] : [ContentPart.InputText(text)],
    };

    /// <summary>What the user said, before it is written down.</summary>
    public static MessageItem Spoken(string id) => new(ItemRole.User) { Id = id, Content = [new ContentPart { Type = ContentPartType.InputAudio }] };

    public static ConversationItemInputAudioTranscriptionCompleted Hears(string itemId, string text) => new() { ItemId = itemId, Transcript = text };

    public static ResponseOutputAudioTranscriptDelta SaysWords(string responseId, string itemId, string delta) => new() { ResponseId = responseId, ItemId = itemId, Delta = delta };

    public static ResponseOutputAudioTranscriptDone SaidAll(string responseId, string itemId, string text) => new() { ResponseId = responseId, ItemId = itemId, Transcript = text };

    public static SessionCreated Session(TurnDetection? detection) =>
        new() { Session = new SessionInfo { Id = "sess_1", Config = new RealtimeSessionConfig { TurnDetection = detection } } };

    public static SessionUpdated Configured(TurnDetection? detection) =>
        new() { Session = new SessionInfo { Id = "sess_1", Config = new RealtimeSessionConfig { TurnDetection = detection } } };

    private static ResponseSnapshot Response(string id, ResponseCreate? answerTo) =>
        new() { Id = id, ConversationId = "conv_1", Metadata = answerTo?.Response?.Metadata.Value is { } metadata ? new StringMap(metadata) : null };

    private static ServerEvent Beside(string type, string id, ResponseCreate? answerTo)
    {
        JsonNode? metadata = answerTo?.Response?.Metadata.Value is { } own ? new JsonObject { [ResponseGate.MetadataKey] = own[ResponseGate.MetadataKey] } : null;
        return ServerEvent.Read(Encoding.UTF8.GetBytes(new JsonObject
        {
            ["type"] = type,
            ["event_id"] = "e",
            ["response"] = new JsonObject { ["id"] = id, ["status"] = "completed", ["output"] = new JsonArray(), ["conversation_id"] = null, ["metadata"] = metadata },
        }.ToJsonString()));
    }
}
