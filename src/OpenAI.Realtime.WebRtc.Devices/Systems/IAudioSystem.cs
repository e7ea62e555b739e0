namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>The sound of an operating system: which devices there are, and streams from and to them, 48 kHz mono, which it converts for itself.</summary>
internal interface IAudioSystem : IDisposable
{
    /// <summary>What it is, for people.</summary>
    string Name { get; }

    /// <summary>The devices that are there. May wait for a server, for some seconds at most.</summary>
    /// <exception cref="AudioDeviceException">There is no sound server.</exception>
    IReadOnlyList<AudioDevice> List();

    /// <summary>Called when a device came or went, when another is the default, and when the server went away; on any thread, and it must not block. Set once, before anything is opened.</summary>
    Action? Changed { get; set; }

    /// <summary>Opens a microphone; samples come at once.</summary>
    /// <exception cref="AudioDeviceException">It cannot be opened.</exception>
    IDeviceStream OpenCapture(AudioDevice device, TimeSpan period, ICaptureClient client);

    /// <summary>Opens a loudspeaker; samples are asked for at once.</summary>
    /// <exception cref="AudioDeviceException">It cannot be opened.</exception>
    IDeviceStream OpenPlayback(AudioDevice device, TimeSpan period, IPlaybackClient client);
}

/// <summary>A stream from or to a device. To be disposed by no thread of the sound system's own.</summary>
internal interface IDeviceStream : IDisposable
{
    /// <summary>How long a sample takes between the device and the program, as the system says; zero where it does not.</summary>
    TimeSpan Latency { get; }
}

/// <summary>Who takes what a microphone hears. Called on the sound system's thread: neither may block or throw.</summary>
internal interface ICaptureClient
{
    /// <summary>Samples have come.</summary>
    void OnCaptured(ReadOnlySpan<short> pcm);

    /// <summary>The system has lost some, because the program did not take them in time.</summary>
    void OnOverrun();

    /// <summary>Nothing more will come: the device is gone, or the server.</summary>
    void OnFailed(string why);
}

/// <summary>Who gives what a loudspeaker plays. Called on the sound system's thread: neither may block or throw.</summary>
internal interface IPlaybackClient
{
    /// <summary>So many samples are to be played next.</summary>
    void OnWanted(Span<short> pcm);

    /// <summary>The device has played silence, because the program was asked too late.</summary>
    void OnUnderrun();

    /// <summary>Nothing more will be asked for: the device is gone, or the server.</summary>
    void OnFailed(string why);
}
