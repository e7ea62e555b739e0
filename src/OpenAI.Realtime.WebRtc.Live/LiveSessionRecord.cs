using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Diagnostics;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Live.Diagnostics;
using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>What the service has said about a session: how it is configured, when it ends, what it is charged for, whether it has begun and ended. Events come one at a time; everybody may look.</summary>
internal sealed class LiveSessionRecord
{
    private readonly LiveExpiry _expiry;
    private readonly ConnectClock _clock;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<TimeSpan> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closedByService = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LiveEndFacts _facts;
    private LiveSessionInfo? _info;

    /// <param name="expiry">Told when the session ends.</param>
    /// <param name="clock">The time since it began to be made.</param>
    /// <param name="logger">Told what somebody should know of.</param>
    /// <param name="isStarted">Whether it has started already, so that an error does not mean that it never will.</param>
    public LiveSessionRecord(LiveExpiry expiry, ConnectClock clock, ILogger logger, bool isStarted = false)
    {
        (_expiry, _clock, _logger) = (expiry, clock, logger);
        if (isStarted)
            _started.TrySetResult(TimeSpan.Zero);
    }

    /// <summary>Completes when the session has started, with the time that it took; faults when it will not.</summary>
    public Task<TimeSpan> Started => _started.Task;

    /// <summary>Completes when <c>session.closed</c> has come, or will not come any more.</summary>
    public Task ClosedByService => _closedByService.Task;

    public LiveSessionInfo? Info
    {
        get
        {
            lock (_lock)
                return _info;
        }
    }

    public LiveEndFacts Facts
    {
        get
        {
            lock (_lock)
                return _facts;
        }
    }

    public void NoteClosing()
    {
        lock (_lock)
            _facts = _facts with { WasClosing = true };
    }

    public void NotePumpFailure(Exception failure)
    {
        lock (_lock)
            _facts = _facts with { PumpFailure = failure };
    }

    /// <summary>The connection has ended: what has not come will not.</summary>
    public void End(LiveSessionEnd end)
    {
        _started.TrySetException(LiveEndings.NeverStarted(end));
        _ = _started.Task.Exception;            // nobody may be waiting for it
    }

    /// <summary>No more events come.</summary>
    public void EndEvents() => _closedByService.TrySetResult();

    /// <summary>An event.</summary>
    /// <param name="read">The event.</param>
    /// <param name="isSeen">Whether it is an error that a command's caller gets to see.</param>
    /// <returns>Whether it says that the session is closed.</returns>
    public bool Note(LiveServerEvent read, bool isSeen)
    {
        switch (read)
        {
            case LiveSessionStarted { Session: var session }:
                Describe(session);
                break;
            case LiveSessionUpdated { Session: var session }:
                Describe(session);
                break;
            case LiveUsageUpdated { Usage: var usage }:
                lock (_lock)
                    _facts = _facts with { Usage = usage };
                break;
            case LiveError { Error: var error } when !_started.Task.IsCompleted:
                _started.TrySetException(LiveEndings.Refused(error));
                break;
            case LiveError { Error: var error } when !isSeen:
                _logger.ServiceError(LiveEndings.Shown(error.Code?.Value ?? error.Type), LiveEndings.Shown(error.Message));
                break;
            case LiveInfo info:
                _logger.Remark(LiveEndings.Shown(info.Code?.Value), LiveEndings.Shown(info.Message));
                break;
            case MalformedLiveEvent malformed:
                _logger.MalformedEvent(EventText.Short(malformed.Type), EventText.Short(malformed.Reason));
                break;
            case UnknownLiveEvent unknown:
                _logger.UnknownEvent(EventText.Short(unknown.Type));
                break;
        }

        // By name, so that it works even when the body does not fit.
        if (read.Type == "session.started")
            _started.TrySetResult(_clock.Elapsed);
        if (read.Type != "session.closed")
            return false;
        NoteClosed(read as LiveSessionClosed);
        return true;
    }

    private void Describe(LiveSessionInfo session)
    {
        lock (_lock)
            _info = session;
        if (session.ExpiresAt is { } at)
            _expiry.Set(at);
    }

    private void NoteClosed(LiveSessionClosed? closed)
    {
        string? id;
        lock (_lock)
        {
            id = _info?.Id;
            _facts = _facts with { ServiceClosed = true, Closed = _facts.Closed ?? closed, Usage = closed?.Usage ?? _facts.Usage };
        }
        _logger.Closed(LiveEndings.Shown(id), LiveEndings.Shown(closed?.Reason?.Value), closed?.Usage?.Active.TotalSeconds);
        _closedByService.TrySetResult();
    }
}
