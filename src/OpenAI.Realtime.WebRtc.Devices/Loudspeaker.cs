using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>A loudspeaker of the machine, as a sink of 48 kHz mono. Made by <see cref="AudioDevices.OpenLoudspeaker"/>.</summary>
/// <remarks>
/// It plays silence while nothing is written. While the device is gone, what is written is dropped at the pace at which it would have been heard. Its members may be called from any thread.
/// </remarks>
public sealed class Loudspeaker : IAudioSink, IPlaybackClient, IDisposable
{
    private readonly TimeProvider _time;
    private readonly ClockBridge _bridge;
    private readonly Gain _gain = new();
    private readonly DeviceEvents _events;
    private DeviceLine _line = null!;       // set before its first stream is opened
    private readonly Action? _onDisposed;
    private readonly Lock _writing = new();
    private readonly short[] _frame = new short[Microphone.FrameSamples];
    private long _systemUnderruns;
    private long _lastWrite = long.MinValue;
    private volatile bool _closed;

    internal Loudspeaker(IAudioSystem system, AudioDeviceOptions options, TimeProvider time, ILogger logger, Action<Action> run, Action? onDisposed = null)
    {
        options.Validate();
        _time = time;
        _onDisposed = onDisposed;
        _events = new DeviceEvents(this, AudioDeviceKind.Loudspeaker, logger, run);
        _gain.Volume = options.Volume;
        _bridge = new ClockBridge(time, Microphone.FrameSamples);
        _line = new DeviceLine(system, options, AudioDeviceKind.Loudspeaker, (device, line) => Open(system, device, options.Period, line), OnChanged, time, logger, run);
    }

    /// <summary>48 kHz mono. Every channel of the device plays it.</summary>
    public AudioFormat Format => AudioFormat.Mono48kHz;

    /// <inheritdoc/>
    public bool IsNonBlocking => true;

    /// <summary>The device that is open, or that was.</summary>
    public AudioDevice Device => _line.Device;

    /// <summary>Whether sound flows.</summary>
    public AudioDeviceState State => _line.State;

    /// <summary>How loud what was written last is, behind volume and mute.</summary>
    public AudioLevel Level => _gain.Level;

    /// <summary>What the samples are multiplied with: 0 to 4. It is this program's own; the system's mixer has another.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is set to something else.</exception>
    public float Volume
    {
        get => _gain.Volume;
        set => _gain.Volume = value;
    }

    /// <summary>Whether silence is played. The device stays open.</summary>
    public bool IsMuted
    {
        get => _gain.IsMuted;
        set => _gain.IsMuted = value;
    }

    /// <summary>Raised on the thread pool when the device is gone, when it or another is there again, and at the end; one at a time, in order.</summary>
    public event EventHandler<AudioDeviceStateEventArgs>? StateChanged
    {
        add => _events.Changed += value;
        remove => _events.Changed -= value;
    }

    /// <summary>How long what is written now takes until it is heard: what waits here, and what the system says that lies behind. Zero while nothing is being written.</summary>
    public TimeSpan Buffered
    {
        get
        {
            long last = Volatile.Read(ref _lastWrite);
            return last == long.MinValue || _time.GetElapsedTime(last) > TimeSpan.FromMilliseconds(200) || _line.State != AudioDeviceState.Open ? TimeSpan.Zero : TotalDelay;
        }
    }

    /// <summary>Told of all that is written, behind volume and mute, before it goes to the device: the far end of echo cancellation. On the thread that writes.</summary>
    internal Action<ReadOnlySpan<short>>? FarEnd { get; set; }

    /// <summary>Told that a device is about to be opened, the same again or another. On any thread.</summary>
    internal Action? Opening { get; set; }

    internal TimeSpan TotalDelay => _bridge.Delay + _line.Latency;

    /// <summary>What has been counted.</summary>
    public AudioDeviceStatistics GetStatistics() => new()
    {
        Underruns = _bridge.Underruns + Volatile.Read(ref _systemUnderruns),
        Overruns = _bridge.Overruns,
        Losses = _line.Losses,
        Delay = _bridge.Delay,
        SystemDelay = _line.Latency,
        DriftPpm = -_bridge.DriftPpm,
    };

    /// <summary>Takes samples; completes at once. After <see cref="Dispose"/> they are dropped. Of two threads that write one waits for the other: what they write is heard in turn, not mixed.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled(cancellationToken);
        lock (_writing)
            Write(pcm.Span);
        Volatile.Write(ref _lastWrite, _time.GetTimestamp());
        return ValueTask.CompletedTask;
    }

    /// <summary>What waits here is not heard any more: it fades within 5 ms. What the system holds already, some ten milliseconds, is.</summary>
    public void Flush() => _bridge.Silence();

    /// <summary>Closes the device.</summary>
    public void Dispose()
    {
        if (_closed)
            return;
        _closed = true;
        _line.Dispose();
        _gain.Fall();
        _onDisposed?.Invoke();
    }

    internal void Look() => _line.Look();

    private void Write(ReadOnlySpan<short> left)
    {
        while (!left.IsEmpty && !_closed)
        {
            Span<short> frame = _frame.AsSpan(0, Math.Min(left.Length, _frame.Length));
            left[..frame.Length].CopyTo(frame);
            _gain.Apply(frame);
            FarEnd?.Invoke(frame);
            _bridge.Write(frame);
            left = left[frame.Length..];
        }
    }

    void IPlaybackClient.OnWanted(Span<short> pcm) => _bridge.ReadOrSilence(pcm);

    void IPlaybackClient.OnUnderrun()
    {
        if (_bridge.IsPrimed)       // silence that is late is nobody's loss
            Interlocked.Increment(ref _systemUnderruns);
    }

    void IPlaybackClient.OnFailed(string why) => _line.OnFailed(why);

    private IDeviceStream Open(IAudioSystem system, AudioDevice device, TimeSpan period, DeviceLine line)
    {
        _line = line;
        _bridge.Reset();
        Opening?.Invoke();
        return system.OpenPlayback(device, period, this);
    }

    private void OnChanged(AudioDeviceState state, AudioDevice device, string? detail)
    {
        if (state != AudioDeviceState.Open)
            _gain.Fall();
        _events.Raise(state, device, detail);
    }
}
