using System.Net;
using System.Net.Sockets;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// The listening TCP sockets of the process: one for each address and port that a call names, open as long as there is such a call. Port 0 is one free port an address, for all calls.
/// </summary>
internal sealed class StreamListeners(WaitThreads waitThreads)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPEndPoint, StreamListener> _listeners = [];

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _listeners.Count;
        }
    }

    /// <summary>Has streams to this address which name a call's fragment given to the call. Paired with <see cref="Leave"/>.</summary>
    /// <exception cref="SocketException">The address cannot be bound.</exception>
    public StreamListener Join(IPAddress address, int port, string usernameFragment, IStreamAdopter call)
    {
        lock (_gate)
        {
            var key = new IPEndPoint(address, port);
            if (!_listeners.TryGetValue(key, out StreamListener? listener))
            {
                listener = StreamListener.Open(address, port, waitThreads.Join());
                _listeners.Add(key, listener);
            }

            listener.Register(usernameFragment, call);
            return listener;
        }
    }

    /// <summary>The call takes no streams any more.</summary>
    public void Leave(StreamListener listener, string usernameFragment)
    {
        lock (_gate)
        {
            listener.Unregister(usernameFragment);
            if (!listener.IsIdle || _listeners.FirstOrDefault(l => l.Value == listener) is not { Key: { } key })
                return;
            _listeners.Remove(key);
            listener.Close();
        }
    }
}
