using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Live.Diagnostics;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Live.Events.Json;
using OpenAI.Realtime.WebRtc.Sideband;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>The life of a <see cref="LiveSideband"/>: a sideband as all are, around what a Live session is however it is reached.</summary>
internal sealed class LiveSidebandRun : SidebandRun<LiveServerEvent>
{
    private readonly LiveSidebandOptions _sideband;
    private readonly OpenAILiveWebRtcOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<LiveSessionEnd> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LiveSplitPairs _pairs = new();
    private Task? _endingSession;
    private long _repeated;
    private long _audio;

    public LiveSidebandRun(SidebandParts parts, LiveSessionCore core, LiveSidebandOptions sideband, OpenAILiveWebRtcOptions options)
        : base(parts, core.Events)
    {
        (_sideband, _options, _timeProvider) = (sideband, options, parts.Connector.TimeProvider);
        Core = core;
    }

    public LiveSessionCore Core { get; }

    public Task<LiveSessionEnd> Ended => _completion.Task;

    public LiveSessionStatistics Statistics => new()
    {
        Timings = Clock.Timings,
        EventsReceived = Core.Events.Received,
        EventsSent = Core.Events.Sent,
        EventsDropped = Core.Events.Dropped,
        EventsRepeated = Interlocked.Read(ref _repeated),
        AudioEvents = Interlocked.Read(ref _audio),
        Usage = Core.Record.Facts.Usage,
        BackendItems = Core.BackendUsed?.Items,
        BackendBytes = Core.BackendUsed?.Bytes,
    };

    protected override string Subject => "session";

    /// <summary>Sends a command.</summary>
    public ValueTask WriteAsync(LiveClientEvent command, CancellationToken cancellationToken)
    {
        var message = new PooledBuffer();
        try
        {
            command.Write(message);
        }
        catch
        {
            message.Dispose();
            throw;
        }
        return SendAsync(message, cancellationToken);
    }

    /// <summary>Ends the session for everybody, once; the task completes when the sideband has ended.</summary>
    public Task EndSessionAsync()
    {
        lock (_lock)
            return _endingSession ??= EndSessionCoreAsync();
    }

    protected override void BeginReading() => _pairs = new LiveSplitPairs();

    protected override LiveServerEvent Read(ReadOnlySpan<byte> utf8Json) => Core.Events.Read(utf8Json, _pairs);

    protected override LiveServerEvent Malformed(string reason) => Core.Events.Malformed(reason);

    protected override bool Handle(LiveServerEvent read, out SessionEnd? end)
    {
        end = null;
        if (read is LiveInputAudioHeard or LiveOutputAudioDelta)
        {
            Interlocked.Increment(ref _audio);
            return _sideband.IncludeAudio;
        }
        if (!Core.IsNew(read))
        {
            Interlocked.Increment(ref _repeated);       // the service may send who attaches what it has sent before
            return false;
        }
        if (Core.Handle(read, isNew: true))
            end = LiveEndings.OfService(read as LiveSessionClosed);
        return true;
    }

    protected override void OnGap() => Core.Miss();

    protected override Task LetGoAsync(bool isOver)
    {
        Core.EndDelegation();
        return Task.CompletedTask;
    }

    protected override void OnEnded(SessionEnd end)
    {
        LiveSessionEnd ended = LiveEndings.ExplainSideband(end, Core.Record.Facts);
        Core.End(ended);
        LiveTelemetry.ActiveSessions.Add(-1);
        _completion.TrySetResult(ended);
    }

    private async Task EndSessionCoreAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Core.EndDelegation();
        using var timeout = new CancellationTokenSource(_options.CloseTimeout, _timeProvider);
        try
        {
            await WriteAsync(new LiveSessionClose(), timeout.Token).ConfigureAwait(false);
            await Core.Record.ClosedByService.WaitAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Logger.CloseUnconfirmed(LiveEndings.Shown(CallId), _options.CloseTimeout.TotalSeconds);
        }
        catch (RealtimeSessionEndedException)
        {
            // It has ended already, or is being let go of: there is no way to say it.
        }
        await StartClosing("the session was ended by this side").ConfigureAwait(false);
    }
}
