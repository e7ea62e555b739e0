using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Sideband;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>How a <see cref="LiveSideband"/> attaches to its session, and stays with it.</summary>
public sealed class LiveSidebandOptions
{
    /// <summary>
    /// Who does the work that the voice model hands over. One owner for each: where this is set, neither the page nor another sideband may answer. A <see cref="LiveToolHandler"/> needs a session that was created with its functions
    /// (<see cref="LiveDelegationHandler.Configure"/>). Default: null, somebody else, or the program itself by the events that it reads.
    /// </summary>
    public LiveDelegationHandler? Delegation { get; set; }

    /// <summary>
    /// Whether the reader of events is given the sound of both sides, which the service sends along: <see cref="LiveInputAudioHeard"/> and <see cref="LiveOutputAudioDelta"/>, some 64 KB a second each. Default: false, it is counted
    /// (<see cref="LiveSessionStatistics.AudioEvents"/>) and dropped.
    /// </summary>
    public bool IncludeAudio { get; set; }

    /// <summary>How long a session that the service does not know yet is waited for: it may answer 404 until the session's media are connected. Zero: not at all. At most 10 minutes. Default: 10 s.</summary>
    public TimeSpan WaitForSession { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a sideband whose WebSocket is gone tries to attach again. Zero: it ends instead. At most 10 minutes. Default: 60 s.</summary>
    public TimeSpan ReconnectTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>After how much silence of the service a sign of life is asked for (a ping, RFC 6455 §5.5.2). From 1 s to 10 minutes. Default: 15 s.</summary>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the service may take to answer that; then the WebSocket counts as gone. From 1 s to 10 minutes. Default: 15 s.</summary>
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Shown every event in both directions as it is on the wire, sound included. Must be quick; what it throws is logged once. Default: null.</summary>
    public RealtimeEventTrace? EventTrace { get; set; }

    internal SidebandTimes Times => new(WaitForSession, ReconnectTimeout, KeepAliveInterval, KeepAliveTimeout);

    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    internal void Validate()
    {
        Times.Validate(nameof(WaitForSession));
        Delegation?.Prepare();
    }
}
