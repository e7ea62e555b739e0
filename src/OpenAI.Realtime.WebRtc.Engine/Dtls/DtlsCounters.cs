namespace OpenAI.Realtime.WebRtc.Engine.Dtls;

/// <summary>What a connection has counted; the records that it dropped, by reason.</summary>
internal sealed class DtlsCounters
{
    /// <summary>Records whose header, version or length made no sense; the rest of their datagram went with them.</summary>
    public long Malformed { get; internal set; }

    /// <summary>Records of an epoch that does not exist.</summary>
    public long UnknownEpoch { get; internal set; }

    /// <summary>Records whose number had been seen, or was too old to tell (RFC 6347 §4.1.2.6).</summary>
    public long Replayed { get; internal set; }

    /// <summary>Records whose authentication tag was wrong.</summary>
    public long Unauthentic { get; internal set; }

    /// <summary>Records that came before their keys and found no room to wait.</summary>
    public long TooEarly { get; internal set; }

    /// <summary>Well-formed records that the state has no use for: plaintext once connected, anything after the end.</summary>
    public long Ignored { get; internal set; }

    /// <summary>Handshake fragments that were malformed, contradicted an earlier one, or were too far ahead.</summary>
    public long FragmentsDropped { get; internal set; }

    /// <summary>Handshake fragments of messages already handled: the peer repeats itself.</summary>
    public long FragmentsRepeated { get; internal set; }

    /// <summary>Our flights sent again, because the timer ran out or because the peer repeated its own.</summary>
    public long FlightsRepeated { get; internal set; }
}
