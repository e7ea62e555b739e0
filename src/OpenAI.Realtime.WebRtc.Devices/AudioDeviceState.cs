namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>Where a microphone or a loudspeaker stands.</summary>
public enum AudioDeviceState
{
    /// <summary>Sound flows.</summary>
    Open,

    /// <summary>The device is gone. Silence flows; when it comes back, or another is the default that is followed, sound goes on by itself.</summary>
    Lost,

    /// <summary>It was disposed.</summary>
    Closed,
}

/// <summary>One change of where a device stands.</summary>
/// <param name="state">Where it stands now.</param>
/// <param name="device">The device that is open, or that was.</param>
/// <param name="detail">Why, for a log; null where there is nothing to say.</param>
public sealed class AudioDeviceStateEventArgs(AudioDeviceState state, AudioDevice device, string? detail) : EventArgs
{
    /// <summary>Where it stands now.</summary>
    public AudioDeviceState State => state;

    /// <summary>The device that is open, or that was.</summary>
    public AudioDevice Device => device;

    /// <summary>Why, for a log; null where there is nothing to say.</summary>
    public string? Detail => detail;
}
