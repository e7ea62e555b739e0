using System.Collections.Immutable;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Bridge;

/// <summary>Those who listen to one direction. While there are none, a packet costs one read of a field, and no codec exists.</summary>
internal sealed class AudioListeners
{
    /// <summary>How many may listen to one direction of one call.</summary>
    public const int Max = 8;

    private ImmutableArray<AudioListener> _listeners = [];
    private bool _closed;
    private readonly Lock _gate = new();

    /// <summary>Shows a packet, in order of arrival.</summary>
    public void Show(ReadOnlySpan<byte> opus, in EncodedAudio packet)
    {
        foreach (AudioListener listener in _listeners)
            listener.Show(opus, in packet);
    }

    public void Flush()
    {
        foreach (AudioListener listener in _listeners)
            listener.Flush();
    }

    /// <exception cref="InvalidOperationException">The call has ended, or too many listen already.</exception>
    public IAsyncDisposable Add(OpusListener playing)
    {
        var listener = new AudioListener(this, playing);
        bool added = false;
        try
        {
            lock (_gate)
            {
                if (_closed)
                    throw new InvalidOperationException("The call has ended.");
                if (_listeners.Length == Max)
                    throw new InvalidOperationException($"{Max} sinks listen already.");
                _listeners = _listeners.Add(listener);
                added = true;
            }
        }
        finally
        {
            if (!added)
                _ = listener.DisposeAsync().AsTask();
        }
        listener.Start();
        return listener;
    }

    public void Remove(AudioListener listener)
    {
        lock (_gate)
            _listeners = _listeners.Remove(listener);
    }

    /// <summary>The call has ended: nobody listens any more.</summary>
    public async Task CloseAsync()
    {
        ImmutableArray<AudioListener> all;
        lock (_gate)
        {
            _closed = true;
            all = _listeners;
        }
        foreach (AudioListener listener in all)
            await listener.DisposeAsync().ConfigureAwait(false);
    }
}
