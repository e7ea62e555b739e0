using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Diagnostics;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc;

/// <summary>The messages of a session, whatever carries them: shown to the trace and the log, and counted. Thread-safe.</summary>
/// <param name="trace">The user's; null for none.</param>
/// <param name="logger">Told the content at Trace.</param>
/// <param name="allReceived">The package's counter of events received.</param>
/// <param name="allSent">The package's counter of events sent.</param>
internal abstract class SessionTraffic(RealtimeEventTrace? trace, ILogger logger, Counter<long> allReceived, Counter<long> allSent)
{
    private long _received;
    private long _sent;
    private bool _traceFailed;

    public long Received => Interlocked.Read(ref _received);

    public long Sent => Interlocked.Read(ref _sent);

    protected ILogger Logger => logger;

    /// <summary>Shows a message that is about to be sent.</summary>
    public void ShowSent(ReadOnlySpan<byte> utf8Json) => Show(sent: true, utf8Json);

    /// <summary>Counts a message that was sent.</summary>
    public void CountSent()
    {
        Interlocked.Increment(ref _sent);
        allSent.Add(1);
    }

    /// <summary>Shows a message that has come.</summary>
    protected void ShowReceived(ReadOnlySpan<byte> utf8Json) => Show(sent: false, utf8Json);

    /// <summary>Counts an event that has come.</summary>
    protected void CountReceived()
    {
        Interlocked.Increment(ref _received);
        allReceived.Add(1);
    }

    private void Show(bool sent, ReadOnlySpan<byte> utf8Json)
    {
        if (trace is not null)
            Trace(trace, sent, utf8Json);
        if (!logger.IsEnabled(LogLevel.Trace))
            return;
        string json = Redaction.Hide(Encoding.UTF8.GetString(utf8Json));
        if (sent)
            logger.Sent(json);
        else
            logger.Received(json);
    }

    private void Trace(RealtimeEventTrace shown, bool sent, ReadOnlySpan<byte> utf8Json)
    {
        try
        {
            shown(sent, utf8Json);
        }
#pragma warning disable CA1031 // Whatever the caller's own code throws must not end its call.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!Interlocked.Exchange(ref _traceFailed, true))
                logger.PartFailed("The event trace", e);
        }
    }
}
