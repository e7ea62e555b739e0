using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Messages of Microsoft.Extensions.AI as the API's events.</summary>
internal static class ClientMessages
{
    /// <summary>What a request for a response sets for it alone; null for nothing, so that such requests can be merged.</summary>
    /// <exception cref="NotSupportedException">A tool or content that the API does not have.</exception>
    public static ResponseParameters? ParametersOf(CreateResponseRealtimeClientMessage message)
    {
        var parameters = new ResponseParameters();
        bool isSet = false;
        if (message.Items is { Count: > 0 } items)
            Set(() => parameters.Input = [.. items.SelectMany(MessageItems.ToItems)]);
        if (message.OutputVoice is { } voice)
            Set(() => parameters.Voice = voice);
        if (message.Instructions is { } instructions)
            Set(() => parameters.Instructions = instructions);
        if (message.MaxOutputTokens is { } limit)
            Set(() => parameters.MaxOutputTokens = SessionMapping.LimitOf(limit));
        if (message.OutputModalities is { } modalities)
            Set(() => parameters.OutputModalities = [.. modalities.Select(modality => (OutputModality)modality)]);
        if (message.Tools is { } tools)
            Set(() => parameters.Tools = SessionMapping.ToTools(tools));
        if (message.ToolMode is { } mode)
            Set(() => parameters.ToolChoice = SessionMapping.ToChoice(mode));
        if (message.AdditionalProperties is { Count: > 0 } metadata)
            Set(() => parameters.Metadata = new StringMap(metadata.Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.ToString() ?? ""))));
        return isSet ? parameters : null;

        void Set(Action set)
        {
            set();
            isSet = true;
        }
    }

    /// <summary>The event that a message carries as its own: one of ours, or its JSON.</summary>
    /// <exception cref="NotSupportedException">It carries none that can be sent.</exception>
    public static ClientEvent EventOf(RealtimeClientMessage message)
    {
        ClientEvent carried = message.RawRepresentation switch
        {
            ClientEvent own => own,
            string json => Read(Encoding.UTF8.GetBytes(json)),
            JsonElement json => Read(Encoding.UTF8.GetBytes(json.GetRawText())),
            JsonNode json => Read(Encoding.UTF8.GetBytes(json.ToJsonString())),
            byte[] json => Read(json),
            _ => throw new NotSupportedException(
                $"{message.GetType().Name} is not known here. Send one of the known messages, or a RealtimeClientMessage whose RawRepresentation is a ClientEvent of OpenAI.Realtime.WebRtc.Events, or an event's JSON."),
        };
        return carried.EventId is null && message.MessageId is { } id ? carried with { EventId = id } : carried;
    }

    private static ClientEvent Read(ReadOnlySpan<byte> json) =>
        ClientEvent.TryRead(json, RealtimeDialect.Ga, out ClientEvent? read, out string? reason)
            ? read
            : throw new NotSupportedException($"The message's RawRepresentation is no event: {reason}");
}
