using System.Threading.Tasks.Sources;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>A microphone of the machine, as a live source of 48 kHz mono. Made by <see cref="AudioDevices.OpenMicrophone"/>.</summary>
/// <remarks>
/// It runs from the start and keeps nothing but the newest, so it may be opened long before a call and outlive it. While the device is gone nothing can be read, and a session sends silence. Its members may be called
/// from any thread; one read may be under way at a time.
/// </remarks>
public sealed class Microphone : IAudioSource, ICaptureClient, IValueTaskSource<int>, IDisposable
{
    internal const int FrameSamples = 960;      // 20 ms

    private readonly ClockBridge _bridge;
    private readonly Gain _gain = new();
    private readonly DeviceEvents _events;
    private DeviceLine _line = null!;       // set before its first stream is opened
    private readonly Action? _onDisposed;
    private long _systemOverruns;

    // Under the gate.
    private readonly Lock _gate = new();
    private readonly short[] _frame = new short[FrameSamples];
    private int _frameLeft;         // what of the frame has not been read, at its end
    private ManualResetValueTaskSourceCore<int> _core = new() { RunContinuationsAsynchronously = true };
    private bool _waiting;
    private Memory<short> _buffer;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;
    private bool _closed;

    internal Microphone(IAudioSystem system, AudioDeviceOptions options, TimeProvider time, ILogger logger, Action<Action> run, Action? onDisposed = null)
    {
        options.Validate();
        _onDisposed = onDisposed;
        _events = new DeviceEvents(this, AudioDeviceKind.Microphone, logger, run);
        _gain.Volume = options.Volume;
        _bridge = new ClockBridge(time, (int)(options.Period.TotalSeconds * ClockBridge.SampleRate));
        _line = new DeviceLine(system, options, AudioDeviceKind.Microphone, (device, line) => Open(system, device, options.Period, line), OnChanged, time, logger, run);
    }

    /// <summary>48 kHz mono.</summary>
    public AudioFormat Format => AudioFormat.Mono48kHz;

    /// <inheritdoc/>
    public bool IsLive => true;

    /// <inheritdoc/>
    public bool IsNonBlocking => true;

    /// <inheritdoc/>
    public bool KeepsItsOwnDelay => true;

    /// <summary>The device that is open, or that was.</summary>
    public AudioDevice Device => _line.Device;

    /// <summary>Whether sound flows.</summary>
    public AudioDeviceState State => _line.State;

    /// <summary>How loud the last 20 ms that were read are, behind volume, mute and echo cancellation.</summary>
    public AudioLevel Level => _gain.Level;

    /// <summary>What the samples are multiplied with: 0 to 4. It is this program's own; the system's mixer has another.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is set to something else.</exception>
    public float Volume
    {
        get => _gain.Volume;
        set => _gain.Volume = value;
    }

    /// <summary>Whether silence is read. The device stays open.</summary>
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

    /// <summary>Where the echo is taken out: told of each frame before it is read. It runs on the thread that reads or on the device's, one at a time.</summary>
    internal Action<Span<short>>? Echo { get; set; }

    /// <summary>Told that a device is about to be opened, the same again or another. On any thread.</summary>
    internal Action? Opening { get; set; }

    /// <summary>How long a sample takes from the device until it is read.</summary>
    internal TimeSpan TotalDelay => _bridge.Delay + _line.Latency;

    /// <summary>What has been counted.</summary>
    public AudioDeviceStatistics GetStatistics() => new()
    {
        Underruns = _bridge.Underruns,
        Overruns = _bridge.Overruns + Volatile.Read(ref _systemOverruns),
        Losses = _line.Losses,
        Delay = _bridge.Delay,
        SystemDelay = _line.Latency,
        DriftPpm = _bridge.DriftPpm,
    };

    /// <summary>Reads up to 20 ms. Completes at once when they are there, which they are once every 20 ms; 0 after <see cref="Dispose"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="buffer"/> is empty.</exception>
    /// <exception cref="InvalidOperationException">A read is under way.</exception>
    public ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
            throw new ArgumentException("Give room for at least one sample; 20 ms are 960.", nameof(buffer));
        short version;
        lock (_gate)
        {
            if (_waiting)
                throw new InvalidOperationException("A read of the microphone is under way: one call at a time can use it.");
            if (cancellationToken.IsCancellationRequested)
                return ValueTask.FromCanceled<int>(cancellationToken);
            if (_closed)
                return new(0);
            if (TryTake(buffer.Span, isAtItsTime: true, out int count))
                return new(count);
            _core.Reset();
            _buffer = buffer;
            _token = cancellationToken;
            _waiting = true;
            version = _core.Version;
        }

        // Under no lock: a token that is cancelled already calls back at once.
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(static microphone => ((Microphone)microphone!).OnCancelled(), this);
        lock (_gate)
        {
            if (_waiting)
                _registration = registration;
            else
                registration.Unregister();
        }

        return new(this, version);
    }

    /// <summary>Closes the device; a read that is under way gives 0, the end.</summary>
    public void Dispose()
    {
        bool waits;
        lock (_gate)
        {
            if (_closed)
                return;
            _closed = true;
            waits = StopWaiting();
        }

        _line.Dispose();
        _gain.Fall();
        if (waits)
            _core.SetResult(0);
        _onDisposed?.Invoke();
    }

    internal void Look() => _line.Look();

    void ICaptureClient.OnCaptured(ReadOnlySpan<short> pcm)
    {
        _bridge.Write(pcm);
        int count;
        lock (_gate)
        {
            if (!_waiting || !TryTake(_buffer.Span, isAtItsTime: false, out count))
                return;
            StopWaiting();
        }

        _core.SetResult(count);
    }

    void ICaptureClient.OnOverrun() => Interlocked.Increment(ref _systemOverruns);

    void ICaptureClient.OnFailed(string why) => _line.OnFailed(why);

    int IValueTaskSource<int>.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private IDeviceStream Open(IAudioSystem system, AudioDevice device, TimeSpan period, DeviceLine line)
    {
        _line = line;
        _bridge.Reset();
        Opening?.Invoke();
        return system.OpenCapture(device, period, this);
    }

    private void OnChanged(AudioDeviceState state, AudioDevice device, string? detail)
    {
        if (state != AudioDeviceState.Open)
            _gain.Fall();
        _events.Raise(state, device, detail);
    }

    private void OnCancelled()
    {
        lock (_gate)
        {
            if (!_waiting || !_token.IsCancellationRequested)       // of an earlier read
                return;
            StopWaiting();
        }

        _core.SetException(new OperationCanceledException(_token));
    }

    private bool StopWaiting()
    {
        if (!_waiting)
            return false;
        _waiting = false;
        _buffer = default;
        _registration.Unregister();
        _registration = default;
        return true;
    }

    // Frames are whole 20 ms inside, because echo cancellation counts in them; they are handed out in any size.
    private bool TryTake(Span<short> to, bool isAtItsTime, out int count)
    {
        count = 0;
        if (_frameLeft == 0)
        {
            if (!_bridge.TryRead(_frame, isAtItsTime))
                return false;
            Echo?.Invoke(_frame);
            _gain.Apply(_frame);
            _frameLeft = FrameSamples;
        }

        count = Math.Min(_frameLeft, to.Length);
        _frame.AsSpan(FrameSamples - _frameLeft, count).CopyTo(to);
        _frameLeft -= count;
        return true;
    }
}
