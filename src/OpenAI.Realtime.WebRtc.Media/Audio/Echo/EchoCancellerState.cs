namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>What an echo canceller is doing, and how well.</summary>
/// <param name="Activity">What it is doing.</param>
/// <param name="Delay">The delay of the echo that it works with; null until one was found.</param>
/// <param name="ErleDb">Echo return loss enhancement: by how many decibels the echo is made quieter, over about the last second in which the far end spoke alone; 0 before.</param>
/// <param name="DelayChanges">How often the delay was moved since the start.</param>
public readonly record struct EchoCancellerState(EchoCancellerActivity Activity, TimeSpan? Delay, float ErleDb, int DelayChanges);

/// <summary>What an echo canceller is doing.</summary>
public enum EchoCancellerActivity
{
    /// <summary>The far end is silent: the microphone passes through unchanged.</summary>
    Idle,

    /// <summary>The far end is heard, and the delay of its echo is not known yet: the microphone is held down where it could be the echo.</summary>
    Searching,

    /// <summary>The delay is known; the filter is still learning the room.</summary>
    Adapting,

    /// <summary>The far end speaks alone, and its echo is taken out.</summary>
    Cancelling,

    /// <summary>Both ends speak.</summary>
    DoubleTalk,

    /// <summary>The far end speaks, and the microphone is held down: <see cref="HalfDuplexGuard"/>.</summary>
    HeldDown,
}
