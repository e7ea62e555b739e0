using System.Diagnostics;
using System.Runtime.InteropServices;

namespace OpenAI.Realtime.WebRtc.Devices.Tests.Support;

/// <summary>
/// Debian's PulseAudio as a process of the test's own, without hardware, without D-Bus and without any file of the user's: its devices are null sinks, which keep the time of a sound card and play into their
/// monitors. It ends with the test, by its id.
/// <code>
/// pacat ─► sink "voice" ─► its monitor ─► source "microphone" ─► the code under test ─► sink "speaker" ─► its monitor ─► parec
/// </code>
/// </summary>
internal sealed class PulseServer : IAsyncDisposable
{
    public const string Path = "/usr/bin/pulseaudio";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pulse-");
    private Process? _daemon;

    public string Address => $"unix:{_folder.FullName}/native";

    public static async Task<PulseServer> StartAsync()
    {
        var server = new PulseServer();
        await server.RestartAsync();
        return server;
    }

    /// <summary>Starts the daemon; again, when it was stopped.</summary>
    public async Task RestartAsync()
    {
        string[] modules =
        [
            $"module-native-protocol-unix socket={_folder.FullName}/native auth-anonymous=1",
            "module-null-sink sink_name=speaker rate=48000 channels=2 sink_properties=device.description=Speaker",
            "module-null-sink sink_name=voice rate=48000 channels=1 sink_properties=device.description=Voice",
        ];
        var start = Command(Path, ["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--high-priority=no", "--realtime=no", "--log-target=stderr",
            .. modules.SelectMany(module => new[] { "-L", module })]);
        _daemon = Process.Start(start)!;
        _ = _daemon.StandardError.ReadToEndAsync();
        _ = _daemon.StandardOutput.ReadToEndAsync();
        await UntilAsync(async () => (await RunAsync("info")).Code == 0, "the daemon answers");
        await PlugMicrophoneAsync();
        await ControlAsync("set-default-source", "microphone");
        await ControlAsync("set-default-sink", "speaker");
    }

    public async Task StopAsync()
    {
        if (_daemon is null)
            return;
        if (!_daemon.HasExited)
            _daemon.Kill();
        await _daemon.WaitForExitAsync();
        _daemon.Dispose();
        _daemon = null;
    }

    /// <summary>Plugs the microphone in: a source that is no monitor, and hears what one does.</summary>
    /// <returns>What <see cref="UnplugAsync"/> wants.</returns>
    public Task<string> PlugMicrophoneAsync() =>
        PlugAsync("module-remap-source", "master=voice.monitor", "source_name=microphone", "source_properties=device.description=Microphone");

    public Task<string> PlugLoudspeakerAsync(string name) => PlugAsync("module-null-sink", $"sink_name={name}", "rate=44100", "channels=2");

    public async Task<string> PlugAsync(string module, params string[] arguments) => (await ControlAsync(["load-module", module, .. arguments])).Trim();

    public Task UnplugAsync(string module) => ControlAsync("unload-module", module);

    /// <summary>Pulls out whatever a module of that kind with that argument has made.</summary>
    public async Task UnplugAsync(string module, string argument)
    {
        string line = (await ControlAsync("list", "short", "modules")).Split('\n').Single(line => line.Contains(module, StringComparison.Ordinal) && line.Contains(argument, StringComparison.Ordinal));
        await UnplugAsync(line.Split('\t')[0]);
    }

    /// <summary>What pactl answers.</summary>
    public async Task<string> ControlAsync(params string[] arguments)
    {
        (int code, string output) = await RunAsync(arguments);
        return code == 0 ? output : throw new InvalidOperationException($"pactl {string.Join(' ', arguments)}: {output}");
    }

    /// <summary>Says something into the microphone; it takes as long as it takes to say.</summary>
    public Process Say(ReadOnlySpan<short> pcm)
    {
        Process player = Process.Start(Command("/usr/bin/pacat", ["--playback", "--raw", "--device=voice", "--format=s16le", "--rate=48000", "--channels=1", "--latency-msec=50"], input: true))!;
        byte[] bytes = MemoryMarshal.AsBytes(pcm).ToArray();
        _ = Task.Run(async () =>
        {
            try
            {
                await player.StandardInput.BaseStream.WriteAsync(bytes);
                player.StandardInput.Close();
            }
            catch (IOException)
            {
                // It was ended before it had said everything.
            }
        });
        return player;
    }

    /// <summary>Records what a sink plays, 48 kHz mono.</summary>
    public PulseRecording Record(string sink) =>
        new(Process.Start(Command("/usr/bin/parec", ["--raw", $"--device={sink}.monitor", "--format=s16le", "--rate=48000", "--channels=1", "--latency-msec=20"]))!);

    public static async Task UntilAsync(Func<Task<bool>> isSo, string what)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await isSo())
        {
            if (limit.IsCancellationRequested)
                throw new TimeoutException($"Not within {Patience.TotalSeconds} s: {what}.");
            await Task.Delay(50, CancellationToken.None);
        }
    }

    public static Task UntilAsync(Func<bool> isSo, string what) => UntilAsync(() => Task.FromResult(isSo()), what);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _folder.Delete(recursive: true);
    }

    private async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        using Process control = Process.Start(Command("/usr/bin/pactl", arguments))!;
        Task<string> error = control.StandardError.ReadToEndAsync();
        string output = await control.StandardOutput.ReadToEndAsync();
        await control.WaitForExitAsync();
        return (control.ExitCode, output + await error);
    }

    private ProcessStartInfo Command(string file, IEnumerable<string> arguments, bool input = false)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = input };
        foreach (string variable in new[] { "HOME", "XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH", "PULSE_STATE_PATH" })
            start.Environment[variable] = _folder.FullName;
        start.Environment["PULSE_SERVER"] = Address;
        start.Environment["LC_ALL"] = "C";
        if (file == Path)
            start.Environment.Remove("PULSE_SERVER");
        return start;
    }
}

/// <summary>What a sink has played since the recording began.</summary>
internal sealed class PulseRecording : IDisposable
{
    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<short> _samples = [];
    private readonly Task _reading;

    public PulseRecording(Process process)
    {
        _process = process;
        _ = process.StandardError.ReadToEndAsync();
        _reading = Task.Run(Read);
    }

    public short[] Samples
    {
        get
        {
            lock (_gate)
                return [.. _samples];
        }
    }

    public int Count
    {
        get
        {
            lock (_gate)
                return _samples.Count;
        }
    }

    /// <summary>What was recorded from a sample on.</summary>
    public short[] From(int first)
    {
        lock (_gate)
            return [.. _samples.Skip(first)];
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _reading.Wait();
        _process.Dispose();
    }

    private void Read()
    {
        byte[] buffer = new byte[4_096];
        int left = 0, count;
        while ((count = _process.StandardOutput.BaseStream.Read(buffer, left, buffer.Length - left)) > 0)
        {
            int whole = (left + count) / 2 * 2;
            lock (_gate)
                _samples.AddRange(MemoryMarshal.Cast<byte, short>(buffer.AsSpan(0, whole)));
            left = left + count - whole;
            if (left > 0)
                buffer[0] = buffer[whole];
        }
    }
}
