namespace OpenAI.Realtime.WebRtc.Engine.Core;

/// <summary>
/// A moment on the driver's monotonic clock, in units of 100 ns since an origin that only the driver knows.
/// The engine never asks what time it is: whoever calls it says so with an <see cref="Instant"/>.
/// </summary>
/// <param name="Ticks">100 ns units since the driver's origin; same unit as <see cref="TimeSpan.Ticks"/>.</param>
public readonly record struct Instant(long Ticks) : IComparable<Instant>
{
    /// <summary>The origin of the clock.</summary>
    public static Instant Zero => default;

    /// <summary>A moment that does not come.</summary>
    public static Instant Never => new(long.MaxValue);

    /// <inheritdoc/>
    public int CompareTo(Instant other) => Ticks.CompareTo(other.Ticks);

    /// <summary>The moment <paramref name="span"/> after <paramref name="at"/>; never goes past <see cref="Never"/>.</summary>
    public static Instant operator +(Instant at, TimeSpan span) =>
        span.Ticks > long.MaxValue - Math.Max(0, at.Ticks) ? Never : new(at.Ticks + span.Ticks);

    /// <summary>The time from <paramref name="earlier"/> to <paramref name="later"/>.</summary>
    public static TimeSpan operator -(Instant later, Instant earlier) => new(later.Ticks - earlier.Ticks);

    /// <summary>Whether <paramref name="a"/> is before <paramref name="b"/>.</summary>
    public static bool operator <(Instant a, Instant b) => a.Ticks < b.Ticks;

    /// <summary>Whether <paramref name="a"/> is after <paramref name="b"/>.</summary>
    public static bool operator >(Instant a, Instant b) => a.Ticks > b.Ticks;

    /// <summary>Whether <paramref name="a"/> is not after <paramref name="b"/>.</summary>
    public static bool operator <=(Instant a, Instant b) => a.Ticks <= b.Ticks;

    /// <summary>Whether <paramref name="a"/> is not before <paramref name="b"/>.</summary>
    public static bool operator >=(Instant a, Instant b) => a.Ticks >= b.Ticks;

    /// <summary>The earlier of the two.</summary>
    public static Instant Min(Instant a, Instant b) => a < b ? a : b;

    /// <inheritdoc/>
    public override string ToString() => this == Never ? "never" : $"{TimeSpan.FromTicks(Ticks).TotalMilliseconds:0.###} ms";
}
