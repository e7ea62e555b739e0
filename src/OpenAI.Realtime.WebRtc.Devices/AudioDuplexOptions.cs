using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>Which microphone and which loudspeaker are opened together, and how the one is kept from hearing the other.</summary>
public sealed class AudioDuplexOptions
{
    /// <summary>The microphone. Default: the system's default, followed.</summary>
    public AudioDeviceOptions Microphone { get; set; } = new();

    /// <summary>The loudspeaker. Default: the system's default, followed.</summary>
    public AudioDeviceOptions Loudspeaker { get; set; } = new();

    /// <summary>
    /// How the assistant is kept from hearing itself. Default: its voice is taken out of the microphone's by an <see cref="EchoCanceller"/>. A canceller of your own runs on the thread that paces the packets of all calls:
    /// it must take well under a millisecond.
    /// </summary>
    public EchoCancellationOptions EchoCancellation { get; set; } = new();
}
