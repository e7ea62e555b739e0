namespace OpenAI.Realtime.WebRtc.Devices.Tests.Support;

/// <summary>A test with a real PulseAudio: where it is missing the test is skipped, and fails in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PulseFactAttribute : FactAttribute
{
    public PulseFactAttribute()
    {
        if (!File.Exists(PulseServer.Path) && Environment.GetEnvironmentVariable("CI") != "true")
            Skip = $"{PulseServer.Path} is not here; on Debian: apt-get install pulseaudio pulseaudio-utils";
    }
}
