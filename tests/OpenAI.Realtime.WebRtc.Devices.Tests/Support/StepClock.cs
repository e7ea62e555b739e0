namespace OpenAI.Realtime.WebRtc.Devices.Tests.Support;

/// <summary>A clock that stands where the test has put it.</summary>
internal sealed class StepClock : TimeProvider
{
    private long _nanoseconds;

    public double Seconds
    {
        get => _nanoseconds / 1e9;
        set => _nanoseconds = (long)Math.Round(value * 1e9);
    }

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp() => _nanoseconds;
}
