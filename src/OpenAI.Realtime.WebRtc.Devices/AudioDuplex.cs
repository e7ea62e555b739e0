using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>A microphone and a loudspeaker that know of each other: what the one plays is taken out of what the other hears. Made by <see cref="AudioDevices.OpenDuplex"/>.</summary>
public sealed class AudioDuplex : IDisposable
{
    private readonly EchoLine? _echo;

    internal AudioDuplex(Microphone microphone, Loudspeaker loudspeaker, IEchoCanceller? canceller, ILogger logger)
    {
        Microphone = microphone;
        Loudspeaker = loudspeaker;
        _echo = canceller is null ? null : new EchoLine(microphone, loudspeaker, canceller, logger);
    }

    /// <summary>The caller's voice: <see cref="AudioOptions.Source"/>.</summary>
    public Microphone Microphone { get; }

    /// <summary>The assistant's: <see cref="AudioOptions.Sink"/>.</summary>
    public Loudspeaker Loudspeaker { get; }

    /// <summary>What the canceller is doing; all zeros with <see cref="EchoCancellationMode.Off"/>, and after one of your own has thrown. Any thread.</summary>
    public EchoCancellerState EchoState => _echo?.State ?? default;

    /// <summary>Closes both devices.</summary>
    public void Dispose()
    {
        _echo?.Dispose();
        Microphone.Dispose();
        Loudspeaker.Dispose();
    }
}
