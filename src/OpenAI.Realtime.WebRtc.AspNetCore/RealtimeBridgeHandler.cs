using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.AspNetCore;

/// <summary>
/// The host's part in a bridged call: derive from it to log, to run tools, to hold events back or add some, to listen in. One for each call. Of the two event methods each is
/// called for one event at a time, in order; the two directions may overlap. What a method throws is logged; the event that it was about is not passed on.
/// </summary>
public class RealtimeBridgeHandler
{
    /// <summary>Both sides are connected. Runs beside the events.</summary>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Cancelled when the call ends.</param>
    public virtual Task OnConnectedAsync(RealtimeBridgeCall call, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The service sent an event. The events behind it wait until this has completed.</summary>
    /// <param name="call">The call.</param>
    /// <param name="serverEvent">The event.</param>
    /// <param name="utf8Json">The event as it is on the wire; not to be used after the task has completed.</param>
    /// <param name="cancellationToken">Cancelled when the call ends.</param>
    /// <returns>Whether the page is shown it, as far as <see cref="RealtimeBridgeOptions.PageMaySeeEverything"/> allows. By default true.</returns>
    public virtual ValueTask<bool> OnServiceEventAsync(
        RealtimeBridgeCall call, ServerEvent serverEvent, ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken) => new(true);

    /// <summary>The page sent an event that <see cref="RealtimeBridgeOptions.PageMayConfigure"/> allows. The events behind it wait until this has completed.</summary>
    /// <param name="call">The call.</param>
    /// <param name="type">The event's name.</param>
    /// <param name="utf8Json">The event as it is on the wire; not to be used after the task has completed.</param>
    /// <param name="cancellationToken">Cancelled when the call ends.</param>
    /// <returns>
    /// Whether the service gets it. By default true. When it does not, the page is told with an <c>error</c> event, code <c>not_allowed</c>, and the event counts as refused.
    /// </returns>
    public virtual ValueTask<bool> OnPageEventAsync(
        RealtimeBridgeCall call, string type, ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken) => new(true);

    /// <summary>The call has ended on both sides; the last call of all.</summary>
    /// <param name="call">The call.</param>
    /// <param name="end">Why.</param>
    public virtual Task OnEndedAsync(RealtimeBridgeCall call, RealtimeBridgeEnd end) => Task.CompletedTask;
}
