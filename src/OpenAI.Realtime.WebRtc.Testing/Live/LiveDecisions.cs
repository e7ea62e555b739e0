using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>The commands for the Decisions model: items are taken and acknowledged; what it decides is the test's.</summary>
internal static class LiveDecisions
{
    /// <summary>One command.</summary>
    /// <returns>What is wrong with it; null for nothing.</returns>
    public static ApiError? Handle(string type, JsonObject e, string? id, LiveEmitter emitter)
    {
        if (type == "decision.create")
            return id is null ? ApiError.Missing("event_id") : null;     // what follows is the script's
        if (type == "decision.item.delete")
        {
            if (e.Text("item_id") is not { } itemId)
                return ApiError.Missing("item_id");
            emitter.Emit("decision.item.deleted", id, ("item_id", itemId));
            return null;
        }
        if (e["item"] is not JsonObject item)
            return ApiError.Missing("item");
        var stored = (JsonObject)item.DeepClone();
        stored["id"] ??= Json.NewId("item_");
        emitter.Emit("decision.item.created", id, ("item", stored));
        return null;
    }
}
