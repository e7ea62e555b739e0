using System.Diagnostics;
using OpenAI.Realtime.WebRtc.Devices.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Devices.Tests.Pulse;

/// <summary>The devices of a real PulseAudio: listed, opened, heard, pulled out and plugged in.</summary>
[Collection(nameof(PulseServer))]
public sealed class PulseDeviceTests
{
    [PulseFact]
    public async Task Devices_are_listed_as_the_server_has_them()
    {
        await using PulseServer server = await PulseServer.StartAsync();
        using AudioDevices devices = Open(server);
        Assert.StartsWith("pulseaudio ", devices.SoundSystem, StringComparison.Ordinal);
        Assert.Equal(["microphone", "speaker", "voice"], devices.List().Select(device => device.Id));
        AudioDevice microphone = devices.List()[0], speaker = devices.List()[1];
        Assert.Equal((AudioDeviceKind.Microphone, "Microphone", true, 1, 48_000), (microphone.Kind, microphone.Name, microphone.IsDefault, microphone.Channels, microphone.SampleRate));
        Assert.Equal((AudioDeviceKind.Loudspeaker, "Speaker", true, 2, 48_000), (speaker.Kind, speaker.Name, speaker.IsDefault, speaker.Channels, speaker.SampleRate));
    }

    [PulseFact]
    public void Without_a_server_the_error_says_what_to_start()
    {
        AudioDeviceException e = Assert.Throws<AudioDeviceException>(() => AudioDevices.Open(new() { Server = "unix:/nonexistent/native" }));
        Assert.Equal(AudioDeviceProblem.NoServer, e.Problem);
        Assert.Contains("apt-get install pipewire-pulse", e.Message, StringComparison.Ordinal);
        Assert.Contains("unix:/nonexistent/native", e.Message, StringComparison.Ordinal);
    }

    [PulseFact]
    public async Task A_tone_that_is_played_is_the_tone_that_is_heard_without_a_gap()
    {
        await using PulseServer server = await PulseServer.StartAsync();
        using AudioDevices devices = Open(server);
        using Loudspeaker loudspeaker = devices.OpenLoudspeaker();
        using PulseRecording recording = server.Record("speaker");
        TimeSpan pause = await PlayAsync(loudspeaker, Waves.Tone(1_000, 48_000 * 4), () => recording.Count > 0);
        await PulseServer.UntilAsync(() => Loud(recording.Samples).Length > 48_000 * 3, "three seconds of the tone are recorded");

        short[] heard = Loud(recording.Samples)[4_800..];
        Assert.InRange(Waves.Frequency(heard), 980, 1_020);      // another rate would be off by 8 % at least; a gap is counted as time

        // A machine that stalls may leave a gap, and then it is counted; unless it stalls this test for so long that it seems to have stopped writing.
        if (loudspeaker.GetStatistics() is { Underruns: 0, Overruns: 0 } && pause < TimeSpan.FromMilliseconds(400))
        {
            Assert.InRange(Waves.Frequency(heard), 999, 1_001);
            Assert.InRange(Waves.LongestQuiet(heard.AsSpan(0, 48_000 * 2), 500), 0, 20);
        }
    }

    [PulseFact]
    public async Task What_is_said_into_the_microphone_is_read()
    {
        await using PulseServer server = await PulseServer.StartAsync();
        using AudioDevices devices = Open(server);
        using Microphone microphone = devices.OpenMicrophone();
        using var speaking = server.Say(Waves.Tone(700, 48_000 * 30));
        short[] heard = await HearAsync(microphone, 48_000);
        Assert.InRange(Waves.Frequency(heard), 686, 714);      // another rate would be off by 8 % at least; what a busy machine loses is counted as time
        await PulseServer.UntilAsync(() => microphone.GetStatistics().SystemDelay is { Ticks: > 0 } delay && delay < TimeSpan.FromMilliseconds(500), "the system says how long it holds what was said");
        speaking.Kill();
    }

    [PulseFact]
    public async Task A_microphone_that_is_pulled_out_is_told_and_heard_again_when_it_is_back()
    {
        await using PulseServer server = await PulseServer.StartAsync();
        using AudioDevices devices = Open(server);
        using Microphone microphone = devices.OpenMicrophone();
        List<AudioDeviceState> changes = [];
        microphone.StateChanged += (_, change) =>
        {
            lock (changes)
                changes.Add(change.State);
        };
        using var speaking = server.Say(Waves.Tone(700, 48_000 * 60));
        await HearAsync(microphone, 4_800);

        // There is a monitor to fall back to, and it must not be taken: it would be what the assistant says.
        await server.UnplugAsync("module-remap-source", "microphone");
        await PulseServer.UntilAsync(() => microphone.State == AudioDeviceState.Lost, "the loss is seen");
        ValueTask<int> read = microphone.ReadAsync(new short[960]);
        await server.PlugMicrophoneAsync();
        await PulseServer.UntilAsync(() => microphone.State == AudioDeviceState.Open, "the return is seen");
        await read;
        Assert.InRange(Waves.Frequency(await HearAsync(microphone, 24_000)), 686, 714);
        await PulseServer.UntilAsync(() => Count() == 2, "both changes are told");
        Assert.Equal([AudioDeviceState.Lost, AudioDeviceState.Open], changes);
        Assert.Equal(1, microphone.GetStatistics().Losses);
        speaking.Kill();

        int Count()
        {
            lock (changes)
                return changes.Count;
        }
    }

    [PulseFact]
    public async Task A_loudspeaker_follows_the_default_and_what_is_left_when_that_is_pulled_out()
    {
        await using PulseServer server = await PulseServer.StartAsync();
        using AudioDevices devices = Open(server);
        using Loudspeaker followed = devices.OpenLoudspeaker(), kept = devices.OpenLoudspeaker(new() { Device = "Speaker" });
        string headset = await server.PlugLoudspeakerAsync("headset");
        await server.ControlAsync("set-default-sink", "headset");
        await PulseServer.UntilAsync(() => followed is { State: AudioDeviceState.Open, Device.Id: "headset" }, "the new default is taken");
        Assert.Equal(44_100, followed.Device.SampleRate);
        using (PulseRecording recording = server.Record("headset"))
        {
            await PlayAsync(followed, Waves.Tone(1_000, 48_000 * 2), () => recording.Count > 0);
            await PulseServer.UntilAsync(() => Loud(recording.Samples).Length > 24_000, "it plays there");
        }

        await server.UnplugAsync(headset);
        await PulseServer.UntilAsync(() => followed is { State: AudioDeviceState.Open, Device.Id: not "headset" }, "what is left is taken");
        Assert.Equal(0, kept.GetStatistics().Losses);
    }

    [PulseFact]
    public async Task A_server_that_dies_and_is_started_again_is_met_again()
    {
        await using PulseServer server = await PulseServer.StartAsync();
        using AudioDevices devices = Open(server);
        using AudioDuplex duplex = devices.OpenDuplex();
        await server.StopAsync();
        await PulseServer.UntilAsync(() => duplex.Microphone.State == AudioDeviceState.Lost && duplex.Loudspeaker.State == AudioDeviceState.Lost, "the loss is seen");
        Assert.Equal(AudioDeviceProblem.NoServer, Assert.Throws<AudioDeviceException>(() => devices.List()).Problem);
        await server.RestartAsync();
        await PulseServer.UntilAsync(() => duplex.Microphone is { State: AudioDeviceState.Open, Device.Id: "microphone" } && duplex.Loudspeaker is { State: AudioDeviceState.Open, Device.Id: "speaker" },
            "both are open again");
        using var speaking = server.Say(Waves.Tone(700, 48_000 * 30));
        Assert.InRange(Waves.Frequency(await HearAsync(duplex.Microphone, 24_000)), 686, 714);
        speaking.Kill();
    }

    [PulseFact]
    public async Task A_hundred_openings_leave_nothing_behind()
    {
        await using PulseServer server = await PulseServer.StartAsync();
        using (AudioDevices devices = Open(server))
        {
            for (int i = 0; i < 100; i++)
            {
                using AudioDuplex duplex = devices.OpenDuplex();
            }

            Assert.Empty((await server.ControlAsync("list", "short", "sink-inputs")).Trim());
            Assert.Single((await server.ControlAsync("list", "short", "source-outputs")).Trim().Split('\n'));      // the test's own microphone
        }

        string clients = await server.ControlAsync("list", "short", "clients");
        Assert.DoesNotContain("OpenAI", clients, StringComparison.Ordinal);
    }

    private static AudioDevices Open(PulseServer server) => AudioDevices.Open(new() { Server = server.Address });

    // At the pace of a session, for as long as the sound lasts, and before it silence until the recorder is there.
    // In time, a frame every 20 ms. Gives the longest pause between two of them.
    private static async Task<TimeSpan> PlayAsync(Loudspeaker loudspeaker, short[] pcm, Func<bool> isReady)
    {
        using var clock = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        short[] silence = new short[960];
        while (!isReady())
        {
            await clock.WaitForNextTickAsync();
            await loudspeaker.WriteAsync(silence);
        }

        TimeSpan longest = default;
        long last = Stopwatch.GetTimestamp();
        for (int i = 0; i + 960 <= pcm.Length; i += 960)
        {
            await clock.WaitForNextTickAsync();
            await loudspeaker.WriteAsync(pcm.AsMemory(i, 960));
            TimeSpan pause = Stopwatch.GetElapsedTime(last);
            longest = pause > longest ? pause : longest;
            last = Stopwatch.GetTimestamp();
        }
        return longest;
    }

    // From the first loud sample on, until enough has been heard.
    private static async Task<short[]> HearAsync(Microphone microphone, int samples)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        List<short> heard = [];
        short[] frame = new short[960];
        while (heard.Count < samples)
        {
            int count = await microphone.ReadAsync(frame, limit.Token);
            Assert.NotEqual(0, count);
            if (heard.Count > 0 || Waves.Rms(frame.AsSpan(0, count)) > 1_000)
                heard.AddRange(frame.AsSpan(0, count));
        }

        return [.. heard];
    }

    private static short[] Loud(short[] pcm)
    {
        int first = Array.FindIndex(pcm, sample => Math.Abs((int)sample) > 1_000), last = Array.FindLastIndex(pcm, sample => Math.Abs((int)sample) > 1_000);
        return first < 0 ? [] : pcm[first..last];
    }
}

/// <summary>One daemon at a time: two cores keep the time of one.</summary>
[CollectionDefinition(nameof(PulseServer), DisableParallelization = true)]
public sealed class PulseServerCollection;
