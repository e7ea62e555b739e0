using System.Diagnostics;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>The clock of one connection: it starts at zero when the connection is made, and only goes forward.</summary>
internal sealed class DriverClock
{
    private readonly long _origin;

    public DriverClock(TimeProvider provider)
    {
        Provider = provider;
        _origin = provider.GetTimestamp();
        WallClockAtZero = provider.GetUtcNow();
    }

    public TimeProvider Provider { get; }

    public DateTimeOffset WallClockAtZero { get; }

    /// <summary>Whether it counts what <see cref="Stopwatch"/> counts, so that the shared wait thread can keep its deadlines.</summary>
    public bool IsSystem => Provider == TimeProvider.System;

    public Instant Now => new(Provider.GetElapsedTime(_origin).Ticks);

    public TimeSpan Elapsed => Provider.GetElapsedTime(_origin);

    /// <summary>The time of the provider's timestamp at which this clock was zero.</summary>
    public TimeSpan Zero => Provider.GetElapsedTime(0, _origin);

    /// <summary>The moment as a <see cref="Stopwatch"/> timestamp, rounded up so that at that timestamp the moment has come.</summary>
    public long ToTimestamp(Instant at)
    {
        if (at == Instant.Never)
            return long.MaxValue;
        Int128 ticks = ((Int128)at.Ticks * Stopwatch.Frequency + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond + _origin + 1;
        return ticks >= long.MaxValue ? long.MaxValue : (long)ticks;
    }
}
