namespace OpenAI.Realtime.WebRtc.Live.Tests.Speech;

public sealed class SpeechGateTests
{
    private readonly SpeechGate _gate = new(-60, TimeSpan.FromMilliseconds(60), TimeSpan.FromMilliseconds(500));
    private TimeSpan _now;

    [Fact]
    public void Speech_begins_after_its_onset_and_ends_after_its_hold()
    {
        Assert.Equal(0, For(-70, 1_000));
        Assert.Equal(0, For(-30, 40));
        Assert.Equal(1, For(-30, 40));
        Assert.True(_gate.IsSpeaking);
        Assert.Equal(0, For(-80, 480));     // a pause within a sentence
        Assert.Equal(0, For(-30, 100));
        Assert.Equal(1, For(-80, 600));
        Assert.False(_gate.IsSpeaking);
    }

    [Fact]
    public void A_click_is_no_speech()
    {
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(0, For(-20, 40));
            Assert.Equal(0, For(-90, 60));
        }
        Assert.False(_gate.IsSpeaking);
    }

    /// <summary>So many milliseconds of a level, looked at each 20 ms.</summary>
    /// <returns>How many changes there were.</returns>
    private int For(double level, int milliseconds)
    {
        int changes = 0;
        for (int i = 0; i < milliseconds; i += 20)
        {
            changes += _gate.Handle(level, _now) ? 1 : 0;
            _now += TimeSpan.FromMilliseconds(20);
        }
        return changes;
    }
}
