using System.Text.Json;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>What an event of the Responses model means here.</summary>
internal enum BackendEventKind
{
    /// <summary>Nothing that has to be dealt with.</summary>
    Other,

    /// <summary>A response has begun.</summary>
    Created,

    /// <summary>A function was called: only the item that is done is the call, with all that belongs to it.</summary>
    Called,

    /// <summary>A response has come to its end.</summary>
    Completed,

    /// <summary>A response has failed or was cut off.</summary>
    Failed,
}

/// <summary>An event of the Responses model, as far as it matters to who runs its functions.</summary>
internal readonly record struct BackendEvent(BackendEventKind Kind, string? ResponseId = null)
{
    public string? ItemId { get; init; }

    public string? CallId { get; init; }

    public string Name { get; init; } = "";

    public string Arguments { get; init; } = "";

    /// <summary>Reads an event; whatever does not fit is <see cref="BackendEventKind.Other"/>.</summary>
    public static BackendEvent Read(RawJson json)
    {
        JsonElement e = json.Element;
        string? response = Text(Member(e, "response"), "id");
        return Text(e, "type") switch
        {
            "response.created" => new(BackendEventKind.Created, response),
            "response.output_item.done" => ReadItem(Member(e, "item")),
            "response.completed" => new(BackendEventKind.Completed, response),
            "response.failed" or "response.incomplete" or "response.cancelled" or "error" => new(BackendEventKind.Failed, response),
            _ => default,
        };
    }

    private static BackendEvent ReadItem(JsonElement item) =>
        Text(item, "type") == "function_call" && Text(item, "status") is null or "completed" && Text(item, "name") is { } name
            ? new(BackendEventKind.Called) { ItemId = Text(item, "id"), CallId = Text(item, "call_id"), Name = name, Arguments = Text(item, "arguments") ?? "" }
            : default;

    private static JsonElement Member(JsonElement of, string name) => of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement member) ? member : default;

    /// <summary>A text; null for what is none, or holds half a character.</summary>
    private static string? Text(JsonElement of, string name)
    {
        JsonElement member = Member(of, name);
        if (member.ValueKind != JsonValueKind.String)
            return null;
        try
        {
            return member.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
