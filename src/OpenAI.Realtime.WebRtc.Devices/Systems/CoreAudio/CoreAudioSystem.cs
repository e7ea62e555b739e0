using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>macOS' sound: CoreAudio for the devices, audio queues for their sound, both part of every macOS. Compiled on every system, and never run by this project's tests.</summary>
internal sealed unsafe class CoreAudioSystem : IAudioSystem
{
    private static readonly uint[] Watched = [CoreAudioNative.Devices, CoreAudioNative.DefaultInput, CoreAudioNative.DefaultOutput];

    private readonly GCHandle _self;

    public CoreAudioSystem()
    {
        _self = GCHandle.Alloc(this);
        foreach (uint selector in Watched)
        {
            var address = new CoreAudioNative.PropertyAddress(selector, CoreAudioNative.ScopeGlobal);
            _ = CoreAudioNative.AudioObjectAddPropertyListener(CoreAudioNative.SystemObject, &address, &OnChanged, GCHandle.ToIntPtr(_self));
        }
    }

    public string Name => "CoreAudio";

    public Action? Changed { get; set; }

    public IReadOnlyList<AudioDevice> List()
    {
        uint input = CoreAudioNative.Get<uint>(CoreAudioNative.SystemObject, CoreAudioNative.DefaultInput, CoreAudioNative.ScopeGlobal);
        uint output = CoreAudioNative.Get<uint>(CoreAudioNative.SystemObject, CoreAudioNative.DefaultOutput, CoreAudioNative.ScopeGlobal);
        List<AudioDevice> devices = [];
        foreach (uint device in CoreAudioNative.GetList<uint>(CoreAudioNative.SystemObject, CoreAudioNative.Devices, CoreAudioNative.ScopeGlobal))
        {
            if (Describe(device, AudioDeviceKind.Microphone, device == input) is { } microphone)
                devices.Add(microphone);
            if (Describe(device, AudioDeviceKind.Loudspeaker, device == output) is { } loudspeaker)
                devices.Add(loudspeaker);
        }

        return devices;
    }

    public IDeviceStream OpenCapture(AudioDevice device, TimeSpan period, ICaptureClient client) => new CoreAudioStream(device, LatencyOf(device), period, client, null);

    public IDeviceStream OpenPlayback(AudioDevice device, TimeSpan period, IPlaybackClient client) => new CoreAudioStream(device, LatencyOf(device), period, null, client);

    public void Dispose()
    {
        foreach (uint selector in Watched)
        {
            var address = new CoreAudioNative.PropertyAddress(selector, CoreAudioNative.ScopeGlobal);
            _ = CoreAudioNative.AudioObjectRemovePropertyListener(CoreAudioNative.SystemObject, &address, &OnChanged, GCHandle.ToIntPtr(_self));
        }

        // The handle is left: a notice may be under way on the system's thread, and nothing says when it is over.
    }

    private static AudioDevice? Describe(uint device, AudioDeviceKind kind, bool isDefault)
    {
        int channels = Channels(device, Scope(kind));
        if (channels == 0 || CoreAudioNative.GetString(device, CoreAudioNative.Uid) is not { } id)
            return null;
        return new AudioDevice
        {
            Kind = kind,
            Id = id,
            Name = CoreAudioNative.GetString(device, CoreAudioNative.ObjectName) ?? id,
            IsDefault = isDefault,
            Channels = channels,
            SampleRate = (int)CoreAudioNative.Get<double>(device, CoreAudioNative.NominalRate, CoreAudioNative.ScopeGlobal),
            SampleRates =
            [
                .. CoreAudioNative.GetList<CoreAudioNative.ValueRange>(device, CoreAudioNative.AvailableRates, CoreAudioNative.ScopeGlobal).Select(range => (int)range.Maximum).Distinct(),
            ],
        };
    }

    // AudioBufferList: a number of buffers, then for each its channels, its size and its data.
    private static int Channels(uint device, uint scope)
    {
        byte[] list = CoreAudioNative.GetList<byte>(device, CoreAudioNative.StreamConfiguration, scope);
        int channels = 0;
        if (list.Length < sizeof(uint))
            return 0;
        int buffers = (int)BitConverter.ToUInt32(list);
        for (int i = 0, at = sizeof(nint); i < buffers && at + sizeof(uint) <= list.Length; i++, at += (2 * sizeof(uint)) + sizeof(nint))
            channels += (int)BitConverter.ToUInt32(list, at);
        return channels;
    }

    private static TimeSpan LatencyOf(AudioDevice device)
    {
        uint[] devices = CoreAudioNative.GetList<uint>(CoreAudioNative.SystemObject, CoreAudioNative.Devices, CoreAudioNative.ScopeGlobal);
        uint found = devices.FirstOrDefault(one => CoreAudioNative.GetString(one, CoreAudioNative.Uid) == device.Id);
        uint scope = Scope(device.Kind);
        if (found == 0 || device.SampleRate <= 0)
            return TimeSpan.Zero;
        uint frames = CoreAudioNative.Get<uint>(found, CoreAudioNative.DeviceLatency, scope) + CoreAudioNative.Get<uint>(found, CoreAudioNative.SafetyOffset, scope)
            + CoreAudioNative.Get<uint>(found, CoreAudioNative.BufferFrames, CoreAudioNative.ScopeGlobal);
        return TimeSpan.FromSeconds((double)frames / device.SampleRate);
    }

    private static uint Scope(AudioDeviceKind kind) => kind == AudioDeviceKind.Microphone ? CoreAudioNative.ScopeInput : CoreAudioNative.ScopeOutput;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnChanged(uint item, uint count, CoreAudioNative.PropertyAddress* addresses, nint self)
    {
        ((CoreAudioSystem)GCHandle.FromIntPtr(self).Target!).Changed?.Invoke();
        return 0;
    }
}
