using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>An audio queue from or to one device, which macOS converts from and to 48 kHz mono. It runs on the queue's own thread. That its device is gone is seen in the list of devices.</summary>
internal sealed unsafe class CoreAudioStream : IDeviceStream
{
    private const int Buffers = 3;      // one that is filled or played, one that waits, one on its way

    private readonly ICaptureClient? _capture;
    private readonly IPlaybackClient? _playback;
    private readonly GCHandle _self;
    private readonly nint _queue;
    private volatile bool _isDisposed;

    /// <summary>Opens one; one of the clients is set.</summary>
    /// <exception cref="AudioDeviceException">It cannot be opened.</exception>
    public CoreAudioStream(AudioDevice device, TimeSpan latency, TimeSpan period, ICaptureClient? capture, IPlaybackClient? playback)
    {
        _capture = capture;
        _playback = playback;
        Latency = latency + (capture is null ? (Buffers - 1) * period : TimeSpan.Zero);
        _self = GCHandle.Alloc(this);
        nint self = GCHandle.ToIntPtr(_self);
        CoreAudioNative.StreamDescription format = CoreAudioNative.Format;
        int status = capture is null
            ? CoreAudioNative.AudioQueueNewOutput(&format, &OnWanted, self, 0, 0, 0, out _queue)
            : CoreAudioNative.AudioQueueNewInput(&format, &OnCaptured, self, 0, 0, 0, out _queue);
        if (status == 0)
            status = Begin(device.Id, (uint)(period.TotalSeconds * ClockBridge.SampleRate) * sizeof(short));
        if (status == 0)
            return;
        Dispose();
        throw new AudioDeviceException(AudioDeviceProblem.Refused, $"macOS does not open {device.Name} (status {status})."
            + (capture is null ? "" : " In the system's settings, Privacy & Security, Microphone, the terminal has to be allowed it."))
        { Kind = device.Kind };
    }

    public TimeSpan Latency { get; }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        if (_queue != 0)
            _ = CoreAudioNative.AudioQueueDispose(_queue, 1);       // waits for a callback that is under way
        _self.Free();
    }

    private int Begin(string uid, uint bytes)
    {
        nint id = CoreAudioNative.CFStringCreateWithCString(0, uid, CoreAudioNative.EncodingUtf8);
        int status = CoreAudioNative.AudioQueueSetProperty(_queue, CoreAudioNative.QueueCurrentDevice, &id, (uint)sizeof(nint));
        CoreAudioNative.CFRelease(id);
        for (int i = 0; i < Buffers && status == 0; i++)
        {
            status = CoreAudioNative.AudioQueueAllocateBuffer(_queue, bytes, out CoreAudioNative.QueueBuffer* buffer);
            if (status != 0)
                break;
            if (_playback is not null)
            {
                new Span<byte>(buffer->Data, (int)bytes).Clear();
                buffer->Length = bytes;
            }

            status = CoreAudioNative.AudioQueueEnqueueBuffer(_queue, buffer, 0, null);
        }

        return status == 0 ? CoreAudioNative.AudioQueueStart(_queue, null) : status;
    }

    private static CoreAudioStream Of(nint self) => (CoreAudioStream)GCHandle.FromIntPtr(self).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnCaptured(nint self, nint queue, CoreAudioNative.QueueBuffer* buffer, void* startTime, uint packets, void* descriptions)
    {
        CoreAudioStream of = Of(self);
        if (of._isDisposed)
            return;
        of._capture!.OnCaptured(new ReadOnlySpan<short>(buffer->Data, (int)buffer->Length / sizeof(short)));
        _ = CoreAudioNative.AudioQueueEnqueueBuffer(queue, buffer, 0, null);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnWanted(nint self, nint queue, CoreAudioNative.QueueBuffer* buffer)
    {
        CoreAudioStream of = Of(self);
        if (of._isDisposed)
            return;
        of._playback!.OnWanted(new Span<short>(buffer->Data, (int)buffer->Capacity / sizeof(short)));
        buffer->Length = buffer->Capacity / sizeof(short) * sizeof(short);
        _ = CoreAudioNative.AudioQueueEnqueueBuffer(queue, buffer, 0, null);
    }
}
