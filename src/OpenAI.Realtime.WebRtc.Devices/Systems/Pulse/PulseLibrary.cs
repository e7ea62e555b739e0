using System.Reflection;
using System.Runtime.InteropServices;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>Finds libpulse, the client library of PulseAudio, which PipeWire's server speaks to as well. Loaded once a process, under the name that the ordinary package has.</summary>
internal static class PulseLibrary
{
    /// <summary>The library's name in our <c>LibraryImport</c>s.</summary>
    public const string ImportName = "pulse";

    private static readonly string[] Names = ["libpulse.so.0", "libpulse.so"];
    private static readonly Lock Gate = new();
    private static nint _handle;

    /// <summary>Loads it unless it is loaded.</summary>
    /// <exception cref="AudioDeviceException">It is nowhere; the message says which package has it.</exception>
    public static void Load()
    {
        lock (Gate)
        {
            if (_handle != 0)
                return;
            _handle = Find(static name => NativeLibrary.TryLoad(name, out nint handle) ? handle : 0);
            NativeLibrary.SetDllImportResolver(typeof(PulseLibrary).Assembly, static (name, _, _) => name == ImportName ? _handle : 0);
        }
    }

    /// <summary>The library.</summary>
    /// <param name="load">Loads a file; 0 when it cannot.</param>
    /// <exception cref="AudioDeviceException">There is none.</exception>
    internal static nint Find(Func<string, nint> load)
    {
        foreach (string name in Names)
        {
            if (load(name) is var handle && handle != 0)
                return handle;
        }

        throw new AudioDeviceException(AudioDeviceProblem.NoSoundSystem,
            "The client library of the sound server (libpulse) was not found. Install it: Debian and Ubuntu: apt-get install libpulse0. Fedora: dnf install pulseaudio-libs. Alpine: apk add libpulse. "
            + $"Arch: pacman -S libpulse. openSUSE: zypper install libpulse0. It serves PipeWire and PulseAudio alike. Tried: {string.Join(", ", Names)}.");
    }
}
