using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Audio;

/// <summary>Speech that is played faster or slower keeps its pitch and has no clicks.</summary>
public sealed class TimeStretcherTests
{
    private const int Frame = 960;

    [Theory]
    [InlineData(80, true)]
    [InlineData(130, true)]
    [InlineData(220, true)]
    [InlineData(80, false)]
    [InlineData(130, false)]
    [InlineData(220, false)]
    public void A_voice_keeps_its_pitch_and_its_level(double pitch, bool shorter)
    {
        short[] voice = Voice(pitch, seconds: 4);
        short[] heard = Stretch(voice, shorter, most: 480 * 4);
        double ratio = (double)heard.Length / voice.Length;
        if (shorter)
            Assert.InRange(ratio, 0.60, 0.98);
        else
            Assert.InRange(ratio, 1.02, 1.40);
        Assert.InRange(Spectrum.DominantFrequency(heard.AsSpan(9_600, 48_000), 48_000), pitch * 2 * 0.985, pitch * 2 * 1.015);
        Assert.InRange(Spectrum.Rms(heard) / Spectrum.Rms(voice), 0.95, 1.05);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_seam_is_no_click(bool shorter)
    {
        // The steepest step between two samples of a smooth voice: a click would be steeper.
        short[] voice = Voice(140, seconds: 4);
        int steepest = Steepest(voice);
        Assert.InRange(Steepest(Stretch(voice, shorter, most: 720)), 0, steepest * 1.3);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void No_more_is_changed_than_is_asked_for(bool shorter)
    {
        var stretcher = new TimeStretcher();
        short[] buffer = new short[Frame * 3];
        Voice(100, seconds: 1).AsSpan(0, Frame).CopyTo(buffer);     // a period of 480 samples
        int samples = shorter ? stretcher.Shorten(buffer, Frame, most: 300) : stretcher.Lengthen(buffer, Frame, most: 300);
        Assert.InRange(Math.Abs(samples - Frame), 0, 300);
    }

    [Fact]
    public void What_is_not_alike_is_left_as_it_is()
    {
        const int seed = 5;
        var random = new Random(seed);
        var stretcher = new TimeStretcher();
        short[] noise = [.. Enumerable.Range(0, Frame).Select(_ => (short)random.Next(-8_000, 8_000))];
        short[] buffer = [.. noise, .. new short[Frame]];
        Assert.Equal(Frame, stretcher.Shorten(buffer, Frame, most: 720));
        Assert.Equal(Frame, stretcher.Lengthen(buffer, Frame, most: 720));
        Assert.Equal(noise, buffer[..Frame]);
    }

    [Fact]
    public void Silence_is_shortened_and_lengthened_at_once()
    {
        short[] buffer = new short[Frame * 2];
        Assert.True(new TimeStretcher().Shorten(buffer, Frame, most: 720) < Frame);
        Assert.True(new TimeStretcher().Lengthen(buffer, Frame, most: 720) > Frame);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_samples_of_any_length_come_out_within_their_bounds(int seed)
    {
        var random = new Random(seed);
        var stretcher = new TimeStretcher();
        short[] buffer = new short[5_760 * 2];
        for (int i = 0; i < 3_000; i++)
        {
            int samples = random.Next(0, 5_761), most = random.Next(-2_000, 5_000);
            int loud = random.Next(0, 32_767);
            for (int n = 0; n < samples; n++)
                buffer[n] = (short)random.Next(-loud - 1, loud + 1);
            int kept = random.Next(2) == 0 ? stretcher.Shorten(buffer, samples, most) : stretcher.Lengthen(buffer, samples, most);
            Assert.True(Math.Abs(kept - samples) <= Math.Max(0, most), $"seed {seed}, run {i}: {samples} became {kept}, at most {most}");
            stretcher.Advance(samples);
        }
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var stretcher = new TimeStretcher();
        short[] voice = Voice(140, seconds: 1), buffer = new short[Frame * 3];
        Assert.Equal(0, Allocations.Measure(() =>
        {
            voice.AsSpan(0, Frame).CopyTo(buffer);
            stretcher.Shorten(buffer, Frame, most: 720);
            stretcher.Advance(48_000);
            stretcher.Lengthen(buffer, Frame, most: 720);
            stretcher.Advance(48_000);
        }));
    }

    private static short[] Stretch(short[] voice, bool shorter, int most)
    {
        var stretcher = new TimeStretcher();
        var heard = new List<short>();
        short[] buffer = new short[Frame * 3];
        foreach (short[] frame in voice.Chunk(Frame))
        {
            frame.CopyTo(buffer, 0);
            int samples = shorter ? stretcher.Shorten(buffer, Frame, most) : stretcher.Lengthen(buffer, Frame, most);
            stretcher.Advance(Frame);
            heard.AddRange(buffer.AsSpan(0, samples));
        }

        return [.. heard];
    }

    // Harmonics with the second the loudest, as in a vowel; the pitch wavers as a voice does.
    private static short[] Voice(double pitch, int seconds)
    {
        var voice = new short[48_000 * seconds];
        double phase = 0;
        for (int i = 0; i < voice.Length; i++)
        {
            phase += 2 * Math.PI * pitch * (1 + (0.005 * Math.Sin(2 * Math.PI * 5 * i / 48_000))) / 48_000;
            voice[i] = (short)(6_000 * ((0.4 * Math.Sin(phase)) + Math.Sin(2 * phase) + (0.3 * Math.Sin(3 * phase)) + (0.15 * Math.Sin(5 * phase))));
        }

        return voice;
    }

    private static int Steepest(short[] pcm) => pcm.Zip(pcm.Skip(1), (a, b) => Math.Abs(b - a)).Max();
}
