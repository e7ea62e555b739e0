using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.Devices.Tests.Support;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Audio.Echo;

namespace OpenAI.Realtime.WebRtc.Devices.Tests.Lines;

/// <summary>A microphone that hears the loudspeaker beside it, in virtual time.</summary>
public sealed class EchoTests
{
    private const int Second = 48_000;
    private const int Latency = 480;        // of the canceller, in samples

    private static readonly short[] Voice = Speech(6, seed: 3), Other = Speech(6, seed: 5), Person = Speech(6, seed: 8, pitch: 210);

    [Theory]
    [InlineData(100_000)]
    [InlineData(100_020)]       // 200 ppm: a sound card of the cheaper kind
    [InlineData(99_980)]
    public async Task The_loudspeakers_sound_is_gone_from_the_microphone_and_the_person_is_not(long ticks)
    {
        short[] silence = new short[3 * Second];
        short[] assistant = [.. Voice, .. silence, .. Other], person = [.. silence, .. silence, .. Person, .. silence];      // alone, then the person alone, then both, then alone again
        short[] heard = await HearAsync(ticks, assistant, person, EchoCancellationMode.Off);
        short[] without = await HearAsync(ticks, new short[assistant.Length], person, EchoCancellationMode.Off);
        short[] cancelled = await HearAsync(ticks, assistant, person, EchoCancellationMode.Cancel);

        Assert.InRange(Quieter(heard, cancelled, 2, 6), 20, 100);
        Assert.InRange(Likeness(without, cancelled, 7, 9), 30, 100);
        double before = Likeness(without, heard, 9, 12, latency: 0), after = Likeness(without, cancelled, 9, 12);
        Assert.True(after > before + 5, $"both at once: the person was {before:F1} dB above the echo, and is {after:F1} dB above what is left of it");
        Assert.InRange(Quieter(heard, cancelled, 13, 15), 20, 100);
    }

    [Fact]
    public async Task The_level_is_that_of_what_is_left_and_the_state_tells_how_well_it_goes()
    {
        using var duplex = new Duplex();
        await duplex.HearAsync(Voice, []);
        EchoCancellerState state = duplex.Sound.EchoState;
        Assert.InRange(duplex.Sound.Microphone.Level.RmsDbfs, -97, -60);
        Assert.InRange(state.ErleDb, 20, 60);
        Assert.InRange(state.Delay!.Value.TotalMilliseconds, 40, 110);
    }

    [Fact]
    public async Task Off_leaves_the_microphone_as_it_is()
    {
        using var duplex = new Duplex(new() { Mode = EchoCancellationMode.Off });
        short[] off = await duplex.HearAsync(Voice, Person);
        Assert.Equal(default, duplex.Sound.EchoState);

        using var alone = new Duplex(new() { Canceller = new Fake() });
        Assert.Equal(off, await alone.HearAsync(Voice, Person));
    }

    [Fact]
    public async Task Half_duplex_holds_the_microphone_down_while_the_loudspeaker_is_heard()
    {
        using var duplex = new Duplex(new() { Mode = EchoCancellationMode.HalfDuplex });
        short[] heard = await duplex.HearAsync([.. Voice.AsSpan(0, 3 * Second), .. new short[3 * Second]], Person);
        Assert.Equal(0, Waves.Rms(heard.AsSpan(Second, Second)));
        Assert.InRange(Waves.Rms(heard.AsSpan(4 * Second)), 500, 10_000);
    }

    [Fact]
    public async Task Far_and_near_end_advance_together_and_the_delay_is_told_once()
    {
        var fake = new Fake();
        using var duplex = new Duplex(new() { Canceller = fake });
        duplex.Latencies(TimeSpan.FromMilliseconds(30));
        await duplex.HearAsync(new short[Second], []);      // the loudspeaker was there before the microphone had enough
        duplex.Latencies(TimeSpan.FromMilliseconds(90));
        fake.Far.Clear();
        await duplex.HearAsync(Waves.Tone(440, Second), []);
        Assert.InRange(fake.Frames, 95, 100);
        Assert.InRange(Waves.Frequency([.. fake.Far.Skip(4_000)]), 439.9, 440.1);
        TimeSpan told = Assert.Single(fake.Delays.OfType<TimeSpan>().Distinct());
        Assert.InRange(told.TotalMilliseconds, 60 + 35, 60 + 50);       // both systems, and both rings
    }

    [Theory]
    [InlineData("built-in")]
    [InlineData("speakers")]
    public async Task A_device_that_is_opened_anew_resets_the_canceller(string device)
    {
        var fake = new Fake();
        using var duplex = new Duplex(new() { Canceller = fake });
        await duplex.HearAsync(Waves.Tone(440, Second), []);
        Assert.Equal(0, fake.Resets);
        duplex.System.Unplug(device);
        duplex.System.Plug(device == "speakers" ? AudioDeviceKind.Loudspeaker : AudioDeviceKind.Microphone, device, isDefault: true);
        await duplex.HearAsync(Waves.Tone(440, Second), []);
        Assert.Equal(1, fake.Resets);
    }

    [Fact]
    public async Task What_a_loudspeaker_that_is_gone_or_muted_would_have_played_has_no_echo()
    {
        var fake = new Fake();
        using var duplex = new Duplex(new() { Canceller = fake });
        duplex.Sound.Loudspeaker.IsMuted = true;
        await duplex.HearAsync(Waves.Tone(440, Second), []);
        Assert.All(fake.Far.Skip(2_000), sample => Assert.Equal(0, sample));
        duplex.Sound.Loudspeaker.IsMuted = false;
        duplex.System.Unplug("speakers");
        fake.Far.Clear();
        await duplex.HearAsync(Waves.Tone(440, Second), []);
        Assert.NotEmpty(fake.Far);
        Assert.All(fake.Far, sample => Assert.Equal(0, sample));
    }

    [Fact]
    public async Task A_canceller_of_the_users_that_throws_leaves_the_microphone_as_it_is()
    {
        using var duplex = new Duplex(new() { Canceller = new Fake { ThrowsAfter = 100 } });
        using var off = new Duplex(new() { Mode = EchoCancellationMode.Off });
        Assert.Equal(await off.HearAsync(Voice, Person), await duplex.HearAsync(Voice, Person));
        Assert.Equal(default, duplex.Sound.EchoState);
        Assert.Equal(AudioDeviceState.Open, duplex.Sound.Microphone.State);
    }

    [Fact]
    public void Options_that_contradict_each_other_open_nothing()
    {
        using var duplex = new Duplex();
        Assert.Throws<ArgumentException>(() => duplex.Devices.OpenDuplex(new() { EchoCancellation = new() { Mode = EchoCancellationMode.Off, Canceller = new Fake() } }));
        Assert.Equal(2, duplex.System.Open.Count);
    }

    [Fact]
    public async Task A_frame_allocates_nothing()
    {
        using var duplex = new Duplex();
        await duplex.HearAsync(Voice, Person);
        FakeStream microphone = duplex.System.Open.Single(stream => stream.Device.Kind == AudioDeviceKind.Microphone);
        short[] pcm = new short[EchoRoom.Frame];
        Work();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Work();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Work()
        {
            for (int i = 0; i < 50; i++)
            {
                ValueTask write = duplex.Sound.Loudspeaker.WriteAsync(Voice.AsMemory(i * EchoRoom.Frame, EchoRoom.Frame));
                Assert.True(write.IsCompleted);
                ValueTask<int> read = duplex.Sound.Microphone.ReadAsync(pcm);
                while (!read.IsCompleted)
                    microphone.Hear(Voice.AsSpan(i * EchoRoom.Frame, 480));     // the clock stands; that the microphone has enough is all that counts here
                _ = read.Result;
            }
        }
    }

    private static async Task<short[]> HearAsync(long ticks, short[] assistant, short[] person, EchoCancellationMode mode)
    {
        using var duplex = new Duplex(new() { Mode = mode }, ticks);
        return await duplex.HearAsync(assistant, person);
    }

    private static short[] Speech(double seconds, int seed, double pitch = 115) => [.. SpeechLike.Make(seconds, seed, pitch).Select(sample => (short)(sample * 32_767))];

    // In decibels.
    private static double Quieter(short[] before, short[] after, int from, int to) =>
        20 * Math.Log10(Waves.Rms(before.AsSpan(from * Second, (to - from) * Second)) / Math.Max(0.1, Waves.Rms(after.AsSpan(from * Second, (to - from) * Second))));

    // In decibels: what is wanted against everything else.
    private static double Likeness(short[] wanted, short[] got, int from, int to, int latency = Latency)
    {
        ReadOnlySpan<short> clean = wanted.AsSpan((from * Second) - latency, (to - from) * Second), other = got.AsSpan(from * Second, (to - from) * Second);
        double rest = 0;
        for (int n = 0; n < clean.Length; n++)
            rest += Math.Pow(other[n] - clean[n], 2);
        return 20 * Math.Log10(Waves.Rms(clean) / Math.Max(0.1, Math.Sqrt(rest / clean.Length)));
    }

    /// <summary>Both devices, open, in their room.</summary>
    private sealed class Duplex : IDisposable
    {
        private readonly FakeTimeProvider _time = new();
        private readonly EchoRoom _room;

        public Duplex(EchoCancellationOptions? echo = null, long ticks = 100_000)
        {
            System.Plug(AudioDeviceKind.Microphone, "built-in", isDefault: true);
            System.Plug(AudioDeviceKind.Loudspeaker, "speakers", isDefault: true);
            Devices = new AudioDevices(System, _time, NullLogger.Instance, work => work());
            Sound = Devices.OpenDuplex(echo is null ? null : new() { EchoCancellation = echo });
            _room = new EchoRoom(_time, System) { DevicePeriod = TimeSpan.FromTicks(ticks) };
        }

        public FakeSystem System { get; } = new();

        public AudioDevices Devices { get; }

        public AudioDuplex Sound { get; }

        public Task<short[]> HearAsync(short[] assistant, short[] person) => _room.RunAsync(Sound.Microphone, Sound.Loudspeaker, assistant, person);

        public void Latencies(TimeSpan latency) => System.Open.ForEach(stream => stream.Latency = latency);

        public void Dispose()
        {
            Sound.Dispose();
            Devices.Dispose();
        }
    }

    /// <summary>Cancels nothing, and remembers what it was given.</summary>
    private sealed class Fake : IEchoCanceller
    {
        public List<short> Far { get; } = [];

        public List<TimeSpan?> Delays { get; } = [];

        public int Frames { get; private set; }

        public int Resets { get; private set; }

        public int ThrowsAfter { get; init; } = int.MaxValue;

        public TimeSpan Latency => TimeSpan.Zero;

        public EchoCancellerState State => new(EchoCancellerActivity.Cancelling, null, 0, 0);

        public void Process(ReadOnlySpan<short> farEnd, ReadOnlySpan<short> nearEnd, Span<short> output, TimeSpan? delay = null)
        {
            if (Frames++ >= ThrowsAfter)
            {
                output.Clear();
                throw new InvalidOperationException("a canceller of the user's");
            }

            Far.AddRange(farEnd);
            Delays.Add(delay);
            nearEnd.CopyTo(output);
        }

        public void Reset() => Resets++;
    }
}
