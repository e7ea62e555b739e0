namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>Whether one side speaks, by how loud it is. Pure; one caller at a time.</summary>
/// <param name="threshold">How loud speech is at least, in dBFS.</param>
/// <param name="onset">How long it has to be that loud.</param>
/// <param name="hold">How long it has to be quieter.</param>
internal sealed class SpeechGate(double threshold, TimeSpan onset, TimeSpan hold)
{
    private TimeSpan? _since;       // since when it is otherwise than IsSpeaking says

    public bool IsSpeaking { get; private set; }

    /// <summary>The level at a time.</summary>
    /// <returns>Whether <see cref="IsSpeaking"/> has changed.</returns>
    public bool Handle(double level, TimeSpan now)
    {
        if (level >= threshold == IsSpeaking)
        {
            _since = null;
            return false;
        }
        _since ??= now;
        if (now - _since < (IsSpeaking ? hold : onset))
            return false;
        IsSpeaking = !IsSpeaking;
        _since = null;
        return true;
    }
}
