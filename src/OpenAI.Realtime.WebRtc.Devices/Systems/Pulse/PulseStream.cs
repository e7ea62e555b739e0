using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>A stream from or to one device of the sound server. It stays with its device: the server is asked not to move it, because where it goes is decided above.</summary>
/// <remarks>
/// Samples are read from and written into the memory that the library shares with the server; nothing is allocated. A loudspeaker's buffer is two periods long, of which the server asks for one at a time,
/// and silence is written where there is nothing else. When it runs empty all the same, because the machine is busy, it grows by a period for every second time, up to ten.
/// </remarks>
internal sealed unsafe class PulseStream : IDeviceStream
{
    private const int MaxPeriods = 10;      // 100 ms as a rule

    private readonly PulseSystem _system;
    private readonly nint _mainloop;
    private readonly ICaptureClient? _capture;
    private readonly IPlaybackClient? _playback;
    private readonly ManualResetEventSlim _settled = new();
    private readonly GCHandle _self;
    private PulseBufferAttributes _attributes;
    private int _underflows;
    private nint _stream;
    private long _latency;          // microseconds
    private volatile bool _isReady;

    /// <summary>Opens one; returns when samples flow. One of the clients is set.</summary>
    /// <exception cref="AudioDeviceException">It cannot be opened.</exception>
    public PulseStream(PulseSystem system, nint mainloop, PulseContext context, AudioDevice device, TimeSpan period, ICaptureClient? capture, IPlaybackClient? playback)
    {
        _system = system;
        _mainloop = mainloop;
        _capture = capture;
        _playback = playback;
        _self = GCHandle.Alloc(this);
        uint bytes = (uint)(period.TotalSeconds * ClockBridge.SampleRate) * sizeof(short);
        _attributes = new PulseBufferAttributes
        {
            MaxLength = PulseNative.Default,
            TargetLength = 2 * bytes,
            PreBuffering = 0,           // play at once, and go on through an underrun
            MinimumRequest = bytes,
            FragmentSize = bytes,
        };
        var spec = new PulseSampleSpec { Format = BitConverter.IsLittleEndian ? PulseNative.SampleS16LE : PulseNative.SampleS16BE, Rate = ClockBridge.SampleRate, Channels = 1 };
        const int Flags = PulseNative.StreamInterpolateTiming | PulseNative.StreamAutoTimingUpdate | PulseNative.StreamAdjustLatency | PulseNative.StreamDontMove;
        nint self = GCHandle.ToIntPtr(_self);
        PulseBufferAttributes attributes = _attributes;
        int connected;
        using (PulseSystem.Hold(mainloop))
        {
            _stream = PulseNative.pa_stream_new(context.Handle, capture is null ? "voice of the assistant" : "voice of the user", &spec, 0);
            if (_stream == 0)
            {
                connected = -1;
            }
            else
            {
                PulseNative.pa_stream_set_state_callback(_stream, &OnState, self);
                if (capture is null)
                {
                    PulseNative.pa_stream_set_write_callback(_stream, &OnWrite, self);
                    PulseNative.pa_stream_set_underflow_callback(_stream, &OnUnderflow, self);
                    connected = PulseNative.pa_stream_connect_playback(_stream, device.Id, &attributes, Flags, 0, 0);
                }
                else
                {
                    PulseNative.pa_stream_set_read_callback(_stream, &OnRead, self);
                    PulseNative.pa_stream_set_overflow_callback(_stream, &OnOverflow, self);
                    connected = PulseNative.pa_stream_connect_record(_stream, device.Id, &attributes, Flags);
                }
            }
        }

        if (connected >= 0 && _settled.Wait(PulseSystem.Patience) && _isReady)
            return;
        string why = context.HasFailed ? context.Error : PulseNative.Error(PulseNative.pa_context_errno(context.Handle));
        CloseNow();
        throw new AudioDeviceException(AudioDeviceProblem.Refused, $"The sound server does not open {device.Name}: {why}.") { Kind = device.Kind };
    }

    public TimeSpan Latency => TimeSpan.FromMicroseconds(Volatile.Read(ref _latency));

    public void Dispose() => _system.Close(this);

    /// <summary>Closes it; once, and while the library's thread runs.</summary>
    internal void CloseNow()
    {
        using (PulseSystem.Hold(_mainloop))
        {
            if (_stream != 0)
            {
                PulseNative.pa_stream_set_state_callback(_stream, null, 0);
                PulseNative.pa_stream_set_read_callback(_stream, null, 0);
                PulseNative.pa_stream_set_write_callback(_stream, null, 0);
                PulseNative.pa_stream_set_underflow_callback(_stream, null, 0);
                PulseNative.pa_stream_set_overflow_callback(_stream, null, 0);
                _ = PulseNative.pa_stream_disconnect(_stream);
                PulseNative.pa_stream_unref(_stream);
                _stream = 0;
            }
        }

        _self.Free();
        _settled.Dispose();
    }

    private void Measure(nint stream)
    {
        if (PulseNative.pa_stream_get_latency(stream, out ulong microseconds, out int isNegative) == 0)
            Volatile.Write(ref _latency, isNegative != 0 ? 0 : (long)microseconds);
    }

    private static PulseStream Of(nint self) => (PulseStream)GCHandle.FromIntPtr(self).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnState(nint stream, nint self)
    {
        PulseStream of = Of(self);
        switch (PulseNative.pa_stream_get_state(stream))
        {
            case PulseNative.StreamReady:
                of._isReady = true;
                of._settled.Set();
                break;
            case PulseNative.StreamFailed or PulseNative.StreamTerminated:
                bool wasReady = of._isReady;
                of._isReady = false;
                of._settled.Set();
                if (!wasReady)
                    break;
                const string Why = "the sound server has ended the stream";
                of._capture?.OnFailed(Why);
                of._playback?.OnFailed(Why);
                break;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnRead(nint stream, nuint available, nint self)
    {
        PulseStream of = Of(self);
        of.Measure(stream);
        while (PulseNative.pa_stream_peek(stream, out void* data, out nuint bytes) == 0 && bytes > 0)
        {
            if (data is not null)
                of._capture!.OnCaptured(new ReadOnlySpan<short>(data, (int)bytes / sizeof(short)));
            else
                of._capture!.OnOverrun();       // a hole
            _ = PulseNative.pa_stream_drop(stream);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnWrite(nint stream, nuint wanted, nint self)
    {
        PulseStream of = Of(self);
        of.Measure(stream);
        while (wanted >= sizeof(short))
        {
            nuint bytes = wanted;
            if (PulseNative.pa_stream_begin_write(stream, out void* data, ref bytes) < 0 || data is null)
                return;
            bytes = Math.Min(bytes, wanted) / sizeof(short) * sizeof(short);
            of._playback!.OnWanted(new Span<short>(data, (int)bytes / sizeof(short)));
            if (PulseNative.pa_stream_write(stream, data, bytes, 0, 0, PulseNative.SeekRelative) < 0)
                return;
            wanted -= bytes;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnUnderflow(nint stream, nint self)
    {
        PulseStream of = Of(self);
        of._playback!.OnUnderrun();
        if (++of._underflows % 2 != 0 || of._attributes.TargetLength >= MaxPeriods * of._attributes.MinimumRequest)
            return;
        of._attributes.TargetLength += of._attributes.MinimumRequest;
        PulseBufferAttributes attributes = of._attributes;
        nint asked = PulseNative.pa_stream_set_buffer_attr(stream, &attributes, 0, 0);
        if (asked != 0)
            PulseNative.pa_operation_unref(asked);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnOverflow(nint stream, nint self) => Of(self)._capture?.OnOverrun();
}
