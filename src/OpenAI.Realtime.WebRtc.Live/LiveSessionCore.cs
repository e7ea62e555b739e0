using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>What a session has around it, however it is reached.</summary>
internal sealed record LiveCoreParts(ILiveSession Session, OpenAILiveWebRtcOptions Options, RealtimeEventTrace? Trace, ConnectClock Clock, ILogger Logger, TimeProvider TimeProvider)
{
    /// <summary>Who does what is handed over; null for the program itself.</summary>
    public LiveDelegationHandler? Delegation { get; init; }

    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Whether the session has started before we came to it.</summary>
    public bool IsStarted { get; init; }
}

/// <summary>
/// What a session is, however it is reached: what the service's events mean, commands that wait for their acknowledgement, turns, and who does what is handed over. Events come one at a time; everything else from anywhere.
/// </summary>
internal sealed class LiveSessionCore : IDelegationLink
{
    /// <summary>What the model is told when it is interrupted.</summary>
    private const string StopSpeaking = "Stop speaking now, and listen to the user.";

    private const int RememberedEvents = 4_096;

    private readonly LiveCoreParts _parts;
    private readonly Func<LiveClientEvent, CancellationToken, ValueTask> _write;
    private readonly LiveCommands _commands;
    private readonly IDelegationRun? _delegation;
    private readonly RecentIds _seenEvents = new(RememberedEvents);

    /// <param name="parts">What it has around it.</param>
    /// <param name="write">Sends a command; throws <see cref="RealtimeSessionEndedException"/> once the session is ending.</param>
    public LiveSessionCore(LiveCoreParts parts, Func<LiveClientEvent, CancellationToken, ValueTask> write)
    {
        (_parts, _write) = (parts, write);
        _commands = new LiveCommands(parts.TimeProvider, parts.Options.CommandTimeout);
        Events = new LiveEvents(parts.Options, parts.Trace, parts.Logger);
        Expiry = new LiveExpiry(parts.TimeProvider, parts.Options.ExpiryNotice);
        Record = new LiveSessionRecord(Expiry, parts.Clock, parts.Logger, parts.IsStarted);
        Transcript = new LiveTranscript(parts.TimeProvider);
        _delegation = parts.Delegation?.Serve(this);
    }

    public LiveEvents Events { get; }

    public LiveExpiry Expiry { get; }

    public LiveTranscript Transcript { get; }

    public LiveSessionRecord Record { get; }

    public ILiveSession Session => _parts.Session;

    /// <summary>Items and bytes that the Responses model was given; null where no handler of ours gives it any.</summary>
    public (int Items, int Bytes)? BackendUsed => (_delegation as BackendRun)?.Used;

    TimeProvider IDelegationLink.Time => _parts.TimeProvider;

    ILogger IDelegationLink.Logger => _parts.Logger;

    ILoggerFactory? IDelegationLink.LoggerFactory => _parts.LoggerFactory;

    /// <summary>Whether an event is new; one that has come before is known by its id.</summary>
    public bool IsNew(LiveServerEvent read) => _seenEvents.Add(read.EventId);

    /// <summary>What the session does about an event itself, before the user sees it and whether or not the user ever does.</summary>
    /// <param name="read">The event.</param>
    /// <param name="isNew">Whether it comes for the first time; a second time it is the user's alone.</param>
    /// <returns>Whether it says that the session is closed.</returns>
    public bool Handle(LiveServerEvent read, bool isNew)
    {
        bool isClosed = Record.Note(read, _commands.Take(read));
        if (isNew)
        {
            if (read is LiveTranscriptDelta piece)
                Transcript.Handle(piece);
            _delegation?.Handle(read);
        }
        return isClosed;
    }

    /// <summary>Events may have been missed here.</summary>
    public void Miss() => _delegation?.Miss();

    /// <summary>Sends a command of the program's; one that has to wait for its turn is sent by the handler.</summary>
    /// <param name="command">The command.</param>
    /// <param name="isEnding">Whether nothing is taken any more.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask SendAsync(LiveClientEvent command, bool isEnding, CancellationToken cancellationToken) =>
        !isEnding && _delegation?.TryTake(command) == true ? ValueTask.CompletedTask : _write(command, cancellationToken);

    ValueTask IDelegationLink.SendAsync(LiveClientEvent command, CancellationToken cancellationToken) => _write(command, cancellationToken);

    public Task<LiveServerEvent> RunCommandAsync(LiveClientEvent command, CancellationToken cancellationToken)
    {
        if (command is LiveSessionClose)
            throw new ArgumentException("session.close is answered by the end of the session: call CloseAsync, or EndSessionAsync of a sideband.", nameof(command));
        string acknowledgement = LiveCommands.AcknowledgementOf(command.Type)
            ?? throw new ArgumentException($"{command.Type} is acknowledged by no event, so there is nothing to wait for: use SendAsync.", nameof(command));
        return _commands.RunAsync(command, acknowledgement, _write, cancellationToken);
    }

    /// <summary>Orders the model to stop, and waits until the order is taken up; functions that go with what it says are cancelled.</summary>
    public Task InterruptAsync(string? order, CancellationToken cancellationToken)
    {
        _delegation?.Interrupt();
        return RunCommandAsync(new LiveInstructionsAppend(order ?? StopSpeaking, null), cancellationToken);
    }

    public bool Answer(ApprovalRequest request, bool approve, bool always, string? reason) => _delegation?.Answer(request, approve, always, reason) == true;

    /// <summary>Nothing that is handed over is done any more.</summary>
    public void EndDelegation() => _delegation?.End();

    /// <summary>The session has ended, or there is no way to it any more; what has been read can still be taken.</summary>
    public void End(LiveSessionEnd end)
    {
        Record.EndEvents();
        Record.End(end);
        EndDelegation();
        _commands.Close(new RealtimeSessionEndedException(end.ToSessionEnd()));
        Events.Complete();
        Expiry.Dispose();
        Transcript.End();
    }
}
