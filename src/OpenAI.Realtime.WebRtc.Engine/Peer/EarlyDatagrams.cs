using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Peer;

/// <summary>
/// DTLS datagrams that came before their sender was known: the first flight of a peer that is faster than its own answer, or than the check that was lost. Keeping a few
/// saves the second after which most peers repeat it.
/// </summary>
internal sealed class EarlyDatagrams
{
    /// <summary>How many are kept: a ClientHello in two fragments, from two paths.</summary>
    public const int MaxCount = 4;

    /// <summary>The longest that is kept, in bytes.</summary>
    public const int MaxLength = 1500;

    /// <summary>The content type of a handshake record (RFC 6347 §4.3.1); nothing else comes first.</summary>
    private const byte HandshakeRecord = 22;

    private readonly List<(byte[] Datagram, TransportPath Path)> _kept = [];

    public int Count => _kept.Count;

    /// <summary>Keeps a datagram; false when it is none that begins a handshake, or when there is no room.</summary>
    public bool TryAdd(ReadOnlySpan<byte> datagram, in TransportPath path)
    {
        if (_kept.Count == MaxCount || datagram.Length > MaxLength || datagram[0] != HandshakeRecord)
            return false;
        _kept.Add((datagram.ToArray(), path));
        return true;
    }

    /// <summary>Takes the first one whose sender ICE knows by now.</summary>
    public bool TryTake(IceSessions ice, out byte[] datagram, out TransportPath path)
    {
        for (int i = 0; i < _kept.Count; i++)
        {
            (datagram, path) = _kept[i];
            if (!ice.IsValidatedSource(path))
                continue;
            _kept.RemoveAt(i);
            return true;
        }

        (datagram, path) = ([], default);
        return false;
    }
}
