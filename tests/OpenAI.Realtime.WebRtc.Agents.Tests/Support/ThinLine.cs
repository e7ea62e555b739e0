using System.Threading.Channels;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Support;

/// <summary>A session that takes no event of more than a kilobyte, and breaks when it is told to.</summary>
internal sealed class ThinLine(ScriptedRealtimeSession inner) : IRealtimeSession
{
    public Exception? Break { get; set; }

    public SessionState State => inner.State;

    public ChannelReader<SessionStateChange> StateChanges => inner.StateChanges;

    public Task<SessionEnd> Completion => inner.Completion;

    public bool Muted
    {
        get => inner.Muted;
        set => inner.Muted = value;
    }

    public async IAsyncEnumerable<ServerEvent> ReadEventsAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (ServerEvent e in inner.ReadEventsAsync(cancellationToken))
        {
            if (Break is { } broken)
                throw broken;
            yield return e;
        }
    }

    public ValueTask SendAsync(ClientEvent clientEvent, CancellationToken cancellationToken = default) =>
        clientEvent.ToUtf8Json().Length > 1_024 ? throw new ArgumentException("The event is too large.") : inner.SendAsync(clientEvent, cancellationToken);

    public ValueTask SendRawAsync(ReadOnlyMemory<byte> utf8Json, CancellationToken cancellationToken = default) => inner.SendRawAsync(utf8Json, cancellationToken);

    public void FlushOutput() => inner.FlushOutput();

    public Task CloseAsync(CancellationToken cancellationToken = default) => inner.CloseAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
