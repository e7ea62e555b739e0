namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>A microphone or a loudspeaker could not be opened. The message says what is missing and what to install or to plug in.</summary>
public class AudioDeviceException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="problem">What is wrong.</param>
    /// <param name="message">What is wrong and what to do, for a person.</param>
    /// <param name="inner">What was caught; null for nothing.</param>
    public AudioDeviceException(AudioDeviceProblem problem, string message, Exception? inner = null)
        : base(message, inner) => Problem = problem;

    /// <summary>What is wrong.</summary>
    public AudioDeviceProblem Problem { get; }

    /// <summary>Whether it is about a microphone or a loudspeaker; null where it is about neither, as when no sound server answers.</summary>
    public AudioDeviceKind? Kind { get; init; }
}

/// <summary>Why there is no sound.</summary>
public enum AudioDeviceProblem
{
    /// <summary>The system's library is missing, or this system has none that is known.</summary>
    NoSoundSystem,

    /// <summary>No sound server answers.</summary>
    NoServer,

    /// <summary>The machine has no microphone, or no loudspeaker.</summary>
    NoDevice,

    /// <summary>No device has the name that was asked for, or more than one has it.</summary>
    NotFound,

    /// <summary>The device is there and cannot be opened: it is in use, or the program may not use it.</summary>
    Refused,
}
