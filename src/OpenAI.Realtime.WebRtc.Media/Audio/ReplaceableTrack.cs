using System.Runtime.CompilerServices;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>A track whose place another one can take at any moment: what is sent goes to the new one from the next packet on, and what is read comes from it.</summary>
/// <remarks>One reader; sending and replacing from any thread. A track that ends is waited out: another may come.</remarks>
internal sealed class ReplaceableTrack(IOpusTrack first) : IOpusTrack, IDisposable
{
    private readonly Lock _gate = new();
    private volatile IOpusTrack _current = first;
    private CancellationTokenSource _replaced = new();

    // The reader's own: one source for each track and each token, not one for each wait.
    private CancellationTokenSource? _waiting;
    private CancellationTokenSource? _waitingFor;
    private CancellationToken _waitingUnder;

    public IOpusTrack Current
    {
        get => _current;
        set
        {
            CancellationTokenSource replaced;
            lock (_gate)
            {
                _current = value;
                replaced = _replaced;
                _replaced = new();
            }

            replaced.Cancel();
        }
    }

    public OpusPreferences? Preferences => _current.Preferences;

    public double? FractionLost => _current.FractionLost;

    public void Send(ReadOnlySpan<byte> opus, OpusPacketHeader header) => _current.Send(opus, header);

    public bool TryRead(Span<byte> destination, out EncodedAudio packet) => _current.TryRead(destination, out packet);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            CancellationToken either = Prepare(cancellationToken, out IOpusTrack track);
            try
            {
                if (await track.WaitAsync(either).ConfigureAwait(false))
                    return true;
                await Task.Delay(Timeout.Infinite, either).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && track != _current)
            {
                // Replaced: the next round waits for the new one.
            }
        }
    }

    /// <summary>Call when nobody waits any more.</summary>
    public void Dispose()
    {
        lock (_gate)
            _waiting?.Dispose();
    }

    private CancellationToken Prepare(CancellationToken cancellationToken, out IOpusTrack track)
    {
        lock (_gate)
        {
            track = _current;
            if (_waitingFor != _replaced || _waitingUnder != cancellationToken)
            {
                _waiting?.Dispose();
                _waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _replaced.Token);
                _waitingFor = _replaced;
                _waitingUnder = cancellationToken;
            }

            return _waiting!.Token;
        }
    }
}
