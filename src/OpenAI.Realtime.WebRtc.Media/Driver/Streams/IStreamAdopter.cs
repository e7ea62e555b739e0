using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>A connection that takes the streams which its peer opens.</summary>
internal interface IStreamAdopter
{
    /// <summary>Takes a stream; from any thread.</summary>
    /// <param name="socket">It; in no poller. Whoever takes it closes it.</param>
    /// <param name="path">From the listening socket's address to the peer's.</param>
    /// <param name="read">What has been read of it.</param>
    void Adopt(StreamSocket socket, TransportPath path, byte[] read);
}
