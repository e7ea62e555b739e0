namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>Which microphone or loudspeaker is opened, and how.</summary>
public sealed class AudioDeviceOptions
{
    /// <summary>The device's id, its name, or a part of the name that no other device has. Default: null, the system's default.</summary>
    public string? Device { get; set; }

    /// <summary>
    /// Whether sound moves along when the system's default changes, and to the new default when the device is gone. False: the device that was the default when it was opened is kept and waited for. Without
    /// effect where <see cref="Device"/> names one. Default: true.
    /// </summary>
    public bool FollowDefault { get; set; } = true;

    /// <summary>How much the device is to hand out or to ask for at once: 5 to 40 ms. Systems do as they can. Shorter is less delay and more wake-ups. Default: 10 ms.</summary>
    public TimeSpan Period { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The volume to begin with: 1 leaves the samples as they are, 0 is silence, 4 the most. Default: 1.</summary>
    public float Volume { get; set; } = 1;

    /// <summary>Throws when a value cannot be used.</summary>
    /// <exception cref="ArgumentException">What is wrong.</exception>
    public void Validate()
    {
        if (Device is { } device && string.IsNullOrWhiteSpace(device))
            throw new ArgumentException("Name a device, or leave Device null for the default.", nameof(Device));
        ArgumentOutOfRangeException.ThrowIfLessThan(Period, TimeSpan.FromMilliseconds(5));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Period, TimeSpan.FromMilliseconds(40));
        ArgumentOutOfRangeException.ThrowIfNegative(Volume);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Volume, 4);
    }
}
