using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Peer;

// Datagrams over TCP (RFC 6544, RFC 4571). The driver opens and closes streams and carries their bytes; which streams, and where a datagram begins, is known here.
public sealed partial class WebRtcPeer
{
    /// <summary>
    /// Takes the next stream that is to be opened, from the path's local address to its remote one. <see cref="HandleStreamOpened"/> or <see cref="HandleStreamClosed"/> follows. Datagrams for it are
    /// taken from <see cref="TryTakeDatagram"/> and sent behind their length in two bytes.
    /// </summary>
    public bool TryTakeConnect(out TransportPath path) => _ices.TryTakeConnect(out path);

    /// <summary>Takes the next stream that is to be closed, opened by either side. Nothing follows: the peer has forgotten it.</summary>
    public bool TryTakeDisconnect(out TransportPath path)
    {
        if (_streams.TryTakeDisconnect(out path))
            return true;
        if (!_ices.TryTakeDisconnect(out path))
            return false;
        _streams.Remove(path);
        return true;
    }

    /// <summary>A stream is open: one that was asked for, or one that the peer has opened to a listening socket of ours.</summary>
    public void HandleStreamOpened(in TransportPath path, Instant now)
    {
        if (_phase == Phase.Ended)
            return;
        _streams.Add(path, _ices);
        _ices.HandleStreamOpened(path, now);
    }

    /// <summary>
    /// Handles at most one datagram of what a stream has brought, in place. Call it again, with all outputs drained in between, until it returns false.
    /// </summary>
    /// <param name="data">What came; what was handled is taken off it. Empty when false is returned.</param>
    /// <param name="path">The stream's path.</param>
    /// <param name="now">The driver's clock.</param>
    /// <returns>Whether a datagram was handled.</returns>
    public bool TryHandleStreamData(ref Span<byte> data, in TransportPath path, Instant now)
    {
        if (_phase == Phase.Ended || _streams.Find(path) is not { } frames)
        {
            data = default;
            return false;
        }

        if (frames.TryTake(ref data, out Span<byte> datagram))
        {
            HandleDatagram(datagram, path, now);
            return true;
        }

        if (frames.IsBroken)
        {
            _dropped.BrokenStream++;
            _streams.Disconnect(path);
            _ices.HandleStreamClosed(path, "what came was no frame of RFC 4571", now);
            HandleIceEvents(now);
        }

        return false;
    }

    /// <summary>One way to open a stream has failed, by a proxy say, and another is being tried. Until the stream is open or closed this is why it is not.</summary>
    /// <param name="path">The stream's path.</param>
    /// <param name="soFar">What was tried and what is being tried.</param>
    public void HandleStreamDelayed(in TransportPath path, string soFar) => _ices.HandleStreamDelayed(path, soFar);

    /// <summary>A stream could not be opened, or has ended.</summary>
    /// <param name="path">The stream's path.</param>
    /// <param name="why">What happened, in a few words for the sentence that says why no path was found.</param>
    /// <param name="now">The driver's clock.</param>
    public void HandleStreamClosed(in TransportPath path, string why, Instant now)
    {
        if (_phase == Phase.Ended)
            return;
        _streams.Remove(path);
        _ices.HandleStreamClosed(path, why, now);
        HandleIceEvents(now);
    }

    /// <summary>The system refused to send a datagram by this path: no route, or a filter on this machine. Not for one that a full buffer has dropped.</summary>
    public void HandleUnsent(in TransportPath path, Instant now)
    {
        if (_phase == Phase.Ice || _ices.Next is not null)
            _ices.HandleUnsent(path, now);
    }
}
