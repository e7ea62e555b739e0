namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>Which of the devices that are there is meant.</summary>
internal static class DeviceChoice
{
    /// <summary>The device that is meant; null when it is not there.</summary>
    /// <param name="devices">Those that are there.</param>
    /// <param name="kind">Which kind.</param>
    /// <param name="wanted">Its id, name or part of the name; null for the default.</param>
    /// <param name="ambiguous">The devices that all have the name; null where that is not the reason.</param>
    public static AudioDevice? Find(IReadOnlyList<AudioDevice> devices, AudioDeviceKind kind, string? wanted, out IReadOnlyList<AudioDevice>? ambiguous)
    {
        ambiguous = null;
        if (wanted is not null && devices.FirstOrDefault(device => device.Kind == kind && device.Id == wanted) is { } byId)
            return byId;
        AudioDevice[] own = [.. devices.Where(device => device.Kind == kind && !device.IsMonitor)];
        if (wanted is null)
            return own.FirstOrDefault(device => device.IsDefault) ?? own.FirstOrDefault();
        foreach (Func<AudioDevice, bool> has in new Func<AudioDevice, bool>[]
                 {
                     device => device.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase),
                     device => device.Name.Contains(wanted, StringComparison.OrdinalIgnoreCase),
                 })
        {
            AudioDevice[] named = [.. own.Where(has)];
            if (named.Length == 1)
                return named[0];
            if (named.Length > 1)
            {
                ambiguous = named;
                return null;
            }
        }

        return null;
    }

    /// <summary>The device that is meant.</summary>
    /// <exception cref="AudioDeviceException">It is not there; the message says which are.</exception>
    public static AudioDevice FindOrThrow(IReadOnlyList<AudioDevice> devices, AudioDeviceKind kind, string? wanted)
    {
        if (Find(devices, kind, wanted, out IReadOnlyList<AudioDevice>? ambiguous) is { } found)
            return found;
        string what = kind == AudioDeviceKind.Microphone ? "microphone" : "loudspeaker";
        AudioDevice[] there = [.. devices.Where(device => device.Kind == kind && !device.IsMonitor)];
        if (there.Length == 0)
        {
            throw new AudioDeviceException(AudioDeviceProblem.NoDevice, $"There is no {what}: plug one in, or switch it on in the system's sound settings."
                + (OperatingSystem.IsLinux() ? $" `pactl list short {(kind == AudioDeviceKind.Microphone ? "sources" : "sinks")}` shows what the sound server has; in a container or over SSH there is often nothing." : ""))
            { Kind = kind };
        }

        string names = string.Join(", ", (ambiguous ?? there).Select(device => $"\"{device.Name}\" ({device.Id})"));
        throw new AudioDeviceException(AudioDeviceProblem.NotFound, ambiguous is null
            ? $"There is no {what} with the name \"{Shorten(wanted)}\". There are: {names}."
            : $"More than one {what} has the name \"{Shorten(wanted)}\": {names}. Give {(ambiguous.DistinctBy(device => device.Name).Count() == 1 ? "" : "more of it, or ")}the id.")
        { Kind = kind };
    }

    private static string? Shorten(string? name) => name is { Length: > 100 } ? $"{name[..100]}…" : name;
}
