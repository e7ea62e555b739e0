namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>When somebody counts as speaking. No event of the service tells it, so it is taken from how loud the audio is; not from packets that are passed through as they are.</summary>
public sealed class LiveSpeechOptions
{
    /// <summary>How loud the model's speech is at least, in dBFS; between its words it sends faint noise. Default: -60.</summary>
    public double AssistantThreshold { get; set; } = -60;

    /// <summary>How loud the user's speech is at least, in dBFS. A room is louder than the model's pauses. Default: -45.</summary>
    public double UserThreshold { get; set; } = -45;

    /// <summary>How long it has to be that loud until somebody speaks. Default: 60 ms.</summary>
    public TimeSpan Onset { get; set; } = TimeSpan.FromMilliseconds(60);

    /// <summary>How long it has to be quieter until nobody does: longer than a pause within a sentence. Default: 500 ms.</summary>
    public TimeSpan Hold { get; set; } = TimeSpan.FromMilliseconds(500);

    internal void Validate()
    {
        ThrowIfNoLevel(AssistantThreshold, nameof(AssistantThreshold));
        ThrowIfNoLevel(UserThreshold, nameof(UserThreshold));
        ArgumentOutOfRangeException.ThrowIfLessThan(Onset, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(Hold, TimeSpan.Zero);
    }

    private static void ThrowIfNoLevel(double value, string name)
    {
        if (!(value is > -96 and < 0))
            throw new ArgumentOutOfRangeException(name, value, "A level lies between -96 and 0 dBFS.");
    }
}
