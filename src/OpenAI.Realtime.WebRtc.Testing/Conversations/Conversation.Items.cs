using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Testing;

internal sealed partial class Conversation
{
    /// <summary>Of a longer conversation the oldest items are forgotten.</summary>
    private const int MaxItems = 1_000;

    private const int MaxItemBytes = 32 * 1024 * 1024;

    private static readonly Shape ItemShape = Shape.Object(
        ("id", Shape.Text),
        ("object", Shape.OneOf("realtime.item")),
        ("type", Shape.OneOf("message", "function_call", "function_call_output", "mcp_approval_response")),
        ("status", Shape.OneOf("completed", "incomplete", "in_progress")),
        ("role", Shape.OneOf("system", "user", "assistant")),
        ("content", Shape.Array),
        ("name", Shape.Text),
        ("arguments", Shape.Text),
        ("call_id", Shape.Text),
        ("output", Shape.Text),
        ("approval_request_id", Shape.Text),
        ("approve", Shape.Flag),
        ("reason", Shape.Text.OrNull));

    private readonly List<(JsonObject Item, int Bytes)> _items = [];
    private long _itemBytes;

    // What the next response answers.
    private string? _pendingText;
    private RealtimeTestAudio? _pendingAudio;
    private Dictionary<string, string> _pendingOutputs = [];

    private string? LastItemId => _items.Count == 0 ? null : _items[^1].Item.Text("id");

    private ApiError? CreateItem(JsonObject e)
    {
        if (e["item"] is not JsonObject given)
            return e.ContainsKey("item") ? ApiError.InvalidType("item", "an object", e["item"]) : ApiError.Missing("item");
        if (ItemShape.Check(given, "item") is { } wrong)
            return wrong;
        if (CheckContent(given) is { } error)
            return error;
        if (given.Text("id") is { } id && (id.Length is 0 or > 64 || IndexOf(id) >= 0))
            return new ApiError("Error adding item: the id is empty, longer than 64 characters, or already in the conversation.", "item_create_invalid_item_id", "item.id");

        int at = _items.Count;
        if (e.Text("previous_item_id") is { } previous)
        {
            at = previous == "root" ? 0 : IndexOf(previous) + 1;
            if (at == 0 && previous != "root")
                return new ApiError($"Error adding item: the previous item with id '{Json.Shorten(previous)}' does not exist.", "item_create_invalid_previous_item_id", "previous_item_id");
        }

        var item = new JsonObject
        {
            ["id"] = given.Text("id") ?? Json.NewId("item_"),
            ["object"] = "realtime.item",
            ["type"] = given.Text("type"),
            ["status"] = "completed",
        };
        foreach ((string name, JsonNode? value) in given)
        {
            if (!item.ContainsKey(name))
                item[name] = value.Copy();
        }

        string? previousId = at == 0 ? null : _items[at - 1].Item.Text("id");
        AddItem(item, at);
        Remember(item);
        Emit("conversation.item.added", ("previous_item_id", previousId), ("item", item.DeepClone()));
        Emit("conversation.item.done", ("previous_item_id", previousId), ("item", item.DeepClone()));
        return null;
    }

    private static ApiError? CheckContent(JsonObject item)
    {
        if (item.Text("type") is not { } type)
            return ApiError.Missing("item.type");
        if (type == "function_call_output")
        {
            return !item.ContainsKey("call_id") ? ApiError.Missing("item.call_id")
                : !item.ContainsKey("output") ? ApiError.Missing("item.output")
                : null;
        }

        if (type != "message")
            return null;
        if (item.Text("role") is not { } role)
            return ApiError.Missing("item.role");
        if (item["content"] is not JsonArray content)
            return ApiError.Missing("item.content");
        string[] allowed = role switch
        {
            "system" => ["input_text"],
            "user" => ["input_text", "input_audio", "input_image"],
            _ => ["output_text", "text"],       // audio of the assistant cannot be made by a client
        };
        for (int i = 0; i < content.Count; i++)
        {
            string path = $"item.content[{i}]";
            if (content[i] is not JsonObject part)
                return ApiError.InvalidType(path, "an object", content[i]);
            if (part.Text("type") is not { } partType)
                return ApiError.Missing(path + ".type");
            if (!allowed.Contains(partType))
                return ApiError.InvalidValue(path + ".type", partType, string.Join(", ", allowed.Select(a => $"'{a}'")));
        }

        return null;
    }

    private ApiError? RetrieveItem(JsonObject e)
    {
        if (FindItem(e, "item_retrieve_invalid_item_id", out int at) is { } error)
            return error;
        Emit("conversation.item.retrieved", ("item", _items[at].Item.DeepClone()));
        return null;
    }

    private ApiError? DeleteItem(JsonObject e)
    {
        if (FindItem(e, "item_delete_invalid_item_id", out int at) is { } error)
            return error;
        _itemBytes -= _items[at].Bytes;
        _items.RemoveAt(at);
        Emit("conversation.item.deleted", ("item_id", e.Text("item_id")));
        return null;
    }

    private ApiError? TruncateItem(JsonObject e)
    {
        if (FindItem(e, "item_truncate_invalid_item_id", out int at) is { } error)
            return error;
        JsonObject item = _items[at].Item;
        if (item.Text("role") != "assistant" || item["content"] is not JsonArray content || content is not [JsonObject part, ..] || part.Text("type") is not ("output_audio" or "audio"))
            return new ApiError("Only model output audio messages can be truncated", "unsupported_content_type", "item_id");
        if (e.Number("audio_end_ms") is not { } end || end < 0)
            return ApiError.Missing("audio_end_ms");
        if (e.Number("content_index") is not { } index || index != 0)
            return ApiError.Missing("content_index");
        Emit("conversation.item.truncated", ("item_id", item.Text("id")), ("content_index", 0), ("audio_end_ms", (long)Math.Min(end, int.MaxValue)));
        return null;
    }

    private ApiError? FindItem(JsonObject e, string code, out int at)
    {
        at = -1;
        if (e.Text("item_id") is not { } id)
            return ApiError.Missing("item_id");
        at = IndexOf(id);
        return at >= 0 ? null : new ApiError($"The item with id '{Json.Shorten(id)}' does not exist.", code, "item_id");
    }

    private int IndexOf(string id) => _items.FindIndex(entry => entry.Item.Text("id") == id);

    private void AddItem(JsonObject item, int? at = null)
    {
        int bytes = Json.Write(item).Length;
        _items.Insert(at ?? _items.Count, (item, bytes));
        _itemBytes += bytes;
        while (_items.Count > MaxItems || (_itemBytes > MaxItemBytes && _items.Count > 1))
        {
            _itemBytes -= _items[0].Bytes;
            _items.RemoveAt(0);
        }
    }

    // What the caller wrote, or a function gave, is what the next response answers.
    private void Remember(JsonObject item)
    {
        if (item.Text("type") == "function_call_output")
        {
            if (_pendingOutputs.Count < MaxItems)
                _pendingOutputs[item.Text("call_id")!] = item.Text("output")!;
            return;
        }

        if (item.Text("role") != "user" || item["content"] is not JsonArray content)
            return;
        string text = string.Join(' ', content.OfType<JsonObject>().Where(part => part.Text("type") == "input_text").Select(part => part.Text("text")));
        if (text.Length > 0)
            _pendingText = text;
    }
}
