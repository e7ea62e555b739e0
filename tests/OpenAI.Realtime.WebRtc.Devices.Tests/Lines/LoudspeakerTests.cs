using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.Devices.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Devices.Tests.Lines;

public sealed class LoudspeakerTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeSystem _system = new();
    private readonly AudioDevices _devices;

    public LoudspeakerTests()
    {
        _devices = new AudioDevices(_system, _time, NullLogger.Instance, work => work());
        _system.Plug(AudioDeviceKind.Loudspeaker, "speakers", isDefault: true);
        _system.Plug(AudioDeviceKind.Microphone, "built-in", isDefault: true);
    }

    public void Dispose() => _devices.Dispose();

    [Fact]
    public async Task What_is_written_is_played_after_its_delay_which_it_tells()
    {
        using Loudspeaker loudspeaker = _devices.OpenLoudspeaker();
        _system.Open[0].Latency = TimeSpan.FromMilliseconds(40);
        Assert.Equal(TimeSpan.Zero, loudspeaker.Buffered);
        short[] heard = await PlayAsync(loudspeaker, Waves.Tone(440, 48_000));
        int first = Array.FindIndex(heard, sample => Math.Abs((int)sample) > 500);
        Assert.InRange(first, 200, 1_000);       // the margin of 5 ms; the first frame is there when the device asks next
        Assert.InRange(Waves.Frequency(heard), 439.5, 440.5);
        Assert.InRange(loudspeaker.Buffered.TotalMilliseconds, 40 + 20, 40 + 35);
        Assert.Equal(0, loudspeaker.GetStatistics().Underruns);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, loudspeaker.Buffered);
    }

    [Fact]
    public async Task Of_two_threads_that_write_one_waits_for_the_other()
    {
        using Loudspeaker loudspeaker = _devices.OpenLoudspeaker();
        (int now, int most) = (0, 0);
        loudspeaker.FarEnd = _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            Thread.SpinWait(100);
            Interlocked.Decrement(ref now);
        };
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => loudspeaker.WriteAsync(Waves.Tone(440, 480_000)).AsTask())));
        Assert.Equal(1, most);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loudspeaker.WriteAsync(Waves.Tone(440, 960), new CancellationToken(canceled: true)).AsTask());
    }

    [Fact]
    public async Task What_is_written_all_at_once_and_left_out_is_counted()
    {
        using Loudspeaker loudspeaker = _devices.OpenLoudspeaker();
        Ask();
        await loudspeaker.WriteAsync(Waves.Tone(440, 48_000));
        _time.Advance(TimeSpan.FromMilliseconds(10));
        Ask();
        Assert.Equal(1, loudspeaker.GetStatistics().Overruns);
    }

    [Fact]
    public async Task What_is_written_while_the_device_stands_still_is_counted_as_left_out()
    {
        using Loudspeaker loudspeaker = _devices.OpenLoudspeaker();
        await PlayAsync(loudspeaker, Waves.Tone(440, 24_000));
        Assert.Equal(0, loudspeaker.GetStatistics().Overruns);
        for (int i = 0; i < 100; i++)       // suspended: it does not ask
        {
            _time.Advance(TimeSpan.FromMilliseconds(20));
            await loudspeaker.WriteAsync(Waves.Tone(440, 960));
        }

        Ask();
        Assert.Equal(1, loudspeaker.GetStatistics().Overruns);
    }

    [Fact]
    public async Task An_interruption_falls_silent_at_once()
    {
        using Loudspeaker loudspeaker = _devices.OpenLoudspeaker();
        await PlayAsync(loudspeaker, Waves.Tone(440, 24_000));
        await loudspeaker.WriteAsync(Waves.Tone(440, 960));
        loudspeaker.Flush();
        short[] heard = Ask();
        Assert.Equal(0, heard[^1]);
        Assert.InRange(Waves.Rms(Ask()), 0, 1);
    }

    [Fact]
    public async Task A_device_that_is_pulled_out_swallows_what_is_written_and_plays_on_when_it_is_back()
    {
        using Loudspeaker loudspeaker = _devices.OpenLoudspeaker();
        await PlayAsync(loudspeaker, Waves.Tone(440, 24_000));
        _system.Unplug("speakers");
        Assert.Equal(AudioDeviceState.Lost, loudspeaker.State);
        for (int i = 0; i < 500; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(20));
            ValueTask write = loudspeaker.WriteAsync(Waves.Tone(440, 960));
            Assert.True(write.IsCompleted);
            await write;
        }

        Assert.Equal(TimeSpan.Zero, loudspeaker.Buffered);
        _system.Plug(AudioDeviceKind.Loudspeaker, "speakers", isDefault: true);
        short[] heard = await PlayAsync(loudspeaker, Waves.Tone(880, 48_000));
        Assert.InRange(Waves.Frequency(heard), 879, 881);
        Assert.True(Waves.Elsewhere(heard.AsSpan(8_000), 880, 50) < -50);       // nothing of the 440 Hz that nobody heard
    }

    [Fact]
    public async Task Underruns_of_the_system_count_while_there_is_something_to_play()
    {
        using Loudspeaker loudspeaker = _devices.OpenLoudspeaker();
        _system.Open[0].Starve();
        Assert.Equal(0, loudspeaker.GetStatistics().Underruns);
        await PlayAsync(loudspeaker, Waves.Tone(440, 9_600));
        _system.Open[0].Starve();
        Assert.Equal(1, loudspeaker.GetStatistics().Underruns);
    }

    [Fact]
    public async Task Muted_it_plays_silence_and_says_so()
    {
        using Loudspeaker loudspeaker = _devices.OpenLoudspeaker();
        loudspeaker.IsMuted = true;
        short[] heard = await PlayAsync(loudspeaker, Waves.Tone(440, 24_000));
        Assert.All(heard.Skip(4_000), sample => Assert.Equal(0, sample));
        Assert.Equal(-96.33f, loudspeaker.Level.PeakDbfs);
    }

    [Fact]
    public void A_duplex_opens_both_or_neither()
    {
        using (AudioDuplex duplex = _devices.OpenDuplex())
        {
            Assert.Equal(2, _system.Open.Count);
            Assert.Equal("built-in", duplex.Microphone.Device.Id);
            Assert.Equal("speakers", duplex.Loudspeaker.Device.Id);
        }

        Assert.Empty(_system.Open);
        Assert.Throws<AudioDeviceException>(() => _devices.OpenDuplex(new() { Microphone = new() { Device = "nobody" } }));
        Assert.Empty(_system.Open);
    }

    [Fact]
    public void Devices_are_listed_microphones_first_and_without_monitors()
    {
        _system.Plug(AudioDeviceKind.Microphone, "headset");
        _system.Plug(AudioDeviceKind.Microphone, "speakers.monitor", isMonitor: true);
        Assert.Equal(["built-in", "headset", "speakers"], _devices.List().Select(device => device.Id));
    }

    // 20 ms are written, then 10 ms are asked for twice.
    private async Task<short[]> PlayAsync(Loudspeaker loudspeaker, short[] pcm)
    {
        List<short> heard = [];
        for (int i = 0; i + 960 <= pcm.Length; i += 960)
        {
            await loudspeaker.WriteAsync(pcm.AsMemory(i, 960));
            heard.AddRange(Ask());
            heard.AddRange(Ask());
        }

        return [.. heard];
    }

    private short[] Ask()
    {
        _time.Advance(TimeSpan.FromMilliseconds(10));
        return _system.Open.Single(stream => stream.Device.Kind == AudioDeviceKind.Loudspeaker).Play(480);
    }
}
