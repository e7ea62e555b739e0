using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>
/// Keeps a stream open to the device that is meant: opens it, hears that it is gone, and opens it again when it, or the default that is followed, is there.
/// </summary>
/// <remarks>
/// Whatever happens only asks for a look at the devices; the look is taken on the thread pool, one at a time, because sound systems may not be asked on their own threads. While the device is gone there is one
/// every 250 ms as well, so that nothing depends on a notice that does not come.
/// </remarks>
internal sealed class DeviceLine : IDisposable
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(250);

    private readonly IAudioSystem _system;
    private readonly AudioDeviceKind _kind;
    private readonly Func<AudioDevice, DeviceLine, IDeviceStream> _open;
    private readonly Action<AudioDeviceState, AudioDevice, string?> _changed;
    private readonly Action<Action> _run;
    private readonly ILogger _logger;
    private readonly ITimer _retry;
    private readonly string? _wanted;
    private readonly bool _followsDefault;

    private readonly Lock _gate = new();
    private IDeviceStream? _stream;
    private AudioDevice _device;
    private AudioDeviceState _state = AudioDeviceState.Open;
    private string? _failure;           // of the stream at hand
    private long _losses;
    private bool _looking, _lookAgain;

    /// <summary>Makes one that is not open.</summary>
    /// <param name="system">The sound system.</param>
    /// <param name="options">Which device.</param>
    /// <param name="kind">Which kind.</param>
    /// <param name="open">Opens a stream to a device; it throws <see cref="AudioDeviceException"/>.</param>
    /// <param name="changed">Told of each change, under no lock, one at a time.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where changes are logged.</param>
    /// <param name="run">Runs a look at the devices, elsewhere than on the thread at hand.</param>
    /// <exception cref="AudioDeviceException">The device is not there, or cannot be opened.</exception>
    public DeviceLine(IAudioSystem system, AudioDeviceOptions options, AudioDeviceKind kind, Func<AudioDevice, DeviceLine, IDeviceStream> open,
        Action<AudioDeviceState, AudioDevice, string?> changed, TimeProvider time, ILogger logger, Action<Action> run)
    {
        _system = system;
        _kind = kind;
        _open = open;
        _changed = changed;
        _run = run;
        _logger = logger;
        _device = DeviceChoice.FindOrThrow(system.List(), kind, options.Device);
        _followsDefault = options.Device is null && options.FollowDefault;
        _wanted = _followsDefault ? null : options.Device ?? _device.Id;
        _stream = open(_device, this);
        _retry = time.CreateTimer(static line => ((DeviceLine)line!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        DevicesLog.Opened(logger, kind, _device.Name);
        Look();     // it may have gone meanwhile
    }

    /// <summary>The device that is open, or that was.</summary>
    public AudioDevice Device
    {
        get
        {
            lock (_gate)
                return _device;
        }
    }

    public AudioDeviceState State
    {
        get
        {
            lock (_gate)
                return _state;
        }
    }

    /// <summary>How often the device was lost, or another took its place.</summary>
    public long Losses
    {
        get
        {
            lock (_gate)
                return _losses;
        }
    }

    /// <summary>What the system says of the delay.</summary>
    public TimeSpan Latency
    {
        get
        {
            lock (_gate)
                return _stream?.Latency ?? TimeSpan.Zero;
        }
    }

    /// <summary>The stream that is open has failed. Any thread.</summary>
    public void OnFailed(string why)
    {
        lock (_gate)
            _failure ??= why;
        Look();
    }

    /// <summary>Asks for a look at the devices. Any thread; does not block.</summary>
    public void Look()
    {
        lock (_gate)
        {
            _lookAgain = true;
            if (_looking || _state == AudioDeviceState.Closed)
                return;
            _looking = true;
        }

        _run(LookNow);
    }

    public void Dispose()
    {
        IDeviceStream? stream;
        lock (_gate)
        {
            if (_state == AudioDeviceState.Closed)
                return;
            _state = AudioDeviceState.Closed;
            (stream, _stream) = (_stream, null);
        }

        _retry.Dispose();
        stream?.Dispose();
        _changed(AudioDeviceState.Closed, _device, null);
    }

    private void LookNow()
    {
        while (true)
        {
            lock (_gate)
            {
                if (!_lookAgain || _state == AudioDeviceState.Closed)
                {
                    _looking = false;
                    return;
                }

                _lookAgain = false;
            }

            try
            {
                Follow();
            }
#pragma warning disable CA1031 // Nobody could catch it on the pool's thread; the next look is taken all the same.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Lose(e.Message);
            }
        }
    }

    // What is open against what is meant.
    private void Follow()
    {
        IReadOnlyList<AudioDevice> devices;
        try
        {
            devices = _system.List();
        }
        catch (AudioDeviceException e)
        {
            Lose(e.Message);
            return;
        }

        AudioDevice? meant = DeviceChoice.Find(devices, _kind, _wanted, out _);
        string? why = null;
        lock (_gate)
        {
            if (_state == AudioDeviceState.Closed)
                return;
            if (_failure is not null || meant is null)
                why = _failure ?? "it is not among the system's devices any more";
            else if (_stream is not null && meant.Id != _device.Id)
                why = devices.Any(device => device.Id == _device.Id) ? $"the default is {meant.Name} now" : "it is not among the system's devices any more";
        }

        if (why is not null)
            Lose(why);
        if (meant is not null)
            Open(meant);
    }

    private void Lose(string why)
    {
        IDeviceStream? stream;
        lock (_gate)
        {
            if (_state == AudioDeviceState.Closed)
                return;
            (stream, _stream) = (_stream, null);
            _failure = null;
            _retry.Change(Retry, Timeout.InfiniteTimeSpan);
            if (stream is null)
                return;
            _state = AudioDeviceState.Lost;
            _losses++;
        }

        stream.Dispose();
        lock (_gate)
            _failure = null;        // of the stream that is no more
        DevicesLog.Lost(_logger, _kind, _device.Name, why);
        _changed(AudioDeviceState.Lost, _device, why);
    }

    private void Open(AudioDevice device)
    {
        lock (_gate)
        {
            if (_stream is not null || _state == AudioDeviceState.Closed)
                return;
        }

        IDeviceStream stream;
        try
        {
            stream = _open(device, this);
        }
        catch (AudioDeviceException e)
        {
            DevicesLog.NotYet(_logger, _kind, e.Message);
            lock (_gate)
            {
                _failure = null;
                if (_state != AudioDeviceState.Closed)
                    _retry.Change(Retry, Timeout.InfiniteTimeSpan);
            }

            return;
        }

        bool closed;
        lock (_gate)
        {
            closed = _state == AudioDeviceState.Closed;
            if (!closed)
                (_stream, _device, _state) = (stream, device, AudioDeviceState.Open);
        }

        if (closed)
        {
            stream.Dispose();
            return;
        }

        DevicesLog.Opened(_logger, _kind, device.Name);
        _changed(AudioDeviceState.Open, device, null);
    }
}
