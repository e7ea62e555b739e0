using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Devices;

internal static partial class DevicesLog
{
    [LoggerMessage(EventId = 7001, Level = LogLevel.Information, Message = "The {Kind} is {Device}.")]
    public static partial void Opened(ILogger logger, AudioDeviceKind kind, string device);

    [LoggerMessage(EventId = 7002, Level = LogLevel.Warning, Message = "The {Kind} {Device} is gone; silence flows until it is back: {Why}")]
    public static partial void Lost(ILogger logger, AudioDeviceKind kind, string device, string why);

    [LoggerMessage(EventId = 7003, Level = LogLevel.Debug, Message = "The {Kind} cannot be opened yet: {Why}")]
    public static partial void NotYet(ILogger logger, AudioDeviceKind kind, string why);

    [LoggerMessage(EventId = 7004, Level = LogLevel.Warning, Message = "A handler of the {Kind}'s state failed.")]
    public static partial void HandlerFailed(ILogger logger, AudioDeviceKind kind, Exception exception);

    [LoggerMessage(EventId = 7005, Level = LogLevel.Error, Message = "What takes the echo out of the microphone failed; the sound goes on as it was heard.")]
    public static partial void EchoFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 7006, Level = LogLevel.Debug, Message = "Connected to {Server}.")]
    public static partial void Connected(ILogger logger, string server);
}
