using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>A response that runs in the conversation, and the requests that it answers: none when the service's turn detection began it.</summary>
/// <param name="id">The response's id; null where the service did not say.</param>
internal sealed class RunningResponse(string? id)
{
    public string? Id { get; } = id;

    public List<ResponseRequest> Requests { get; } = [];

    /// <summary>When it last gave a sign of life.</summary>
    public Instant LastSign { get; set; }

    /// <summary>The event that cancels it; null when none has been sent.</summary>
    public string? CancelEventId { get; set; }

    public bool IsBeingCancelled => CancelEventId is not null;
}
