using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>A microphone and a loudspeaker that know of each other. Made by <see cref="AudioDevices.OpenDuplex"/>.</summary>
public sealed class AudioDuplex : IDisposable
{
    internal AudioDuplex(Microphone microphone, Loudspeaker loudspeaker)
    {
        Microphone = microphone;
        Loudspeaker = loudspeaker;
    }

    /// <summary>The caller's voice: <see cref="AudioOptions.Source"/>.</summary>
    public Microphone Microphone { get; }

    /// <summary>The assistant's: <see cref="AudioOptions.Sink"/>.</summary>
    public Loudspeaker Loudspeaker { get; }

    /// <summary>Closes both devices.</summary>
    public void Dispose()
    {
        Microphone.Dispose();
        Loudspeaker.Dispose();
    }
}
