namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>What a microphone or a loudspeaker has counted since it was opened.</summary>
public readonly record struct AudioDeviceStatistics
{
    /// <summary>How often there was no sound where there should have been: the microphone's came too late for a frame, or the loudspeaker was asked for more than was there.</summary>
    public long Underruns { get; init; }

    /// <summary>How often sound was left out because too much of it waited, after a stall.</summary>
    public long Overruns { get; init; }

    /// <summary>How often the device was lost, or another took its place.</summary>
    public long Losses { get; init; }

    /// <summary>How long a sample waits between the device's clock and ours.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>How long a sample takes between the device and this program, as the system says; zero where it does not.</summary>
    public TimeSpan SystemDelay { get; init; }

    /// <summary>How much faster than ours the device's clock is, in millionths, as far as it is known.</summary>
    public double DriftPpm { get; init; }
}
