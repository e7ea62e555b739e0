using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>The service refused a command, or did not acknowledge it in time; in the latter case it may take effect all the same. The session goes on.</summary>
public sealed class LiveCommandException : RealtimeException
{
    /// <summary>Makes one.</summary>
    /// <param name="command">The command's name, such as <c>session.update</c>.</param>
    /// <param name="error">What the service said; null where it said nothing.</param>
    /// <param name="message">What happened and what to do.</param>
    /// <param name="innerException">What caused it.</param>
    public LiveCommandException(string command, LiveErrorDetails? error, string message, Exception? innerException = null)
        : base(RealtimeFailure.CommandFailed, message, innerException)
    {
        Command = command;
        Error = error;
        ErrorCode = error?.Code?.Value;
        ErrorType = error?.Type;
        Param = error?.Param;
    }

    /// <summary>The command's name.</summary>
    public string Command { get; }

    /// <summary>What the service said; null where no answer came in time.</summary>
    public LiveErrorDetails? Error { get; }
}
