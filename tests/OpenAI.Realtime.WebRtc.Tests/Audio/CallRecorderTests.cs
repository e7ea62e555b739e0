using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Audio;

public sealed class CallRecorderTests : IDisposable
{
    private static readonly TimeSpan s_frame = TimeSpan.FromMilliseconds(20);

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"recorded-{Guid.NewGuid():N}.wav");
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public async Task The_caller_is_left_and_the_assistant_right_each_where_it_was_heard()
    {
        await using (var recorder = new CallRecorder(_path, timeProvider: _time))
        {
            IAudioSource microphone = recorder.Record(new ToneAudioSource(440));
            IAudioSink loudspeaker = recorder.Record(new RecordingSink(new AudioFormat(16_000, 2), _time));
            await TalkAsync(microphone, TimeSpan.FromSeconds(1));
            await HearAsync(loudspeaker, 880, TimeSpan.FromSeconds(1));
            Assert.Equal(0, recorder.DroppedSamples);
            Assert.Null(recorder.Failure);
        }

        (short[] left, short[] right) = await ReadAsync();
        Assert.InRange(left.Length, 47_000, 48_100);
        Assert.InRange(Spectrum.DominantFrequency(left.AsSpan(4_000, 16_000), 24_000), 437, 443);
        Assert.InRange(Spectrum.DominantFrequency(right.AsSpan(28_000, 16_000), 24_000), 877, 883);
        Assert.True(Spectrum.Rms(left.AsSpan()[26_000..46_000]) < 1);
        Assert.True(Spectrum.Rms(right.AsSpan()[..22_000]) < 1);
    }

    [Fact]
    public async Task What_waits_in_the_loudspeaker_is_heard_later_and_not_at_all_when_it_is_interrupted()
    {
        var device = new SlowLoudspeaker();
        await using (var recorder = new CallRecorder(_path, timeProvider: _time))
        {
            IAudioSink loudspeaker = recorder.Record(device);
            IAudioSource microphone = recorder.Record(new SilenceAudioSource());
            await TalkAsync(microphone, TimeSpan.FromMilliseconds(200));
            device.Buffered = TimeSpan.FromMilliseconds(300);
            await loudspeaker.WriteAsync(Tone(880, 24_000));      // heard from 0.5 s to 1.5
            await TalkAsync(microphone, TimeSpan.FromMilliseconds(600));
            loudspeaker.Flush();                                // at 0.8 s
            await TalkAsync(microphone, TimeSpan.FromSeconds(1));
        }

        (_, short[] right) = await ReadAsync();
        Assert.True(Spectrum.Rms(right.AsSpan()[..11_900]) < 1);
        Assert.True(Spectrum.Rms(right.AsSpan()[12_100..19_000]) > 1_000);
        Assert.True(Spectrum.Rms(right.AsSpan()[19_300..]) < 1);
    }

    [Fact]
    public async Task The_file_is_whole_while_it_is_being_written()
    {
        await using var recorder = new CallRecorder(_path, timeProvider: _time);
        IAudioSource microphone = recorder.Record(new ToneAudioSource(440, format: AudioFormat.Mono24kHz));
        await TalkAsync(microphone, TimeSpan.FromSeconds(5));
        await UntilAsync(() => recorder.Duration > TimeSpan.FromSeconds(3.5));
        (short[] left, _) = await ReadAsync();     // as after a crash
        Assert.InRange(left.Length, 2 * 24_000, 5 * 24_000);
        Assert.InRange(Spectrum.DominantFrequency(left.AsSpan(4_000, 24_000), 24_000), 437, 443);
    }

    [Fact]
    public async Task A_caller_who_is_muted_is_not_recorded()
    {
        await using (var recorder = new CallRecorder(_path, timeProvider: _time) { Muted = true })
        {
            IAudioSource microphone = recorder.Record(new ToneAudioSource(440, format: AudioFormat.Mono24kHz));
            IAudioSink loudspeaker = recorder.Record(new RecordingSink(AudioFormat.Mono24kHz, _time));
            await TalkAsync(microphone, TimeSpan.FromMilliseconds(500));
            await HearAsync(loudspeaker, 880, TimeSpan.FromMilliseconds(500));
        }

        (short[] left, _) = await ReadAsync();
        Assert.Equal(0, left.Max());
    }

    [Fact]
    public async Task A_disk_that_takes_no_more_ends_the_recording_and_not_the_call()
    {
        await using var recorder = new CallRecorder(new FullDisk(), _time);
        IAudioSource microphone = recorder.Record(new ToneAudioSource(440, format: AudioFormat.Mono24kHz));
        await TalkAsync(microphone, TimeSpan.FromSeconds(2));
        await UntilAsync(() => recorder.Failure is IOException);
        await TalkAsync(microphone, TimeSpan.FromSeconds(1));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!condition())
            await Task.Delay(5, patience.Token);
    }

    private async Task TalkAsync(IAudioSource microphone, TimeSpan time)
    {
        short[] frame = new short[microphone.Format.SamplesIn(s_frame)];
        for (TimeSpan said = default; said < time; said += s_frame)
        {
            _time.Advance(s_frame);
            Assert.Equal(frame.Length, await microphone.ReadAsync(frame));
        }
    }

    private async Task HearAsync(IAudioSink loudspeaker, double frequency, TimeSpan time)
    {
        int rate = loudspeaker.Format.SampleRate, channels = loudspeaker.Format.Channels;
        short[] tone = [.. Tone(frequency, (int)(rate * time.TotalSeconds), rate).SelectMany(sample => Enumerable.Repeat(sample, channels))];
        int length = loudspeaker.Format.SamplesIn(s_frame);
        for (int at = 0; at + length <= tone.Length; at += length)
        {
            await loudspeaker.WriteAsync(tone.AsMemory(at, length));
            _time.Advance(s_frame);
        }
    }

    private static short[] Tone(double frequency, int samples, int rate = 24_000) => Spectrum.Tone(frequency, rate, samples);

    private async Task<(short[] Left, short[] Right)> ReadAsync()
    {
        using var file = new WavFileAudioSource(new MemoryStream(ReadShared()));
        Assert.Equal(new AudioFormat(24_000, 2), file.Format);
        List<short> samples = [];
        short[] block = new short[4_800];
        while (await file.ReadAsync(block) is var read and > 0)
            samples.AddRange(block.AsSpan(0, read));
        return ([.. samples.Where((_, i) => i % 2 == 0)], [.. samples.Where((_, i) => i % 2 == 1)]);
    }

    private byte[] ReadShared()
    {
        using var stream = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private sealed class FullDisk : IAudioSink
    {
        public AudioFormat Format => new(24_000, 2);

        public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default) => throw new IOException("No space left on device.");

        public void Flush()
        {
        }
    }

    private sealed class SlowLoudspeaker : IAudioSink
    {
        public AudioFormat Format => AudioFormat.Mono24kHz;

        public TimeSpan Buffered { get; set; }

        public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default) => default;

        public void Flush() => Buffered = default;
    }
}
