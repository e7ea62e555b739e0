using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Audio;

public sealed class MeasurementTests
{
    [Theory]
    [InlineData(100, 48_000)]
    [InlineData(440, 24_000)]
    [InlineData(1_234, 16_000)]
    [InlineData(3_000, 8_000)]
    public void The_frequency_of_a_tone_is_found(double frequency, int rate)
    {
        short[] pcm = [.. Enumerable.Range(0, rate).Select(i => (short)(8_000 * Math.Sin(2 * Math.PI * frequency * i / rate)))];

        Assert.InRange(RealtimeTestAudio.FromPcm(pcm, rate).DominantFrequency, frequency - 1, frequency + 1);
    }

    [Fact]
    public void Silence_has_no_frequency_and_a_tone_the_level_that_was_asked_for()
    {
        Assert.Equal(0, RealtimeTestAudio.Silence(TimeSpan.FromSeconds(1)).DominantFrequency);
        Assert.Equal(0, RealtimeTestAudio.Empty.DominantFrequency);
        Assert.InRange(RealtimeTestAudio.Tone(500, TimeSpan.FromSeconds(1), -20).Level.RmsDbfs, -20.1, -19.9);
    }

    [Fact]
    public void A_made_up_voice_is_about_as_loud_as_one()
    {
        RealtimeTestAudio voice = RealtimeTestAudio.Voice(TimeSpan.FromSeconds(2));

        Assert.Equal(2, voice.Duration.TotalSeconds);
        Assert.InRange(voice.Level.RmsDbfs, -26, -14);
        Assert.InRange(voice.Level.PeakDbfs, -20, -0.1);
    }

    [Fact]
    public void Jitter_loss_and_odd_timestamps_are_counted()
    {
        var meter = new UplinkMeter();
        TimeSpan arrival = TimeSpan.Zero;
        uint timestamp = 0;
        for (ushort sequence = 65_500; sequence != 64; sequence++)      // across the wrap: 100 packets, of which 2 are lost
        {
            if (sequence is not (10 or 11))
                meter.OnPacket(new EncodedAudio(100, 111, sequence, timestamp, false, 1, arrival + TimeSpan.FromMilliseconds(sequence % 2 == 0 ? 0 : 4)));
            arrival += TimeSpan.FromMilliseconds(20);
            timestamp += sequence == 30 ? 1_920u : 960u;
        }

        UplinkStatistics statistics = meter.Snapshot();

        Assert.Equal(98, statistics.Packets);
        Assert.Equal(9_800, statistics.Bytes);
        Assert.Equal(2, statistics.Lost);
        Assert.Equal(1, statistics.IrregularTimestamps);
        Assert.Equal(4, statistics.JitterP50.TotalMilliseconds, 3);
        Assert.InRange(statistics.JitterP95.TotalMilliseconds, 3.9, 24.1);
    }
}

public sealed class VoiceActivityTests
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(20);
    private static readonly short[] Loud = RealtimeTestAudio.Tone(300, Frame, -20).Samples.ToArray();
    private static readonly short[] Quiet = new short[960];

    private static VoiceActivityDetector Detector() => new()
    {
        Settings = new VoiceActivitySettings(-40, TimeSpan.FromMilliseconds(300), TimeSpan.FromMilliseconds(500)),
    };

    [Fact]
    public void Speech_begins_after_60_ms_and_ends_after_the_silence_that_was_asked_for()
    {
        VoiceActivityDetector detector = Detector();

        VoiceActivity[] loud = [.. Enumerable.Range(0, 5).Select(_ => detector.Process(Loud, Frame))];
        VoiceActivity[] quiet = [.. Enumerable.Range(0, 26).Select(_ => detector.Process(Quiet, Frame))];

        Assert.Equal([VoiceActivity.None, VoiceActivity.None, VoiceActivity.Started, VoiceActivity.None, VoiceActivity.None], loud);
        Assert.Equal(24, Array.IndexOf(quiet, VoiceActivity.Stopped));      // the 25th frame makes 500 ms
        Assert.Equal(1, quiet.Count(a => a != VoiceActivity.None));
    }

    [Fact]
    public void A_click_is_no_speech_and_a_pause_between_words_is_no_end()
    {
        VoiceActivityDetector detector = Detector();
        Assert.Equal(VoiceActivity.None, detector.Process(Loud, Frame));
        Assert.Equal(VoiceActivity.None, detector.Process(Quiet, Frame));
        Assert.Equal(VoiceActivity.None, detector.Process(Loud, Frame));
        Assert.Equal(VoiceActivity.None, detector.Process(Loud, Frame));
        Assert.Equal(VoiceActivity.Started, detector.Process(Loud, Frame));
        for (int i = 0; i < 24; i++)
            Assert.Equal(VoiceActivity.None, detector.Process(Quiet, Frame));
        Assert.Equal(VoiceActivity.None, detector.Process(Loud, Frame));
        Assert.True(detector.IsSpeaking);
    }

    [Fact]
    public void The_buffer_is_bounded_and_keeps_its_place_on_the_timeline()
    {
        var buffer = new InputAudioBuffer(48_000);
        for (int i = 0; i < 150; i++)
            buffer.Append(Loud);

        Assert.Equal(48_000, buffer.Count);
        Assert.Equal((2_000, 3_000), (buffer.StartMilliseconds, buffer.EndMilliseconds));
        buffer.TrimTo(4_800);
        Assert.Equal(2_900, buffer.StartMilliseconds);
        Assert.Equal(4_800, buffer.Take().Length);
        Assert.Equal((0, 3_000), (buffer.Count, buffer.StartMilliseconds));
        buffer.Append(new short[100_000]);
        Assert.Equal(48_000, buffer.Count);
    }

    [Fact]
    public void A_clip_is_played_in_frames_and_reported_when_the_last_has_been_heard()
    {
        var player = new ReplyPlayer();
        var first = new Clip("r1", "i1", [.. Enumerable.Repeat((short)1, 1_000)]);
        var second = new Clip("r2", "i2", [.. Enumerable.Repeat((short)2, 960)]);
        player.Enqueue(first);
        player.Enqueue(second);

        Assert.Equal(1, player.NextFrame(out Clip? finished)[959]);
        Assert.Null(finished);
        Assert.Equal([1, 0], [player.NextFrame(out finished)[39], player.NextFrame(out finished)[39] - 2]);
        Assert.Same(first, finished);
        Assert.Equal(0, player.NextFrame(out finished)[0]);
        Assert.Same(second, finished);
        Assert.Null(player.Current);
    }
}
