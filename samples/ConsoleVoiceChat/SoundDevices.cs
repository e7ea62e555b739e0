using ConsoleVoiceChat.Display;
using OpenAI.Realtime.WebRtc.Devices;
using OpenAI.Realtime.WebRtc.Media;

namespace ConsoleVoiceChat;

/// <summary>The machine's own microphone and loudspeaker, where the command line names them, or names nothing and they are there.</summary>
internal sealed class SoundDevices : IDisposable
{
    private readonly AudioDevices? _devices;

    private SoundDevices(AudioDevices? devices, Microphone? microphone, Loudspeaker? loudspeaker)
    {
        _devices = devices;
        Microphone = microphone;
        Loudspeaker = loudspeaker;
    }

    /// <summary>Null: the voice comes from elsewhere.</summary>
    public Microphone? Microphone { get; }

    /// <summary>Null: the sound goes elsewhere.</summary>
    public Loudspeaker? Loudspeaker { get; }

    /// <summary>Opens what is asked for. Without --input the microphone, where there is one; without --output the loudspeaker, where the voice comes from a microphone.</summary>
    /// <exception cref="ChatException">What was asked for is not there.</exception>
    public static SoundDevices Open(Settings settings, IDisplay display)
    {
        bool mayBeMicrophone = settings.Input == Settings.Unsaid;
        if (!settings.InputIsDevice && !settings.OutputIsDevice && !mayBeMicrophone)
            return new SoundDevices(null, null, null);
        AudioDevices? devices = null;
        try
        {
            devices = AudioDevices.Open(new() { ApplicationName = "ConsoleVoiceChat" });
            bool hasMicrophone = settings.InputIsDevice || (mayBeMicrophone && devices.List().Any(device => device.Kind == AudioDeviceKind.Microphone));
            bool hasLoudspeaker = settings.OutputIsDevice
                || (hasMicrophone && settings.Output == Settings.Unsaid && devices.List().Any(device => device.Kind == AudioDeviceKind.Loudspeaker));
            var microphone = new AudioDeviceOptions { Device = settings.MicrophoneName };
            var loudspeaker = new AudioDeviceOptions { Device = settings.LoudspeakerName };
            if (!hasMicrophone && mayBeMicrophone)
                display.ShowNote("no microphone is here: a recorded question is asked");
            if (!hasMicrophone || !hasLoudspeaker)
            {
                return Watch(display, new SoundDevices(devices, hasMicrophone ? devices.OpenMicrophone(microphone) : null,
                    hasLoudspeaker ? devices.OpenLoudspeaker(loudspeaker) : null));
            }

            var echo = new EchoCancellationOptions { Mode = settings.CancelsEcho ? EchoCancellationMode.Cancel : EchoCancellationMode.Off };
            AudioDuplex both = devices.OpenDuplex(new() { Microphone = microphone, Loudspeaker = loudspeaker, EchoCancellation = echo });
            return Watch(display, new SoundDevices(devices, both.Microphone, both.Loudspeaker));
        }
        catch (AudioDeviceException e)
        {
            devices?.Dispose();
            if (settings.InputIsDevice || settings.OutputIsDevice)
            {
                bool isInput = e.Kind == AudioDeviceKind.Microphone || (e.Kind is null && settings.InputIsDevice);
                throw new ChatException(ExitCode.SoundDevice, "sound_device", $"{(isInput ? "--input" : "--output")}: {e.Message}", e);
            }

            display.ShowNote($"{(e.Kind is null ? "no sound system is here" : e.Message.TrimEnd('.'))}: a recorded question is asked");
            return new SoundDevices(null, null, null);
        }
    }

    /// <summary>--list-devices.</summary>
    /// <exception cref="ChatException">There is no sound here.</exception>
    public static void List(TextWriter to)
    {
        try
        {
            using AudioDevices devices = AudioDevices.Open(new() { ApplicationName = "ConsoleVoiceChat" });
            to.WriteLine(devices.SoundSystem);
            foreach (IGrouping<AudioDeviceKind, AudioDevice> kind in devices.List().GroupBy(device => device.Kind))
            {
                to.WriteLine(kind.Key == AudioDeviceKind.Microphone ? "microphones (--input):" : "loudspeakers (--output):");
                foreach (AudioDevice device in kind)
                    to.WriteLine($"  {(device.IsDefault ? '*' : ' ')} {Clean.OneLine(device.ToString())}  {Clean.OneLine(device.Id)}");
            }
        }
        catch (AudioDeviceException e)
        {
            throw new ChatException(ExitCode.SoundDevice, "sound_device", e.Message, e);
        }
    }

    public void Dispose() => _devices?.Dispose();

    private static SoundDevices Watch(IDisplay display, SoundDevices devices)
    {
        if (devices.Microphone is { } microphone)
        {
            display.ShowNote($"microphone: {microphone.Device.Name}");
            microphone.StateChanged += (_, change) => Show("microphone", change);
        }

        if (devices.Loudspeaker is { } loudspeaker)
        {
            display.ShowNote($"loudspeaker: {loudspeaker.Device.Name}");
            loudspeaker.StateChanged += (_, change) => Show("loudspeaker", change);
        }

        return devices;

        void Show(string what, AudioDeviceStateEventArgs change)
        {
            if (change.State == AudioDeviceState.Lost)
                display.ShowNote($"the {what} is gone ({change.Detail}); silence until it is back");
            else if (change.State == AudioDeviceState.Open)
                display.ShowNote($"{what}: {change.Device.Name}");
        }
    }
}
