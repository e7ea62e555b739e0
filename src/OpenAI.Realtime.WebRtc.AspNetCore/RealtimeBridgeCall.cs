using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.AspNetCore.Bridge;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.AspNetCore;

/// <summary>What a bridged call is made of.</summary>
internal sealed record BridgeCallParts(
    RealtimeBridge Bridge, RealtimeBridgeOptions Options, IPeerConnection Page, RealtimeBridgeHandler Handler, RealtimeBridge.Place Place,
    string? UserId, ClaimsPrincipal User, OpenAIRealtimeWebRtcOptions Client, TimeProvider TimeProvider, ILogger Logger);

/// <summary>
/// One bridged call: a page on one side, the service on the other, this host between. Audio and events flow by themselves; what the host adds or holds back it
/// does in a <see cref="RealtimeBridgeHandler"/> and through this. Thread-safe. It ends by itself, on both sides, when either side does.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A call frees what it holds when it ends, by itself; what it counted can still be read.")]
public sealed partial class RealtimeBridgeCall
{
    /// <summary>What the session holds at most for a reader that is slow, beside its <see cref="OpenAIRealtimeWebRtcOptions.EventBufferSize"/>.</summary>
    private const int SessionLookAhead = 4 * 1024 * 1024;

    private readonly BridgeCallParts _parts;
    private readonly IPeerConnection _page;
    private readonly PageAudioSource _fromPage;
    private readonly PageAudioSink _toPage;
    private readonly RawEvents _rawEvents;
    private readonly ILogger _logger;
    private RealtimeWebRtcSession? _session;
    private long _connectedAt;
    private long _durationTicks = -1;    // until the end; a number, so that it is read whole

    internal RealtimeBridgeCall(BridgeCallParts parts)
    {
        _parts = parts;
        _page = parts.Page;
        _logger = parts.Logger;
        _fromPage = new PageAudioSource(_page.Audio);
        _toPage = new PageAudioSink(_page.Audio);

        // Twice, because a pooled array may be twice as long as its event: what the session keeps for a slow handler must not be missing here.
        _rawEvents = new RawEvents(2L * (parts.Client.EventBufferSize + SessionLookAhead), parts.Options.MaxPageBacklog);
    }

    /// <summary>The call's id at this host, such as <c>bridge_…</c>; not to be guessed. The page knows it.</summary>
    public string Id { get; } = "bridge_" + Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));

    /// <summary>The call's id at the service, such as <c>rtc_…</c>; the page is not told. Null when the service named none.</summary>
    public string? ServiceCallId => _session?.CallId;

    /// <summary>Who called, as <see cref="RealtimeEndpointOptions.UserId"/> says; null for who is not signed in.</summary>
    public string? UserId => _parts.UserId;

    /// <summary>The user of the request that made the call.</summary>
    public ClaimsPrincipal User => _parts.User;

    /// <summary>Completes when the call has ended on both sides. Never faults: the result says why.</summary>
    public Task<RealtimeBridgeEnd> Completion => _completion.Task;

    /// <summary>What has been counted until now; also after the end.</summary>
    public RealtimeBridgeCallStatistics GetStatistics() => new()
    {
        Duration = Interlocked.Read(ref _durationTicks) is var ticks and >= 0 ? new TimeSpan(ticks) : _parts.TimeProvider.GetElapsedTime(_connectedAt),
        PageAudio = _fromPage.Counted,
        ServiceAudio = _toPage.Counted,
        PageEventsRelayed = Interlocked.Read(ref _pageEventsRelayed),
        PageEventsRefused = Interlocked.Read(ref _pageEventsRefused),
        ServiceEventsRelayed = Interlocked.Read(ref _serviceEventsRelayed),
        ServiceEventsHeldBack = Interlocked.Read(ref _serviceEventsHeldBack),
        ServiceEventsDropped = _rawEvents.Dropped + Interlocked.Read(ref _serviceEventsCutOff),
        PageBacklog = _rawEvents.PageDebt,
        Page = _page.GetStatistics(),
        Service = Session.GetStatistics(),
    };

    /// <summary>Sends the page an event of the host's own, as it is. Waits until the page is connected, and while its buffer is full.</summary>
    /// <param name="utf8Json">The event; yours again when the task has completed.</param>
    /// <param name="cancellationToken">Ends the wait; an event is sent whole or not at all.</param>
    /// <exception cref="InvalidOperationException">The call has ended, or is ending.</exception>
    /// <exception cref="ArgumentException">The event is larger than the page accepts.</exception>
    public async ValueTask SendToPageAsync(ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken = default)
    {
        await _pageConnected.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await SendMessageAsync(utf8Json, cancellationToken).ConfigureAwait(false);
        }
        catch (PeerConnectionException e)
        {
            throw new InvalidOperationException("The call has ended: the page is not connected any more.", e);
        }
    }

    /// <summary>Sends the service an event of the host's own: the result of a tool, a change of the session, a message.</summary>
    /// <param name="clientEvent">The event.</param>
    /// <param name="cancellationToken">Ends the wait; an event is sent whole or not at all.</param>
    /// <exception cref="RealtimeSessionEndedException">The call has ended, or is ending.</exception>
    /// <exception cref="ArgumentException">The event is larger than the service accepts.</exception>
    public ValueTask SendToServiceAsync(ClientEvent clientEvent, CancellationToken cancellationToken = default) => Session.SendAsync(clientEvent, cancellationToken);

    /// <summary>Sends the service an event that you have written yourself, byte for byte, unchecked.</summary>
    /// <param name="utf8Json">The event; yours again when the task has completed.</param>
    /// <param name="cancellationToken">Ends the wait; an event is sent whole or not at all.</param>
    /// <exception cref="RealtimeSessionEndedException">The call has ended, or is ending.</exception>
    /// <exception cref="ArgumentException">The event is larger than the service accepts.</exception>
    public ValueTask SendToServiceAsync(ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken = default) => Session.SendRawAsync(utf8Json, cancellationToken);

    /// <summary>
    /// Lets a sink hear the page's voice: from now on it is decoded beside the relay. The sink stays yours; a slow one costs only its own audio. At most 8 listen to one side.
    /// </summary>
    /// <param name="sink">Where the voice goes.</param>
    /// <returns>Dispose it to stop listening; the end of the call does so too.</returns>
    /// <exception cref="InvalidOperationException">The call has ended, or too many listen.</exception>
    /// <exception cref="ArgumentException">The sink's format cannot be used.</exception>
    /// <exception cref="OpusLibraryNotFoundException">The options ask for libopus, and it is not on this machine.</exception>
    public IAsyncDisposable ListenToPage(IAudioSink sink) => Listen(_fromPage.Listeners, sink);

    /// <summary>Lets a sink hear the assistant's voice, as <see cref="ListenToPage"/> does the page's.</summary>
    /// <param name="sink">Where the voice goes.</param>
    /// <returns>Dispose it to stop listening; the end of the call does so too.</returns>
    /// <exception cref="InvalidOperationException">The call has ended, or too many listen.</exception>
    /// <exception cref="ArgumentException">The sink's format cannot be used.</exception>
    /// <exception cref="OpusLibraryNotFoundException">The options ask for libopus, and it is not on this machine.</exception>
    public IAsyncDisposable ListenToService(IAudioSink sink) => Listen(_toPage.Listeners, sink);

    /// <summary>
    /// Ends the call on both sides and waits until it has ended. Later calls wait for the first. Never fails. A handler's method does not wait for it: the end waits for the handler.
    /// </summary>
    /// <param name="detail">Why, for the log and for <see cref="RealtimeBridgeEnd.Detail"/>. Default: null, a sentence that says that the host hung up.</param>
    public Task HangUpAsync(string? detail = null) => EndAsync(RealtimeBridgeEndReason.HungUp, detail ?? "The host hung up.");

    internal Task StopAsync() => EndAsync(RealtimeBridgeEndReason.HostStopping, "The host is shutting down.");

    internal Task CloseForPageAsync() => EndAsync(RealtimeBridgeEndReason.PageClosed, "The page hung up.");

    private RealtimeWebRtcSession Session => _session ?? throw new InvalidOperationException("The call is not connected to the service yet.");

    private IAsyncDisposable Listen(AudioListeners listeners, IAudioSink sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        return listeners.Add(new OpusListener(sink, _parts.Options.CodecFactory, _parts.TimeProvider, _logger));
    }
}
