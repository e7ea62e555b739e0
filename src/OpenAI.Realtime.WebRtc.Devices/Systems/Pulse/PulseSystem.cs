using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>
/// Linux' sound through libpulse: PulseAudio, or PipeWire's pipewire-pulse. The library's own thread, one for all devices, runs every callback. A connection that fails is replaced by the next question.
/// </summary>
internal sealed class PulseSystem : IAudioSystem
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly string _application;
    private readonly string? _server;
    private readonly nint _mainloop;
    private readonly HashSet<PulseStream> _streams = [];
    private PulseContext? _context;
    private bool _disposed;

    /// <exception cref="AudioDeviceException">libpulse is missing, or no server answers.</exception>
    public PulseSystem(string? server, string application, ILogger logger)
    {
        PulseLibrary.Load();
        _application = application;
        _server = server;
        _mainloop = PulseNative.pa_threaded_mainloop_new();
        if (_mainloop == 0 || PulseNative.pa_threaded_mainloop_start(_mainloop) < 0)
            throw new AudioDeviceException(AudioDeviceProblem.NoSoundSystem, "libpulse could not start its thread.");
        try
        {
            Name = Ask().Server;
        }
        catch
        {
            Dispose();
            throw;
        }

        DevicesLog.Connected(logger, Name);
    }

    public string Name { get; } = "PulseAudio";

    public Action? Changed { get; set; }

    /// <summary>The library's lock; not on its own thread.</summary>
    public static Held Hold(nint mainloop) => new(mainloop);

    public IReadOnlyList<AudioDevice> List() => Ask().Devices();

    public IDeviceStream OpenCapture(AudioDevice device, TimeSpan period, ICaptureClient client)
    {
        lock (_gate)
            return Remember(new PulseStream(this, _mainloop, Connected(), device, period, client, null));
    }

    public IDeviceStream OpenPlayback(AudioDevice device, TimeSpan period, IPlaybackClient client)
    {
        lock (_gate)
            return Remember(new PulseStream(this, _mainloop, Connected(), device, period, null, client));
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
                return;
            _disposed = true;
            foreach (PulseStream stream in _streams)
                stream.CloseNow();
            _streams.Clear();
            _context?.Dispose();
        }

        PulseNative.pa_threaded_mainloop_stop(_mainloop);
        PulseNative.pa_threaded_mainloop_free(_mainloop);
    }

    /// <summary>Closes a stream, unless this was disposed, which has closed it.</summary>
    internal void Close(PulseStream stream)
    {
        lock (_gate)
        {
            if (_streams.Remove(stream))
                stream.CloseNow();
        }
    }

    private PulseStream Remember(PulseStream stream)
    {
        _streams.Add(stream);
        return stream;
    }

    private PulseQuery Ask()
    {
        lock (_gate)
        {
            PulseContext context = Connected();
            using var query = new PulseQuery();
            GCHandle self = GCHandle.Alloc(query);
            nint[] questions;
            using (Hold(_mainloop))
                questions = PulseQuery.Ask(context.Handle, GCHandle.ToIntPtr(self));
            bool answered = WaitFor(query.Wait, context);
            using (Hold(_mainloop))
            {
                foreach (nint question in questions.Where(question => question != 0))
                {
                    PulseNative.pa_operation_cancel(question);      // nothing where it was answered
                    PulseNative.pa_operation_unref(question);
                }
            }

            self.Free();
            return answered ? query : throw NoServer(context.HasFailed ? context.Error : "it does not answer");
        }
    }

    private PulseContext Connected()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_context is { HasFailed: false })
            return _context;
        _context?.Dispose();
        _context = null;
        var context = new PulseContext(_mainloop, _application, _server, () => Changed?.Invoke());
        if (WaitFor(context.WaitUntilReady, context))
            return _context = context;
        string why = context.HasFailed ? context.Error : "it does not answer";
        context.Dispose();
        throw NoServer(why);
    }

    // Whatever is waited for does not come any more once the connection has failed.
    private static bool WaitFor(Func<TimeSpan, bool> wait, PulseContext context)
    {
        TimeSpan step = TimeSpan.FromMilliseconds(100);
        for (TimeSpan waited = TimeSpan.Zero; waited < Patience && !context.HasFailed; waited += step)
        {
            if (wait(step))
                return true;
        }

        return false;
    }

    private AudioDeviceException NoServer(string why) => new(AudioDeviceProblem.NoServer,
        $"No sound server answers{(_server is null ? "" : $" at {_server}")} ({why}). A desktop runs one; elsewhere start PipeWire with pipewire-pulse, or PulseAudio: apt-get install pipewire-pulse, then log in anew, or "
        + "apt-get install pulseaudio, then pulseaudio --start. In a container hand the host's server in, with PULSE_SERVER or AudioDevicesOptions.Server.");

    /// <summary>Gives the lock back.</summary>
    internal readonly ref struct Held
    {
        private readonly nint _mainloop;

        public Held(nint mainloop)
        {
            _mainloop = mainloop;
            PulseNative.pa_threaded_mainloop_lock(mainloop);
        }

        public void Dispose() => PulseNative.pa_threaded_mainloop_unlock(_mainloop);
    }
}
