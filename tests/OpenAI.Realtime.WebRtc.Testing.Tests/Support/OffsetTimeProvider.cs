namespace OpenAI.Realtime.WebRtc.Testing.Tests.Support;

/// <summary>The system's clock, but its calendar can be moved on: keys expire, and nothing has to wait.</summary>
internal sealed class OffsetTimeProvider : TimeProvider
{
    private long _offset;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow + new TimeSpan(Interlocked.Read(ref _offset));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks);
}
