using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>How the program meets the system's sound.</summary>
public sealed class AudioDevicesOptions
{
    /// <summary>What the system's mixer calls the program. Default: "OpenAI.Realtime.WebRtc".</summary>
    public string ApplicationName { get; set; } = "OpenAI.Realtime.WebRtc";

    /// <summary>The address of the sound server, as PULSE_SERVER has it, such as "unix:/run/user/1000/pulse/native" or "tcp:host:4713". Linux only. Default: null, the user's own.</summary>
    public string? Server { get; set; }

    /// <summary>Where devices that come and go are logged. Default: null, nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    internal void Validate()
    {
        if (Server is not null && string.IsNullOrWhiteSpace(Server))
            throw new ArgumentException("Name a sound server, or leave Server null for the user's own.", nameof(Server));
    }
}
