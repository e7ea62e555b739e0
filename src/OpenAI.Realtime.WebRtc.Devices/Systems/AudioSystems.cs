using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>Which sound system runs here.</summary>
internal static class AudioSystems
{
    /// <exception cref="AudioDeviceException">There is none, or its library is missing.</exception>
    public static IAudioSystem Open(AudioDevicesOptions options, ILogger logger)
    {
        if (OperatingSystem.IsWindows())
            return new WasapiSystem();
        if (OperatingSystem.IsMacOS())
            return new CoreAudioSystem();
        if (OperatingSystem.IsLinux() || OperatingSystem.IsFreeBSD())
            return new PulseSystem(options.Server, options.ApplicationName, logger);
        throw new AudioDeviceException(AudioDeviceProblem.NoSoundSystem, "There is sound on Linux, macOS and Windows only. Elsewhere implement IAudioSource and IAudioSink.");
    }
}
