using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>One connection to the sound server. When it has failed, another is made.</summary>
internal sealed unsafe class PulseContext : IDisposable
{
    private readonly nint _mainloop;
    private readonly Action _changed;
    private readonly ManualResetEventSlim _settled = new();
    private readonly GCHandle _self;
    private nint _context;
    private volatile int _state;
    private volatile string? _error;

    /// <summary>Begins to connect.</summary>
    /// <exception cref="AudioDeviceException">It cannot even be tried.</exception>
    public PulseContext(nint mainloop, string application, string? server, Action changed)
    {
        _mainloop = mainloop;
        _changed = changed;
        _self = GCHandle.Alloc(this);
        using (PulseSystem.Hold(mainloop))
        {
            _context = PulseNative.pa_context_new(PulseNative.pa_threaded_mainloop_get_api(mainloop), application);
            PulseNative.pa_context_set_state_callback(_context, &OnState, GCHandle.ToIntPtr(_self));
            PulseNative.pa_context_set_subscribe_callback(_context, &OnEvent, GCHandle.ToIntPtr(_self));
            if (PulseNative.pa_context_connect(_context, server, 0, 0) < 0)
                Fail();
        }
    }

    /// <summary>The library's own.</summary>
    public nint Handle => _context;

    /// <summary>Whether it is of no use any more.</summary>
    public bool HasFailed => _state is PulseNative.ContextFailed or PulseNative.ContextTerminated;

    /// <summary>What went wrong.</summary>
    public string Error => _error ?? "the connection was closed";

    /// <summary>Waits until it is connected.</summary>
    /// <returns>False when it is not.</returns>
    public bool WaitUntilReady(TimeSpan time) => _settled.Wait(time) && _state == PulseNative.ContextReady;

    public void Dispose()
    {
        using (PulseSystem.Hold(_mainloop))
        {
            if (_context == 0)
                return;
            PulseNative.pa_context_set_state_callback(_context, null, 0);
            PulseNative.pa_context_set_subscribe_callback(_context, null, 0);
            PulseNative.pa_context_disconnect(_context);
            PulseNative.pa_context_unref(_context);
            _context = 0;
        }

        _self.Free();
        _settled.Dispose();
    }

    private void Fail()
    {
        _error ??= PulseNative.Error(PulseNative.pa_context_errno(_context));
        _state = PulseNative.ContextFailed;
        _settled.Set();
    }

    private static PulseContext Of(nint self) => (PulseContext)GCHandle.FromIntPtr(self).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnState(nint context, nint self)
    {
        PulseContext of = Of(self);
        int state = PulseNative.pa_context_get_state(context);
        switch (state)
        {
            case PulseNative.ContextReady:
                of._state = state;
                nint asked = PulseNative.pa_context_subscribe(context, PulseNative.MaskSink | PulseNative.MaskSource | PulseNative.MaskServer, 0, 0);
                if (asked != 0)
                    PulseNative.pa_operation_unref(asked);
                of._settled.Set();
                break;
            case PulseNative.ContextFailed or PulseNative.ContextTerminated:
                bool wasReady = of._state == PulseNative.ContextReady;
                of.Fail();
                if (wasReady)
                    of._changed();
                break;
        }
    }

    // A sink or a source that merely changed, its volume say, is no news; the server that changed has another default.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnEvent(nint context, int kind, uint index, nint self)
    {
        bool isChange = (kind & PulseNative.EventType) == PulseNative.EventChange;
        bool isServer = (kind & PulseNative.EventFacility) == PulseNative.EventServer;
        if (isChange == isServer)
            Of(self)._changed();
    }
}
