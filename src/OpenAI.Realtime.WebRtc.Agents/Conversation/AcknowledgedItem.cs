using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Which item of the conversation the service says it has: three events say so, of which a server may send one or two.</summary>
internal static class AcknowledgedItem
{
    /// <summary>The item that an event acknowledges; null for an event that acknowledges none.</summary>
    public static ConversationItem? Of(ServerEvent serverEvent) => serverEvent switch
    {
        ConversationItemAdded added => added.Item,
        ConversationItemDone done => done.Item,
        ConversationItemCreated created => created.Item,
        _ => null,
    };
}
