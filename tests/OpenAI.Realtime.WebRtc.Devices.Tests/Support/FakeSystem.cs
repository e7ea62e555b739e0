namespace OpenAI.Realtime.WebRtc.Devices.Tests.Support;

/// <summary>A sound system in memory: what is plugged in and what is open is the test's to say and to see.</summary>
internal sealed class FakeSystem : IAudioSystem
{
    private readonly List<AudioDevice> _devices = [];

    public string Name => "a fake";

    public Action? Changed { get; set; }

    /// <summary>What is open, by device.</summary>
    public List<FakeStream> Open { get; } = [];

    /// <summary>What opening throws; null for nothing.</summary>
    public AudioDeviceException? Refusal { get; set; }

    public int Opened { get; private set; }

    /// <summary>Whether the server answers.</summary>
    public bool IsAlive { get; set; } = true;

    public IReadOnlyList<AudioDevice> List() => IsAlive ? [.. _devices] : throw new AudioDeviceException(AudioDeviceProblem.NoServer, "no server");

    public void Plug(AudioDeviceKind kind, string id, bool isDefault = false, bool isMonitor = false, bool tells = true)
    {
        if (isDefault)
            ForgetDefault(kind);
        _devices.Add(new AudioDevice { Kind = kind, Id = id, Name = $"The {id}", IsDefault = isDefault, Channels = 1, SampleRate = 48_000, IsMonitor = isMonitor });
        if (tells)
            Changed?.Invoke();
    }

    /// <summary>Pulls a device out; its stream fails, or is merely silent from then on.</summary>
    public void Unplug(string id, bool fails = true)
    {
        _devices.RemoveAll(device => device.Id == id);
        if (fails)
        {
            foreach (FakeStream stream in Open.Where(stream => stream.Device.Id == id).ToArray())
                stream.Fail("it was pulled out");
        }

        Changed?.Invoke();
    }

    public void MakeDefault(AudioDeviceKind kind, string id)
    {
        ForgetDefault(kind);
        int at = _devices.FindIndex(device => device.Kind == kind && device.Id == id);
        _devices[at] = _devices[at] with { IsDefault = true };
        Changed?.Invoke();
    }

    public IDeviceStream OpenCapture(AudioDevice device, TimeSpan period, ICaptureClient client) => Add(new FakeStream(this, device, client, null));

    public IDeviceStream OpenPlayback(AudioDevice device, TimeSpan period, IPlaybackClient client) => Add(new FakeStream(this, device, null, client));

    public void Dispose()
    {
    }

    private FakeStream Add(FakeStream stream)
    {
        Opened++;
        if (Refusal is not null)
            throw Refusal;
        Open.Add(stream);
        return stream;
    }

    private void ForgetDefault(AudioDeviceKind kind)
    {
        for (int i = 0; i < _devices.Count; i++)
        {
            if (_devices[i].Kind == kind)
                _devices[i] = _devices[i] with { IsDefault = false };
        }
    }
}

/// <summary>A stream from or to a device of the fake's.</summary>
internal sealed class FakeStream(FakeSystem system, AudioDevice device, ICaptureClient? capture, IPlaybackClient? playback) : IDeviceStream
{
    public AudioDevice Device => device;

    public TimeSpan Latency { get; set; }

    public void Hear(ReadOnlySpan<short> pcm) => capture!.OnCaptured(pcm);

    public short[] Play(int samples)
    {
        short[] pcm = new short[samples];
        playback!.OnWanted(pcm);
        return pcm;
    }

    public void Starve() => playback!.OnUnderrun();

    public void Fail(string why)
    {
        capture?.OnFailed(why);
        playback?.OnFailed(why);
    }

    public void Dispose() => system.Open.Remove(this);
}
