using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>
/// Who does the work that the voice model hands over: code of the program (<see cref="LiveClientHandler"/>), a Responses model with functions of the program (<see cref="LiveToolHandler"/>), or the Decisions model with code that
/// acts on its answers (<see cref="LiveDecisionHandler"/>). Set as <see cref="LiveConnectOptions.Delegation"/>, or as <see cref="LiveSidebandOptions.Delegation"/> where the session is elsewhere. One may serve many sessions; it is not to be changed once it serves one.
/// </summary>
public abstract class LiveDelegationHandler
{
    private protected LiveDelegationHandler()
    {
    }

    /// <summary>What the voice model is given to say when a task fails. Default: that it could not be completed.</summary>
    public string FailureText { get; set; } = "The task could not be completed. Say so, in one short sentence.";

    /// <summary>
    /// What a session has to be created with so that this handler can serve it. <see cref="LiveWebRtcClient.ConnectAsync"/> does this by itself; a host does it that creates a session for a page
    /// (<see cref="LiveWebRtcClient.CreateForPageAsync"/>) and serves it on a sideband.
    /// </summary>
    /// <param name="session">What the session is to be.</param>
    /// <returns>The same, with the functions of a <see cref="LiveToolHandler"/> in it.</returns>
    /// <exception cref="ArgumentException">The handler's options cannot be used, or contradict the session's configuration.</exception>
    public abstract LiveSessionConfig Configure(LiveSessionConfig session);

    /// <summary>Checks the options, and makes ready what does not depend on a session.</summary>
    /// <exception cref="ArgumentException">They cannot be used.</exception>
    internal abstract void Prepare();

    /// <summary>Begins to serve a session that is about to start.</summary>
    internal abstract IDelegationRun Serve(IDelegationLink link);
}

/// <summary>A session as its handler sees it.</summary>
internal interface IDelegationLink
{
    TimeProvider Time { get; }

    ILogger Logger { get; }

    ILoggerFactory? LoggerFactory { get; }

    LiveTranscript Transcript { get; }

    /// <summary>What the program's code is given.</summary>
    ILiveSession Session { get; }

    /// <summary>Sends a command, past the handler.</summary>
    ValueTask SendAsync(LiveClientEvent command, CancellationToken cancellationToken);

    /// <summary>Sends a command and waits for its acknowledgement.</summary>
    Task<LiveServerEvent> RunCommandAsync(LiveClientEvent command, CancellationToken cancellationToken);
}

/// <summary>A handler while it serves a session. Events come one at a time, and none twice; everything else from anywhere.</summary>
internal interface IDelegationRun
{
    /// <summary>An event of the service; must be quick.</summary>
    void Handle(LiveServerEvent read);

    /// <summary>A command that the program sends.</summary>
    /// <returns>Whether the handler sends it itself, in its time.</returns>
    bool TryTake(LiveClientEvent command);

    /// <summary>The program's answer to a request for approval.</summary>
    /// <returns>Whether it was still waited for.</returns>
    bool Answer(ApprovalRequest request, bool approve, bool always, string? reason);

    /// <summary>Events may have been missed here.</summary>
    void Miss();

    /// <summary>The assistant was interrupted.</summary>
    void Interrupt();

    /// <summary>The session has ended, or is about to.</summary>
    void End();
}
