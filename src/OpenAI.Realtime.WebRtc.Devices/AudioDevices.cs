using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>The microphones and loudspeakers of this machine. One for a program is enough.</summary>
/// <remarks>
/// Linux: PulseAudio, or PipeWire's server for its programs, through libpulse. macOS: CoreAudio. Windows: WASAPI. The members may be called from any thread. Listing and opening wait for the sound server, some milliseconds
/// as a rule and five seconds at most.
/// </remarks>
public sealed class AudioDevices : IDisposable
{
    private static readonly Action<Action> Pool = static work => ThreadPool.UnsafeQueueUserWorkItem(static work => work(), work, preferLocal: false);

    private readonly IAudioSystem _system;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<Action> _run;
    private readonly Lock _gate = new();
    private readonly List<(IDisposable Device, Action Look)> _open = [];
    private bool _disposed;

    internal AudioDevices(IAudioSystem system, TimeProvider time, ILogger logger, Action<Action>? run = null)
    {
        _system = system;
        _time = time;
        _logger = logger;
        _run = run ?? Pool;
        system.Changed = OnChanged;
    }

    /// <summary>What plays and records here, such as "PulseAudio 16.1", for people.</summary>
    public string SoundSystem => _system.Name;

    /// <summary>Raised on the thread pool when a device may have come or gone, or when another is the default.</summary>
    public event EventHandler? Changed;

    /// <summary>Meets the system's sound.</summary>
    /// <param name="options">How. Default: as <see cref="AudioDevicesOptions"/> says.</param>
    /// <exception cref="AudioDeviceException">The library is missing or no sound server answers; the message says what to install or to start.</exception>
    /// <exception cref="ArgumentException"><see cref="AudioDevicesOptions.Server"/> is empty.</exception>
    public static AudioDevices Open(AudioDevicesOptions? options = null)
    {
        options ??= new();
        options.Validate();
        ILogger logger = GuardedLogger.Create(options.LoggerFactory, typeof(AudioDevices).Namespace!);
        return new AudioDevices(AudioSystems.Open(options, logger), TimeProvider.System, logger);
    }

    /// <summary>The devices that are there now: microphones first, each kind with its default first.</summary>
    /// <exception cref="AudioDeviceException">The sound server does not answer.</exception>
    public IReadOnlyList<AudioDevice> List()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return [.. _system.List().Where(device => !device.IsMonitor).OrderBy(device => device.Kind).ThenBy(device => !device.IsDefault)];
    }

    /// <summary>Opens a microphone. The caller disposes it, or this.</summary>
    /// <param name="options">Which, and how. Default: the system's default, followed.</param>
    /// <exception cref="AudioDeviceException">It is not there or cannot be opened.</exception>
    /// <exception cref="ArgumentException">An option cannot be used.</exception>
    public Microphone OpenMicrophone(AudioDeviceOptions? options = null)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Microphone? microphone = null;
        microphone = new Microphone(_system, options ?? new(), _time, _logger, _run, () => Forget(microphone));
        return Remember(microphone, microphone.Look);
    }

    /// <summary>Opens a loudspeaker. The caller disposes it, or this.</summary>
    /// <param name="options">Which, and how. Default: the system's default, followed.</param>
    /// <exception cref="AudioDeviceException">It is not there or cannot be opened.</exception>
    /// <exception cref="ArgumentException">An option cannot be used.</exception>
    public Loudspeaker OpenLoudspeaker(AudioDeviceOptions? options = null)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        Loudspeaker? loudspeaker = null;
        loudspeaker = new Loudspeaker(_system, options ?? new(), _time, _logger, _run, () => Forget(loudspeaker));
        return Remember(loudspeaker, loudspeaker.Look);
    }

    /// <summary>Opens a microphone and a loudspeaker that know of each other: the loudspeaker's sound is taken out of the microphone's. The caller disposes them, or this.</summary>
    /// <param name="options">Which, and how. Default: the system's defaults, followed, and the echo cancelled.</param>
    /// <exception cref="AudioDeviceException">One of them is not there or cannot be opened; then neither is.</exception>
    /// <exception cref="ArgumentException">An option cannot be used.</exception>
    public AudioDuplex OpenDuplex(AudioDuplexOptions? options = null)
    {
        options ??= new();
        IEchoCanceller? canceller = (options.EchoCancellation ?? new()).Create();
        Loudspeaker loudspeaker = OpenLoudspeaker(options.Loudspeaker);
        try
        {
            return new AudioDuplex(OpenMicrophone(options.Microphone), loudspeaker, canceller, _logger);
        }
        catch
        {
            loudspeaker.Dispose();
            throw;
        }
    }

    /// <summary>Closes what is open, and leaves the sound system.</summary>
    public void Dispose()
    {
        IDisposable[] open;
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            open = [.. _open.Select(device => device.Device)];
        }

        foreach (IDisposable device in open)
            device.Dispose();
        _system.Dispose();
    }

    private T Remember<T>(T device, Action look)
        where T : IDisposable
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _open.Add((device, look));
                return device;
            }
        }

        device.Dispose();
        throw new ObjectDisposedException(typeof(AudioDevices).FullName);
    }

    private void Forget(IDisposable? device)
    {
        lock (_gate)
            _open.RemoveAll(open => open.Device == device);
    }

    // On the sound system's own thread.
    private void OnChanged()
    {
        Action[] looks;
        lock (_gate)
            looks = [.. _open.Select(device => device.Look)];
        foreach (Action look in looks)
            look();

        if (Changed is not null)
            _run(RaiseChanged);
    }

    private void RaiseChanged()
    {
        try
        {
            Changed?.Invoke(this, EventArgs.Empty);
        }
#pragma warning disable CA1031 // Whatever a user's handler throws must not end the process.
        catch (Exception e)
#pragma warning restore CA1031
        {
            DevicesLog.HandlerFailed(_logger, AudioDeviceKind.Loudspeaker, e);
        }
    }
}
