using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Live.Events.Json;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>The data channel of a session: commands out, events in. Sending from anywhere, reading one at a time.</summary>
internal sealed class LiveSessionWire(IMessageChannel channel, LiveEvents events, ConnectClock clock, Func<Exception?, RealtimeSessionEndedException> ended)
{
    private readonly LiveSplitPairs _pairs = new();

    /// <summary>Reads the next event.</summary>
    /// <returns>The event and how long its message was; null when no more come.</returns>
    public async ValueTask<(LiveServerEvent Event, int Length)?> ReadAsync()
    {
        if (await channel.ReceiveAsync().ConfigureAwait(false) is not { } message)
            return null;
        using (message)
        {
            clock.Reach(ConnectStep.FirstEvent);
            return (events.Read(message.Memory.Span, _pairs), message.Memory.Length);
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
        events.ShowSent(utf8Json.Span);
        try
        {
            await channel.SendAsync(utf8Json, MessageKind.Text, cancellationToken).ConfigureAwait(false);
        }
        catch (PeerConnectionException e)
        {
            throw ended(e);
        }
        events.CountSent();
    }
}
