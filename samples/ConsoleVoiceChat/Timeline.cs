using System.Collections.Concurrent;
using ConsoleVoiceChat.Display;
using OpenAI.Realtime.WebRtc;

namespace ConsoleVoiceChat;

/// <summary>When each step of connecting was passed: kept even when the next one fails.</summary>
internal sealed class Timeline(IDisplay display) : IProgress<ConnectProgress>
{
    private long _start = TimeProvider.System.GetTimestamp();
    private readonly ConcurrentDictionary<ConnectStep, TimeSpan> _passed = new();

    /// <summary>Connecting begins now: the zero of all times.</summary>
    public void Start() => _start = TimeProvider.System.GetTimestamp();

    /// <summary>Since the program began to connect.</summary>
    public TimeSpan Elapsed => TimeProvider.System.GetElapsedTime(_start);

    /// <summary>When a step was passed, in milliseconds; null when it was not.</summary>
    public double? this[ConnectStep step] => _passed.TryGetValue(step, out TimeSpan at) ? Math.Round(at.TotalMilliseconds, 3) : null;

    public void Report(ConnectProgress value)
    {
        _passed[value.Step] = value.Elapsed;
        display.ShowPhase(value.Step, value.Elapsed);
    }
}
