namespace OpenAI.Realtime.WebRtc.Testing.Tests.Support;

/// <summary>Timers as the system's, but a calendar that stands still until it is moved on: keys expire when told, and nothing has to wait.</summary>
internal sealed class OffsetTimeProvider : TimeProvider
{
    private readonly DateTimeOffset _start = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds());
    private long _offset;

    public override DateTimeOffset GetUtcNow() => _start + new TimeSpan(Interlocked.Read(ref _offset));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks);
}
