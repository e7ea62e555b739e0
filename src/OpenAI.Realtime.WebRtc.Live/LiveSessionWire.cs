using System.Text;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Diagnostics;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Live.Diagnostics;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Live.Events.Json;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>The data channel of a session: commands out, events in, shown to who wants to see them and counted. Sending from anywhere, reading one at a time.</summary>
internal sealed class LiveSessionWire(IMessageChannel channel, LiveSessionParts parts, Func<Exception?, RealtimeSessionEndedException> ended)
{
    private readonly ILogger _logger = parts.Logger;
    private readonly LiveSplitPairs _pairs = new();
    private long _received;
    private long _sent;
    private bool _traceFailed;

    public long Received => Interlocked.Read(ref _received);

    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Reads the next event.</summary>
    /// <returns>The event and how long its message was; null when no more come.</returns>
    public async ValueTask<(LiveServerEvent Event, int Length)?> ReadAsync()
    {
        if (await channel.ReceiveAsync().ConfigureAwait(false) is not { } message)
            return null;
        using (message)
        {
            parts.Clock.Reach(ConnectStep.FirstEvent);
            Show(sent: false, message.Memory.Span);
            LiveServerEvent read = LiveServerEventReader.ReadEvent(message.Memory.Span, _pairs);
            if (parts.Options.KeepEventJson)
                read.ReceivedFrom(message.Memory.Span);
            Interlocked.Increment(ref _received);
            LiveTelemetry.EventsReceived.Add(1);
            return (read, message.Memory.Length);
        }
    }

    /// <summary>Sends a command. Completes when the engine has taken it.</summary>
    public async ValueTask WriteAsync(LiveClientEvent command, CancellationToken cancellationToken)
    {
        using var buffer = new PooledBuffer();
        command.Write(buffer);
        await WriteRawAsync(buffer.Written, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a command that is written already.</summary>
    public async ValueTask WriteRawAsync(ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken)
    {
        Show(sent: true, utf8Json.Span);
        try
        {
            await channel.SendAsync(utf8Json, MessageKind.Text, cancellationToken).ConfigureAwait(false);
        }
        catch (PeerConnectionException e)
        {
            throw ended(e);
        }
        Interlocked.Increment(ref _sent);
        LiveTelemetry.EventsSent.Add(1);
    }

    private void Show(bool sent, ReadOnlySpan<byte> utf8Json)
    {
        if (parts.Trace is { } trace)
            Trace(trace, sent, utf8Json);
        if (!_logger.IsEnabled(LogLevel.Trace))
            return;
        string json = Redaction.Hide(Encoding.UTF8.GetString(utf8Json));
        if (sent)
            _logger.Sent(json);
        else
            _logger.Received(json);
    }

    private void Trace(RealtimeEventTrace trace, bool sent, ReadOnlySpan<byte> utf8Json)
    {
        try
        {
            trace(sent, utf8Json);
        }
#pragma warning disable CA1031 // Whatever the caller's own code throws must not end its call.
        catch (Exception e)
#pragma warning restore CA1031
        {
            if (!Interlocked.Exchange(ref _traceFailed, true))
                _logger.PartFailed("The event trace", e);
        }
    }
}
