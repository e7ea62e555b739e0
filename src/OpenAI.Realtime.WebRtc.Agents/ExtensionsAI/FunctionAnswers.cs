using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// The calls of functions that the service has made, and their outputs. Middleware asks for a response after each output; a request that follows one waits here until every call that is known has its own, since the user
/// would else hear an answer for each. Told the time; under the session's lock.
/// </summary>
internal sealed class FunctionAnswers
{
    /// <summary>How long the output of one more call is waited for once no response runs: it may take minutes, or be nobody's to give.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>How long the request that follows the last output is waited for, which middleware sends right behind it.</summary>
    public static readonly TimeSpan Follows = TimeSpan.FromMilliseconds(250);

    private const int MaxCalls = 256;

    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private List<string> _outputs = [];
    private List<string>? _held;

    /// <summary>Whether there are outputs that no request for a response is about yet.</summary>
    public bool HasOutputs => _outputs.Count > 0;

    /// <summary>When the request that waits here is to be made, whatever is missing.</summary>
    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>Looks whether the service calls a function, or has got an output from whomever.</summary>
    public void Handle(ServerEvent serverEvent)
    {
        if (serverEvent is ResponseOutputItemDone { Item: FunctionCallItem { CallId: { } callId } } && _open.Count < MaxCalls)
            _open.Add(callId);
        else if (AcknowledgedItem.Of(serverEvent) is FunctionCallOutputItem { CallId: { } answered })
            _open.Remove(answered);
    }

    /// <summary>An output is about to be sent.</summary>
    public void Add(FunctionCallOutputItem output)
    {
        _outputs.Add(output.Id!);
        if (output.CallId is { } callId)
            _open.Remove(callId);
    }

    /// <summary>An output has been sent.</summary>
    public void OnSent(Instant now)
    {
        if (_held is not null && _open.Count == 0)
            Due = Instant.Min(Due, now + Follows);
    }

    /// <summary>A request for a response waits for the outputs that are missing.</summary>
    /// <param name="messageId">The id of the message that asks.</param>
    public void Hold(string? messageId)
    {
        _held ??= [];
        if (messageId is not null)
            _held.Add(messageId);
    }

    /// <summary>What all requests that wait ask for together, once nothing is missing, or when it has been waited for long enough.</summary>
    /// <param name="isActive">Whether a response runs, which may call more.</param>
    /// <param name="hasAsked">Whether a request has just been added.</param>
    /// <param name="now">The time.</param>
    /// <param name="messageIds">The ids of the messages that ask.</param>
    public bool TryTake(bool isActive, bool hasAsked, Instant now, out List<string> messageIds)
    {
        messageIds = _held ?? [];
        if (hasAsked && _open.Count == 0)
            Due = Instant.Never;        // what was waited for has come
        if (_held is null || isActive)
            return false;
        bool isComplete = _open.Count == 0 && Due == Instant.Never;
        if (!isComplete && now < Due)
        {
            Due = Instant.Min(Due, now + Patience);
            return false;
        }

        if (!isComplete)
            _open.Clear();      // nobody answers them, or too late: the next request does not wait for them
        (_held, Due) = (null, Instant.Never);
        return true;
    }

    /// <summary>The outputs that a request is about.</summary>
    public IReadOnlyList<string> TakeOutputs()
    {
        List<string> outputs = _outputs;
        _outputs = [];
        return outputs;
    }
}
