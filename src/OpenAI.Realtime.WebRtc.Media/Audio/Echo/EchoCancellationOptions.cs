namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>How the assistant is kept from hearing itself.</summary>
public enum EchoCancellationMode
{
    /// <summary>The echo is taken out of the microphone; both may speak at once.</summary>
    Cancel,

    /// <summary>The microphone is held down while the assistant is heard: nobody can interrupt it by speaking.</summary>
    HalfDuplex,

    /// <summary>Nothing is done: for a headset, or where the system cancels.</summary>
    Off,
}

/// <summary>How the assistant's voice is kept out of the microphone.</summary>
public sealed class EchoCancellationOptions
{
    /// <summary>What is done. Default: <see cref="EchoCancellationMode.Cancel"/>.</summary>
    public EchoCancellationMode Mode { get; set; }

    /// <summary>A canceller of your own, for one call at a time. Default: null, an <see cref="EchoCanceller"/>. Not together with another <see cref="Mode"/>.</summary>
    public IEchoCanceller? Canceller { get; set; }

    /// <summary>How long the microphone stays down after the assistant was last heard, in <see cref="EchoCancellationMode.HalfDuplex"/>: as long as devices and room go on sounding, 0 to 10 s. Default: 400 ms.</summary>
    public TimeSpan HalfDuplexHold { get; set; } = HalfDuplexGuard.DefaultHold;

    /// <summary>Makes the canceller that these options ask for, or gives <see cref="Canceller"/>; null where nothing is to be done.</summary>
    /// <exception cref="ArgumentException">The options contradict each other, or one is out of its range.</exception>
    public IEchoCanceller? Create()
    {
        if (!Enum.IsDefined(Mode))
            throw new ArgumentOutOfRangeException(nameof(Mode), Mode, "Choose Cancel, HalfDuplex or Off.");
        if (Canceller is not null && Mode != EchoCancellationMode.Cancel)
            throw new ArgumentException("Set either Canceller or a Mode other than Cancel, not both.", nameof(Canceller));
        HalfDuplexGuard.CheckHold(HalfDuplexHold, nameof(HalfDuplexHold));
        return Mode switch
        {
            EchoCancellationMode.Off => null,
            EchoCancellationMode.HalfDuplex => new HalfDuplexGuard(HalfDuplexHold),
            _ => Canceller ?? new EchoCanceller(),
        };
    }
}
