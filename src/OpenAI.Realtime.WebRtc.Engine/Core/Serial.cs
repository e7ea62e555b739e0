namespace OpenAI.Realtime.WebRtc.Engine.Core;

/// <summary>
/// A 16-bit number that wraps around (RFC 1982): an RTP sequence number, an SCTP stream sequence number.
/// Two numbers exactly half the range apart have no order; the comparison then calls neither of them newer.
/// </summary>
/// <param name="Value">The number on the wire.</param>
public readonly record struct Serial16(ushort Value)
{
    /// <summary>The number <paramref name="n"/> steps on; wraps around.</summary>
    public static Serial16 operator +(Serial16 a, int n) => new(unchecked((ushort)(a.Value + n)));

    /// <summary>The next number; wraps around.</summary>
    public static Serial16 operator ++(Serial16 a) => a + 1;

    /// <summary>How far <paramref name="a"/> is ahead of <paramref name="b"/>, from −32768 to 32767.</summary>
    public static int operator -(Serial16 a, Serial16 b) => unchecked((short)(a.Value - b.Value));

    /// <summary>Whether <paramref name="a"/> is newer.</summary>
    public static bool operator >(Serial16 a, Serial16 b) => a - b > 0;

    /// <summary>Whether <paramref name="b"/> is newer.</summary>
    public static bool operator <(Serial16 a, Serial16 b) => b - a > 0;

    /// <summary>Whether <paramref name="a"/> is newer or the same.</summary>
    public static bool operator >=(Serial16 a, Serial16 b) => a == b || a > b;

    /// <summary>Whether <paramref name="b"/> is newer or the same.</summary>
    public static bool operator <=(Serial16 a, Serial16 b) => a == b || a < b;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A 32-bit number that wraps around (RFC 1982): an SCTP TSN, an RTP timestamp.</summary>
/// <param name="Value">The number on the wire.</param>
public readonly record struct Serial32(uint Value)
{
    /// <summary>The number <paramref name="n"/> steps on; wraps around.</summary>
    public static Serial32 operator +(Serial32 a, int n) => new(unchecked(a.Value + (uint)n));

    /// <summary>The next number; wraps around.</summary>
    public static Serial32 operator ++(Serial32 a) => a + 1;

    /// <summary>How far <paramref name="a"/> is ahead of <paramref name="b"/>, from −2³¹ to 2³¹−1.</summary>
    public static int operator -(Serial32 a, Serial32 b) => unchecked((int)(a.Value - b.Value));

    /// <summary>Whether <paramref name="a"/> is newer.</summary>
    public static bool operator >(Serial32 a, Serial32 b) => a - b > 0;

    /// <summary>Whether <paramref name="b"/> is newer.</summary>
    public static bool operator <(Serial32 a, Serial32 b) => b - a > 0;

    /// <summary>Whether <paramref name="a"/> is newer or the same.</summary>
    public static bool operator >=(Serial32 a, Serial32 b) => a == b || a > b;

    /// <summary>Whether <paramref name="b"/> is newer or the same.</summary>
    public static bool operator <=(Serial32 a, Serial32 b) => a == b || a < b;

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
