namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>Which microphone and which loudspeaker are opened together.</summary>
public sealed class AudioDuplexOptions
{
    /// <summary>The microphone. Default: the system's default, followed.</summary>
    public AudioDeviceOptions Microphone { get; set; } = new();

    /// <summary>The loudspeaker. Default: the system's default, followed.</summary>
    public AudioDeviceOptions Loudspeaker { get; set; } = new();
}
