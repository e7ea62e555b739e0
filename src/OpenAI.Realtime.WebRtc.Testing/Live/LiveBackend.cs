using System.Text;
using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>
/// The Responses model of a session, as others have measured it: one task at a time; a function call is done when its item is; <c>response.create</c> is refused while a call is unanswered; its input is bounded, and an output that does
/// not fit leaves its call open for ever. What it answers is the script's. Under the conversation's gate, but for the script.
/// </summary>
internal sealed class LiveBackend(LiveTestSession session, RealtimeTestEndpointOptions options, Action<string?, JsonObject> emit)
{
    private const int MaxItems = 128;
    private const int MaxBytes = 32_768;
    private const int MaxCalls = 64;
    private const int MaxTasks = 64;

    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private readonly Queue<string> _waiting = new();
    private readonly List<JsonObject> _given = [];
    private string? _task;              // whose response runs, or goes on; null for none
    private bool _isBusy;
    private int _items;
    private int _bytes;

    /// <summary>Something was handed over to the model.</summary>
    /// <returns>False when too much waits already.</returns>
    public bool TryDelegate(string delegationId)
    {
        if (_waiting.Count >= MaxTasks)
            return false;
        _waiting.Enqueue(delegationId);
        return true;
    }

    /// <summary>The next task, when none is under way.</summary>
    public bool TryTakeTask(out string? delegationId)
    {
        delegationId = null;
        if (_task is not null || _isBusy || !_waiting.TryDequeue(out string? next))
            return false;
        (_task, delegationId, _isBusy) = (next, next, true);
        return true;
    }

    /// <summary><c>response.item.create</c>.</summary>
    public ApiError? Give(JsonObject? item)
    {
        if (item is null)
            return ApiError.Missing("item");
        int size = Encoding.UTF8.GetByteCount(item.ToJsonString());
        if (_items >= MaxItems || _bytes + size > MaxBytes)
            return new ApiError($"Response input is limited to {MaxItems} items and {MaxBytes} UTF-8 bytes per session.", "response_input_buffer_full");
        _items++;
        _bytes += size;
        if (item.Text("type") == "function_call_output" && item.Text("call_id") is { } callId)
            _open.Remove(callId);
        _given.Add((JsonObject)item.DeepClone());
        return null;
    }

    /// <summary><c>response.create</c>.</summary>
    /// <returns>What is wrong with it; null when the model is to go on.</returns>
    public ApiError? Create()
    {
        if (_open.Count > 0)
            return new ApiError($"No output for {string.Join(", ", _open)}.", "function_call_outputs_required");
        if (_isBusy)
            return new ApiError("A response is in progress.", "active_response");
        _isBusy = true;
        return null;
    }

    /// <summary>What the model is given for its next response, and the task that it belongs to.</summary>
    public (string? DelegationId, JsonArray Items) TakeInput()
    {
        var items = new JsonArray(_given.ToArray<JsonNode>());      // a collection expression would not survive trimming
        _given.Clear();
        return (_task, items);
    }

    /// <summary>A whole response: what it calls, or what it says in the end.</summary>
    /// <returns>What the voice is to say; null for nothing yet.</returns>
    public string? Respond(string? delegationId, LiveTestResponse response)
    {
        string id = Json.NewId("resp_");
        emit(delegationId, new JsonObject { ["type"] = "response.created", ["response"] = new JsonObject { ["id"] = id, ["status"] = "in_progress" } });
        foreach ((string name, string arguments) in response.Calls.Take(MaxCalls))
        {
            string itemId = Json.NewId("fc_"), callId = Json.NewId("call_");
            _open.Add(callId);
            JsonObject item = new() { ["id"] = itemId, ["type"] = "function_call", ["status"] = "in_progress", ["call_id"] = callId, ["name"] = name, ["arguments"] = "" };
            emit(delegationId, new JsonObject { ["type"] = "response.output_item.added", ["item"] = item });
            emit(delegationId, new JsonObject { ["type"] = "response.function_call_arguments.done", ["item_id"] = itemId, ["arguments"] = arguments });
            item = (JsonObject)item.DeepClone();
            (item["status"], item["arguments"]) = ("completed", arguments);
            emit(delegationId, new JsonObject { ["type"] = "response.output_item.done", ["item"] = item });
        }
        if (response.Text is { } text && response.Calls.Count == 0)
            emit(delegationId, new JsonObject { ["type"] = "response.output_text.done", ["text"] = text });
        string status = response.Fails ? "failed" : "completed";
        emit(delegationId, new JsonObject { ["type"] = "response." + status, ["response"] = new JsonObject { ["id"] = id, ["status"] = status, ["output"] = new JsonArray() } });
        _isBusy = false;
        if (response.Fails)
            _open.Clear();
        if (response.Calls.Count > 0 && !response.Fails)
            return null;
        _task = null;
        return response.Fails ? null : response.Text;
    }

    /// <summary>What the script says, or a plain answer. Under no lock: it is the user's code.</summary>
    public LiveTestResponse Ask(JsonArray items) => options.LiveScript.OnResponse is { } onResponse
        ? onResponse(session, items) ?? new LiveTestResponse()
        : new LiveTestResponse { Text = items.Count == 0 ? "It is done." : $"It is done, with {items.Count} results." };
}
