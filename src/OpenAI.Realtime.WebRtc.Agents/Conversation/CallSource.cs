using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Where a conversation's calls come from.</summary>
/// <param name="OpenAsync">Opens one with a configuration.</param>
/// <param name="IsConfigured">Whether the configuration is in effect from the start; else it is sent to each session.</param>
internal sealed record CallSource(Func<RealtimeSessionConfig, CancellationToken, Task<IRealtimeSession>> OpenAsync, bool IsConfigured)
{
    /// <summary>The sound that all of them share, which goes with the conversation; null where somebody else sees to that.</summary>
    public IAsyncDisposable? Audio { get; init; }
}
