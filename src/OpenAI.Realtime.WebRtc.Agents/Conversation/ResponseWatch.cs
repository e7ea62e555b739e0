using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Looks into responses for what is to be done about them: calls of functions, what servers of tools ask and did. Under the conversation's lock.</summary>
internal sealed class ResponseWatch(ConversationState state, ResponseGate gate, ConversationHistory history, ToolDesk tools)
{
    private const int MaxOutside = 64;

    private readonly Queue<string> _outside = new();
    private ToolSet _tools = state.Tools;       // as they were when the response began: a hand-over in between loses no call
    private bool _mcpCallIsLast;                // nothing was said after it

    /// <summary>Whether the response that runs is written, and not spoken.</summary>
    public bool IsText { get; private set; }

    /// <summary>The responses that stand beside the conversation.</summary>
    public IReadOnlyCollection<string> Outside => _outside;

    /// <summary>Handles an event before the gate does: the calls of a response are answered before its end lets the next response go, which is then about their outputs.</summary>
    public void Handle(ServerEvent serverEvent)
    {
        switch (serverEvent)
        {
            case ResponseCreated { Response: { } response }:
                Begin(response);
                break;
            case ResponseOutputItemDone { Item: { } item } done when !_outside.Contains(done.ResponseId):
                OnItemDone(item, done.ResponseId, isWhole: true);
                break;
            case ConversationItemDone { Item: McpApprovalRequestItem ask }:
                tools.Ask(ask);
                break;
            case ResponseDone { Response: { Id: { } over } response } when !_outside.Contains(over):
                End(response, over);
                break;
        }
    }

    private void Begin(ResponseSnapshot response)
    {
        if (response.Id is { } id && (ResponseGate.IsOutsideConversation(response) || gate.IsOutOfBand(response)))
        {
            _outside.Enqueue(id);
            if (_outside.Count > MaxOutside)
                _outside.Dequeue();
            history.Ignore(id);
            return;
        }

        _tools = state.Tools;
        _mcpCallIsLast = false;
        IsText = response.OutputModalities.Count > 0 && !response.OutputModalities.Contains(OutputModality.Audio);
    }

    private void End(ResponseSnapshot response, string id)
    {
        bool isWhole = response.Status is null || response.Status == ResponseState.Completed;
        foreach (FunctionCallItem call in response.FunctionCalls)
            OnItemDone(call, id, isWhole);
        if (id == gate.ActiveResponseId)
            tools.CloseAllBut(null);
        if (_mcpCallIsLast && isWhole)
            tools.FollowServersCall();
        _mcpCallIsLast = false;
    }

    private void OnItemDone(ConversationItem item, string responseId, bool isWhole)
    {
        switch (item)
        {
            case FunctionCallItem call when isWhole && (call.Status is null || call.Status == ItemStatus.Completed):
                tools.Accept(responseId, call, _tools);
                break;
            case McpApprovalRequestItem ask:
                tools.Ask(ask);
                break;
            case McpCallItem when responseId == gate.ActiveResponseId:
                _mcpCallIsLast = true;
                break;
            case McpCallItem:
                tools.FollowServersCall();      // made after its response had ended, once it was approved
                break;
            case MessageItem:
                _mcpCallIsLast = false;
                break;
        }
    }
}
