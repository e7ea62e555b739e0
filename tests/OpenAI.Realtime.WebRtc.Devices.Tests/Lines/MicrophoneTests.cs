using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.Devices.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Devices.Tests.Lines;

/// <summary>A microphone that comes and goes, in virtual time.</summary>
public sealed class MicrophoneTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly FakeSystem _system = new();
    private readonly List<string> _changes = [];
    private readonly short[] _frame = new short[960];
    private readonly AudioDevices _devices;

    public MicrophoneTests()
    {
        _devices = new AudioDevices(_system, _time, NullLogger.Instance, work => work());
        _system.Plug(AudioDeviceKind.Microphone, "built-in", isDefault: true);
    }

    public void Dispose() => _devices.Dispose();

    [Fact]
    public async Task What_it_hears_is_read_20_ms_at_a_time()
    {
        using Microphone microphone = _devices.OpenMicrophone();
        List<short> heard = [];
        short[] tone = Waves.Tone(440, 48_000);
        for (int i = 0; i < 100; i++)
        {
            Hear(tone.AsSpan(i * 480, 480));
            if (i % 2 == 1 && await TryReadAsync(microphone))
                heard.AddRange(_frame);
        }

        Assert.InRange(heard.Count, 960 * 47, 960 * 50);
        Assert.InRange(Waves.Frequency([.. heard]), 439.5, 440.5);
        Assert.Equal(0, microphone.GetStatistics().Underruns);
        Assert.InRange(microphone.Level.RmsDbfs, -17, -14);
    }

    [Fact]
    public async Task A_read_of_nothing_waits_and_completes_as_soon_as_there_is_something()
    {
        using Microphone microphone = _devices.OpenMicrophone();
        ValueTask<int> read = microphone.ReadAsync(_frame);
        Assert.False(read.IsCompleted);
        for (int i = 0; i < 10; i++)
            Hear(new short[480]);
        Assert.Equal(960, await read);
    }

    [Fact]
    public async Task A_read_without_room_is_refused_in_place_of_waiting_for_ever()
    {
        using Microphone microphone = _devices.OpenMicrophone();
        await Assert.ThrowsAsync<ArgumentException>("buffer", () => microphone.ReadAsync(Memory<short>.Empty).AsTask().WaitAsync(TimeSpan.FromSeconds(5)));
        ValueTask<int> next = microphone.ReadAsync(_frame);
        for (int i = 0; i < 10; i++)
            Hear(new short[480]);
        Assert.Equal(960, await next);
    }

    [Fact]
    public async Task A_read_can_be_cancelled_and_the_next_goes_on()
    {
        using Microphone microphone = _devices.OpenMicrophone();
        using var stop = new CancellationTokenSource();
        ValueTask<int> read = microphone.ReadAsync(_frame, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await read);
        await Assert.ThrowsAsync<TaskCanceledException>(async () => await microphone.ReadAsync(_frame, stop.Token));
        for (int i = 0; i < 10; i++)
            Hear(new short[480]);
        Assert.Equal(960, await microphone.ReadAsync(_frame));
    }

    [Fact]
    public async Task Disposing_it_is_the_end_for_who_reads()
    {
        Microphone microphone = _devices.OpenMicrophone();
        ValueTask<int> read = microphone.ReadAsync(_frame);
        microphone.Dispose();
        Assert.Equal(0, await read);
        Assert.Equal(0, await microphone.ReadAsync(_frame));
        Assert.Equal(AudioDeviceState.Closed, microphone.State);
        Assert.Empty(_system.Open);
    }

    [Fact]
    public async Task A_small_buffer_gets_what_fits_and_the_rest_later()
    {
        using Microphone microphone = _devices.OpenMicrophone();
        for (int i = 0; i < 20; i++)
            Hear(new short[480]);
        short[] small = new short[400];
        int[] counts = [await microphone.ReadAsync(small), await microphone.ReadAsync(small), await microphone.ReadAsync(small)];
        Assert.Equal([400, 400, 160], counts);
    }

    [Fact]
    public async Task Volume_and_mute_take_effect_without_a_click()
    {
        using Microphone microphone = _devices.OpenMicrophone(new() { Volume = 0.5f });
        short[] loud = new short[480];
        loud.AsSpan().Fill(8_000);
        List<short> heard = [];
        for (int i = 0; i < 80; i++)
        {
            if (i == 40)
                microphone.IsMuted = true;
            Hear(loud);
            if (i % 2 == 1 && await TryReadAsync(microphone))
                heard.AddRange(_frame);
        }

        Assert.Contains((short)4_000, heard);
        Assert.Equal(0, heard[^1]);
        short[] behind = [.. heard.Skip(5_000)];
        Assert.All(Enumerable.Range(1, behind.Length - 1), i => Assert.InRange(behind[i] - behind[i - 1], -20, 20));
        Assert.Equal(-96.33f, microphone.Level.PeakDbfs);
        Assert.All([5, -1, float.NaN, -float.NaN], volume => Assert.Throws<ArgumentOutOfRangeException>(() => microphone.Volume = volume));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_device_that_is_pulled_out_is_silent_and_comes_back(bool fails)
    {
        using Microphone microphone = Watch(_devices.OpenMicrophone());
        for (int i = 0; i < 20; i++)
            Hear(new short[480]);
        Assert.True(await TryReadAsync(microphone));
        _system.Unplug("built-in", fails);
        Assert.Equal(AudioDeviceState.Lost, microphone.State);
        Assert.Empty(_system.Open);
        ValueTask<int> read = microphone.ReadAsync(_frame);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.False(read.IsCompleted);

        _system.Plug(AudioDeviceKind.Microphone, "built-in", isDefault: true);
        Assert.Equal(AudioDeviceState.Open, microphone.State);
        for (int i = 0; i < 10; i++)
            Hear(new short[480]);
        Assert.Equal(960, await read);
        Assert.Equal(["Lost built-in", "Open built-in"], _changes);
        Assert.Equal(1, microphone.GetStatistics().Losses);
    }

    [Fact]
    public void A_device_whose_return_nobody_tells_is_found_within_a_quarter_of_a_second()
    {
        using Microphone microphone = Watch(_devices.OpenMicrophone());
        _system.Unplug("built-in");
        _system.Plug(AudioDeviceKind.Microphone, "built-in", isDefault: true, tells: false);
        Assert.Equal(AudioDeviceState.Lost, microphone.State);
        _time.Advance(TimeSpan.FromMilliseconds(250));
        Assert.Equal(AudioDeviceState.Open, microphone.State);
    }

    [Fact]
    public void The_default_is_followed()
    {
        using Microphone microphone = Watch(_devices.OpenMicrophone());
        _system.Plug(AudioDeviceKind.Microphone, "headset");
        Assert.Empty(_changes);
        _system.MakeDefault(AudioDeviceKind.Microphone, "headset");
        Assert.Equal("headset", microphone.Device.Id);
        _system.Unplug("headset");
        Assert.Equal("built-in", microphone.Device.Id);
        Assert.Equal(["Lost built-in", "Open headset", "Lost headset", "Open built-in"], _changes);
        Assert.Single(_system.Open);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("built-in")]
    public void A_device_that_is_named_or_kept_is_waited_for(string? name)
    {
        using Microphone microphone = Watch(_devices.OpenMicrophone(new() { Device = name, FollowDefault = false }));
        _system.Plug(AudioDeviceKind.Microphone, "headset", isDefault: true);
        Assert.Equal("built-in", microphone.Device.Id);
        _system.Unplug("built-in");
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(AudioDeviceState.Lost, microphone.State);
        _system.Plug(AudioDeviceKind.Microphone, "built-in");
        Assert.Equal(["Lost built-in", "Open built-in"], _changes);
    }

    [Fact]
    public void A_device_that_cannot_be_opened_yet_is_tried_again()
    {
        using Microphone microphone = Watch(_devices.OpenMicrophone());
        _system.Unplug("built-in");
        _system.Refusal = new AudioDeviceException(AudioDeviceProblem.Refused, "busy");
        _system.Plug(AudioDeviceKind.Microphone, "built-in", isDefault: true);
        for (int i = 0; i < 8; i++)
            _time.Advance(TimeSpan.FromMilliseconds(250));
        Assert.Equal(AudioDeviceState.Lost, microphone.State);
        Assert.InRange(_system.Opened, 8, 12);
        _system.Refusal = null;
        _time.Advance(TimeSpan.FromMilliseconds(250));
        Assert.Equal(AudioDeviceState.Open, microphone.State);
        Assert.Equal(["Lost built-in", "Open built-in"], _changes);
    }

    [Fact]
    public void A_sound_server_that_goes_and_comes_takes_the_device_with_it()
    {
        using Microphone microphone = Watch(_devices.OpenMicrophone());
        _system.IsAlive = false;
        _system.Open[0].Fail("the server is gone");
        Assert.Equal(AudioDeviceState.Lost, microphone.State);
        _time.Advance(TimeSpan.FromSeconds(3));
        _system.IsAlive = true;
        _time.Advance(TimeSpan.FromMilliseconds(250));
        Assert.Equal(AudioDeviceState.Open, microphone.State);
    }

    [Fact]
    public void A_handler_that_throws_is_nobodys_trouble()
    {
        using Microphone microphone = _devices.OpenMicrophone();
        microphone.StateChanged += (_, _) => throw new InvalidOperationException();
        _system.Unplug("built-in");
        _system.Plug(AudioDeviceKind.Microphone, "built-in", isDefault: true);
        Assert.Equal(AudioDeviceState.Open, microphone.State);
    }

    [Fact]
    public void A_device_that_is_not_there_from_the_start_is_an_error()
    {
        Assert.Equal(AudioDeviceProblem.NoDevice, Assert.Throws<AudioDeviceException>(() => _devices.OpenLoudspeaker()).Problem);
        Assert.Equal(AudioDeviceProblem.NotFound, Assert.Throws<AudioDeviceException>(() => _devices.OpenMicrophone(new() { Device = "nobody" })).Problem);
        Assert.Throws<ArgumentException>(() => _devices.OpenMicrophone(new() { Device = " " }));
        Assert.Throws<ArgumentOutOfRangeException>(() => _devices.OpenMicrophone(new() { Period = TimeSpan.FromSeconds(1) }));
        Assert.Empty(_system.Open);
    }

    [Fact]
    public void Disposing_the_devices_closes_what_is_open()
    {
        Microphone microphone = _devices.OpenMicrophone();
        _devices.Dispose();
        Assert.Equal(AudioDeviceState.Closed, microphone.State);
        Assert.Empty(_system.Open);
        Assert.Throws<ObjectDisposedException>(() => _devices.List());
    }

    [Fact]
    public void A_frame_allocates_nothing()
    {
        using Microphone microphone = _devices.OpenMicrophone();
        FakeStream stream = _system.Open[0];
        short[] pcm = new short[480];
        Work();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Work();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Work()
        {
            for (int i = 0; i < 100; i++)
            {
                stream.Hear(pcm);       // the clock stands; that the microphone has enough is all that counts here
                stream.Hear(pcm);
                ValueTask<int> read = microphone.ReadAsync(_frame);
                if (!read.IsCompleted)
                    stream.Hear(pcm);
                if (read.IsCompleted)
                    _ = read.Result;
            }
        }
    }

    private void Hear(ReadOnlySpan<short> pcm)
    {
        _time.Advance(TimeSpan.FromMilliseconds(10));
        _system.Open[0].Hear(pcm);
    }

    private async Task<bool> TryReadAsync(Microphone microphone)
    {
        using var stop = new CancellationTokenSource();
        ValueTask<int> read = microphone.ReadAsync(_frame, stop.Token);
        if (read.IsCompleted)
            return await read == 960;
        await stop.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await read);
        return false;
    }

    private Microphone Watch(Microphone microphone)
    {
        microphone.StateChanged += (_, change) => _changes.Add($"{change.State} {change.Device.Id}");
        return microphone;
    }
}
