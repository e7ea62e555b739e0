using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using NAudio.CoreAudioApi;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>Windows' sound: WASAPI in shared mode, through NAudio. Compiled on every system, and never run by this project's tests.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WasapiSystem : IAudioSystem
{
    private readonly MMDeviceEnumerator _devices = new();
    private readonly MMDeviceNotificationClient _notices;

    public WasapiSystem()
    {
        _notices = _devices.CreateNotificationClient(false);
        _notices.DeviceAdded += (_, _) => Changed?.Invoke();
        _notices.DeviceRemoved += (_, _) => Changed?.Invoke();
        _notices.DeviceStateChanged += (_, _) => Changed?.Invoke();
        _notices.DefaultDeviceChanged += (_, _) => Changed?.Invoke();
    }

    public string Name => "WASAPI";

    public Action? Changed { get; set; }

    public IReadOnlyList<AudioDevice> List()
    {
        try
        {
            return [.. List(DataFlow.Capture), .. List(DataFlow.Render)];
        }
        catch (COMException e)
        {
            throw new AudioDeviceException(AudioDeviceProblem.NoServer, $"Windows' audio service does not answer: {e.Message}", e);
        }
    }

    public IDeviceStream OpenCapture(AudioDevice device, TimeSpan period, ICaptureClient client) =>
        Open(device, () => new WasapiCaptureStream(_devices.GetDevice(device.Id), period, client));

    public IDeviceStream OpenPlayback(AudioDevice device, TimeSpan period, IPlaybackClient client) =>
        Open(device, () => new WasapiPlaybackStream(_devices.GetDevice(device.Id), period, client));

    public void Dispose()
    {
        _notices.Dispose();
        _devices.Dispose();
    }

    private static IDeviceStream Open(AudioDevice device, Func<IDeviceStream> open)
    {
        try
        {
            return open();
        }
        catch (Exception e) when (e is COMException or InvalidOperationException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new AudioDeviceException(AudioDeviceProblem.Refused,
                $"Windows does not open {device.Name}: {e.Message} Another program may have it for itself, or the privacy settings forbid programs the microphone.", e)
            { Kind = device.Kind };
        }
    }

    private List<AudioDevice> List(DataFlow flow)
    {
        string? standard = null;
        if (_devices.TryGetDefaultAudioEndpoint(flow, Role.Communications, out MMDevice? first) && first is not null)
        {
            using (first)
                standard = first.ID;
        }

        List<AudioDevice> devices = [];
        using MMDeviceCollection there = _devices.EnumerateAudioEndPoints(flow, DeviceState.Active);
        for (int i = 0; i < there.Count; i++)
        {
            using MMDevice device = there[i];
            (int channels, int rate) = Shape(device);
            devices.Add(new AudioDevice
            {
                Kind = flow == DataFlow.Capture ? AudioDeviceKind.Microphone : AudioDeviceKind.Loudspeaker,
                Id = device.ID,
                Name = device.FriendlyName,
                IsDefault = device.ID == standard,
                Channels = channels,
                SampleRate = rate,
                SampleRates = [rate],
            });
        }

        return devices;
    }

    private static (int Channels, int Rate) Shape(MMDevice device)
    {
        try
        {
            using AudioClient client = device.CreateAudioClient();
            return (client.MixFormat.Channels, client.MixFormat.SampleRate);
        }
        catch (COMException)        // in exclusive use, or going away
        {
            return (0, 0);
        }
    }
}
