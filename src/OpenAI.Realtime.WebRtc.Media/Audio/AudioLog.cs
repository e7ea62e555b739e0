using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Media;

internal static partial class AudioLog
{
    [LoggerMessage(EventId = 3001, Level = LogLevel.Warning, Message = "The audio source failed; silence is sent from here on.")]
    public static partial void SourceFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 3002, Level = LogLevel.Warning, Message = "The audio sink failed; nothing more is written to it.")]
    public static partial void SinkFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 3003, Level = LogLevel.Error, Message = "The Opus {Part} failed; the frame was left out. Further failures are not logged.")]
    public static partial void CodecFailed(ILogger logger, string part, Exception exception);

    [LoggerMessage(EventId = 3004, Level = LogLevel.Warning, Message = "Reading audio from the connection failed; no more is received.")]
    public static partial void ConnectionFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 3005, Level = LogLevel.Debug, Message = "The audio source has ended; silence is sent from here on.")]
    public static partial void SourceEnded(ILogger logger);

    [LoggerMessage(EventId = 3006, Level = LogLevel.Debug, Message = "Sending stalled; {Frames} frames of 20 ms were skipped.")]
    public static partial void Stalled(ILogger logger, int frames);

    [LoggerMessage(EventId = 3007, Level = LogLevel.Warning, Message = "The audio {Part} did not answer its cancellation and was left behind.")]
    public static partial void LeftBehind(ILogger logger, string part);

    [LoggerMessage(EventId = 3008, Level = LogLevel.Debug, Message = "Opus is encoded and decoded by {Codec}.")]
    public static partial void Codec(ILogger logger, string codec);
}
