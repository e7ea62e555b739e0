namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>A microphone or a loudspeaker, as the system describes it.</summary>
public sealed record AudioDevice
{
    /// <summary>What it is.</summary>
    public required AudioDeviceKind Kind { get; init; }

    /// <summary>What the system knows it by. The same when it is plugged in again, as far as the system can tell.</summary>
    public required string Id { get; init; }

    /// <summary>What people know it by.</summary>
    public required string Name { get; init; }

    /// <summary>Whether it is the system's default of its kind.</summary>
    public bool IsDefault { get; init; }

    /// <summary>How many channels it has. A microphone's are mixed down, and each of a loudspeaker's plays the same.</summary>
    public int Channels { get; init; }

    /// <summary>The samples a second at which it runs now; the system converts from and to 48,000.</summary>
    public int SampleRate { get; init; }

    /// <summary>The rates that it can run at, where the system tells; else the one at which it runs.</summary>
    public IReadOnlyList<int> SampleRates { get; init; } = [];

    /// <summary>Whether it is what a loudspeaker plays, recorded as if by a microphone: opened only by who names its id.</summary>
    internal bool IsMonitor { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({SampleRate} Hz, {Channels} {(Channels == 1 ? "channel" : "channels")}{(IsDefault ? ", default" : "")})";
}

/// <summary>Which way the sound of a device goes.</summary>
public enum AudioDeviceKind
{
    /// <summary>Into the program.</summary>
    Microphone,

    /// <summary>Out of it.</summary>
    Loudspeaker,
}
