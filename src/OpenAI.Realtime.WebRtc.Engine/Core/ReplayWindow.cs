namespace OpenAI.Realtime.WebRtc.Engine.Core;

/// <summary>
/// Which packet indices have been seen: of SRTP packets (RFC 3711 §3.3.2), of DTLS records (RFC 6347 §4.1.2.6).
/// <code>
///   older than the window    │ bit Size−1 … … … 2   1   0 │   newer: moves the window
///   counts as seen           │                    highest │
/// </code>
/// Asked before a packet is authenticated, told only after.
/// </summary>
internal struct ReplayWindow
{
    /// <summary>How many indices the window spans: RFC 3711 asks for at least 64, RFC 6347 prefers 64 and allows more. 128 packets are 2.5 s of audio.</summary>
    public const int Size = 128;

    private UInt128 _seen;

    /// <summary>The highest index seen; meaningful once <see cref="IsEmpty"/> is false.</summary>
    public ulong Highest { get; private set; }

    /// <summary>Whether nothing has been seen yet.</summary>
    public readonly bool IsEmpty => _seen == UInt128.Zero; // once something has been seen, bit 0 is always set

    /// <summary>Whether the index was seen before, or is too old to tell.</summary>
    public readonly bool Contains(ulong index)
    {
        if (IsEmpty || index > Highest)
            return false;
        ulong age = Highest - index;
        return age >= Size || (_seen >> (int)age & 1) != 0;
    }

    /// <summary>Marks the index of an authenticated packet as seen.</summary>
    public void Add(ulong index)
    {
        if (IsEmpty)
        {
            Highest = index;
            _seen = 1;
        }
        else if (index > Highest)
        {
            ulong step = index - Highest;
            _seen = (step >= Size ? 0 : _seen << (int)step) | 1;
            Highest = index;
        }
        else if (Highest - index < Size)
        {
            _seen |= UInt128.One << (int)(Highest - index);
        }
    }
}
