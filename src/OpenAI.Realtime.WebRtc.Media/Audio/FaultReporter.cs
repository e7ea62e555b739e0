using Microsoft.Extensions.Logging.Abstractions;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Reports the first fault of each part to log and callback, and only the first.</summary>
internal sealed class FaultReporter(AudioLinkContext context)
{
    private int _reported;

    public void Source(Exception exception) => Report(1, "source", exception);

    public void Sink(Exception exception) => Report(2, "sink", exception);

    public void Encoder(Exception exception) => Report(4, "encoder", exception);

    public void Decoder(Exception exception) => Report(8, "decoder", exception);

    public void Connection(Exception exception) => Report(16, "connection", exception);

    private void Report(int bit, string part, Exception exception)
    {
        if ((Interlocked.Or(ref _reported, bit) & bit) != 0)
            return;
        var logger = context.Logger ?? NullLogger.Instance;
        switch (part)
        {
            case "source":
                AudioLog.SourceFailed(logger, exception);
                break;
            case "sink":
                AudioLog.SinkFailed(logger, exception);
                break;
            case "connection":
                AudioLog.ConnectionFailed(logger, exception);
                break;
            default:
                AudioLog.CodecFailed(logger, part, exception);
                break;
        }

        context.OnFault?.Invoke(new AudioFault(part, exception));
    }
}
