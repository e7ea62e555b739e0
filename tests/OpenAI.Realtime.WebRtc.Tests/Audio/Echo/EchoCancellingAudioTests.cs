using OpenAI.Realtime.WebRtc.Media;
using static OpenAI.Realtime.WebRtc.Tests.Audio.Echo.Cancelled;

namespace OpenAI.Realtime.WebRtc.Tests.Audio.Echo;

/// <summary>A microphone and a loudspeaker of anybody's, in a simulated room, by the samples' own clock.</summary>
public sealed class EchoCancellingAudioTests
{
    private static readonly double[] s_room = SimulatedRoom.Response(0.3);

    [Theory]
    [InlineData(48_000, 1, 48_000, 1)]
    [InlineData(16_000, 1, 24_000, 1)]
    [InlineData(44_100, 2, 44_100, 2)]
    public async Task The_loudspeakers_sound_is_taken_out_of_the_microphones_in_any_format(int microphoneRate, int microphoneChannels, int loudspeakerRate, int loudspeakerChannels)
    {
        const double seconds = 6;
        double[] far = SpeechLike.Make(seconds, 7);
        double[] microphone = new EchoScene { Far = far, Response = s_room, Delay = 80 }.Mix();
        var devices = new Devices(microphone, new AudioFormat(microphoneRate, microphoneChannels), new AudioFormat(loudspeakerRate, loudspeakerChannels));
        var audio = new EchoCancellingAudio(devices, devices.Loudspeaker);

        double before = 0, after = 0;
        short[] played = Convert(EchoScene.ToSamples(far), devices.Loudspeaker.Format), read = new short[4 * Frame];
        int frames = (int)(seconds * 50), step = played.Length / frames;
        for (int frame = 0; frame < frames - 10; frame++)
        {
            await audio.Sink.WriteAsync(played.AsMemory(frame * step, step));
            int count = await audio.Source.ReadAsync(read);
            if (frame < 100)
                continue;
            before += EchoMeasures.Power(microphone.AsSpan(frame * Frame, Frame));
            after += EchoMeasures.Power([.. read.Take(count).Select(s => s / 32_768.0)]);
        }

        Assert.Equal(AudioFormat.Mono48kHz, audio.Source.Format);
        Assert.InRange(10 * Math.Log10(before / after), 25, 100);
        Assert.NotNull(audio.State.Delay);
    }

    [Fact]
    public async Task A_read_without_room_is_refused_in_place_of_telling_the_end()
    {
        var devices = new Devices(new double[Frame], AudioFormat.Mono48kHz, AudioFormat.Mono48kHz);
        await Assert.ThrowsAsync<ArgumentException>(() => new EchoCancellingAudio(devices, devices.Loudspeaker).Source.ReadAsync(Memory<short>.Empty).AsTask());
    }

    [Fact]
    public async Task All_that_the_microphone_gives_comes_out_to_its_end()
    {
        var devices = new Devices(new double[(50 * Frame) + 123], AudioFormat.Mono48kHz, AudioFormat.Mono48kHz);
        var audio = new EchoCancellingAudio(devices, devices.Loudspeaker);
        var buffer = new short[700];
        int count, all = 0;
        while ((count = await audio.Source.ReadAsync(buffer)) > 0)
            all += count;

        Assert.Equal((50 * Frame) + 123, all);
        Assert.Equal(0, await audio.Source.ReadAsync(buffer));
    }

    [Fact]
    public async Task Half_duplex_holds_the_microphone_down_while_the_assistant_is_heard_and_for_a_while_after()
    {
        double[] voice = new double[3 * SampleRate];
        voice.AsSpan().Fill(0.1);
        var devices = new Devices(voice, AudioFormat.Mono48kHz, AudioFormat.Mono48kHz);
        var audio = new EchoCancellingAudio(devices, devices.Loudspeaker, new EchoCancellationOptions { Mode = EchoCancellationMode.HalfDuplex, HalfDuplexHold = TimeSpan.FromMilliseconds(200) });
        short[] loud = new short[Frame], read = new short[Frame];
        loud.AsSpan().Fill(5_000);

        var heard = new List<bool>();
        for (int frame = 0; frame < 60; frame++)
        {
            await audio.Sink.WriteAsync(frame is >= 10 and < 20 ? loud : new short[Frame]);
            await audio.Source.ReadAsync(read);
            heard.Add(read[^1] != 0);
            if (frame == 15)
                Assert.Equal(EchoCancellerActivity.HeldDown, audio.State.Activity);
        }

        Assert.Equal([.. Enumerable.Range(0, 60).Select(frame => frame is < 11 or >= 31)], heard);
    }

    [Fact]
    public void Off_leaves_both_devices_as_they_are()
    {
        var devices = new Devices([], AudioFormat.Mono24kHz, AudioFormat.Mono24kHz);
        var audio = new EchoCancellingAudio(devices, devices.Loudspeaker, new EchoCancellationOptions { Mode = EchoCancellationMode.Off });

        Assert.Same(devices, audio.Source);
        Assert.Same(devices.Loudspeaker, audio.Sink);
        Assert.Equal(default, audio.State);
    }

    [Fact]
    public async Task A_canceller_of_ones_own_is_used_and_given_what_was_played()
    {
        var own = new Listening();
        var devices = new Devices(new double[SampleRate], AudioFormat.Mono48kHz, AudioFormat.Mono48kHz);
        var audio = new EchoCancellingAudio(devices, devices.Loudspeaker, new EchoCancellationOptions { Canceller = own });
        short[] frame = new short[Frame];
        frame.AsSpan().Fill(7);

        await audio.Sink.WriteAsync(frame);
        await audio.Source.ReadAsync(new short[Frame]);
        await audio.Source.ReadAsync(new short[Frame]);

        Assert.All(own.FarEnd, s => Assert.Equal(7, s));
        Assert.Throws<ArgumentException>(() => new EchoCancellingAudio(devices, devices.Loudspeaker, new EchoCancellationOptions { Canceller = own, Mode = EchoCancellationMode.HalfDuplex }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EchoCancellationOptions { Mode = (EchoCancellationMode)9 }.Create());
        Assert.Throws<ArgumentOutOfRangeException>(() => new HalfDuplexGuard(TimeSpan.FromMinutes(1)));
        Assert.Equal("HalfDuplexHold", Assert.Throws<ArgumentOutOfRangeException>(() => new EchoCancellationOptions { HalfDuplexHold = TimeSpan.FromMinutes(1) }.Create()).ParamName);
    }

    [Fact]
    public async Task A_flush_reaches_the_loudspeaker_and_empties_what_was_to_be_heard()
    {
        var own = new Listening();
        var devices = new Devices(new double[SampleRate], AudioFormat.Mono48kHz, AudioFormat.Mono48kHz);
        var audio = new EchoCancellingAudio(devices, devices.Loudspeaker, new EchoCancellationOptions { Canceller = own });
        short[] frame = new short[Frame];
        frame.AsSpan().Fill(7);

        await audio.Sink.WriteAsync(frame);
        audio.Sink.Flush();
        await audio.Source.ReadAsync(new short[Frame]);

        Assert.True(devices.Loudspeaker.Flushed);
        Assert.All(own.FarEnd, s => Assert.Equal(0, s));
    }

    private static short[] Convert(short[] mono, AudioFormat format)
    {
        var resampler = new Resampler(SampleRate, format.SampleRate);
        var output = new short[resampler.MaxOutput(mono.Length)];
        int count = resampler.Process(mono, output);
        return format.Channels == 1 ? output[..count] : [.. output[..count].SelectMany(s => new[] { s, s })];
    }

    private sealed class Devices(double[] microphone, AudioFormat format, AudioFormat loudspeaker) : IAudioSource
    {
        private readonly short[] _samples = Convert(EchoScene.ToSamples(microphone), format);
        private int _at;

        public AudioFormat Format => format;

        public Speaker Loudspeaker { get; } = new(loudspeaker);

        public ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default)
        {
            int count = Math.Min(buffer.Length, _samples.Length - _at);
            _samples.AsSpan(_at, count).CopyTo(buffer.Span);
            _at += count;
            return ValueTask.FromResult(count);
        }
    }

    private sealed class Speaker(AudioFormat format) : IAudioSink
    {
        public AudioFormat Format => format;

        public bool Flushed { get; private set; }

        public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

        public void Flush() => Flushed = true;
    }

    private sealed class Listening : IEchoCanceller
    {
        public short[] FarEnd { get; private set; } = [];

        public TimeSpan Latency => TimeSpan.Zero;

        public EchoCancellerState State => default;

        public void Process(ReadOnlySpan<short> farEnd, ReadOnlySpan<short> nearEnd, Span<short> output, TimeSpan? delay = null)
        {
            FarEnd = farEnd.ToArray();
            nearEnd.CopyTo(output);
        }

        public void Reset()
        {
        }
    }
}
