namespace OpenAI.Realtime.WebRtc.Packages.Tests.Support;

/// <summary>The console sample, published natively by the first test that asks, with every warning of the trim and AOT analysis an error.</summary>
public sealed class NativeProgram : IDisposable
{
    private const string Project = "samples/ConsoleVoiceChat";

    private readonly string _folder = Directory.CreateTempSubdirectory("native-").FullName;
    private readonly Published _published;
    private readonly Lazy<Task<Command>> _publish;

    public NativeProgram(Published published)
    {
        _published = published;
        _publish = new(() => published.DotnetAsync(Project, _folder, "-p:PublishAot=true", "-p:TrimmerSingleWarn=false"));
    }

    /// <summary>The reason to skip where there is nothing to link with; null in CI, where that is a failure.</summary>
    public static string? Skip =>
        (File.Exists("/usr/bin/clang") && File.Exists("/usr/include/zlib.h")) || Environment.GetEnvironmentVariable("CI") == "true"
            ? null
            : "A native publish links with clang and zlib, which are not here; on Debian: apt-get install clang zlib1g-dev";

    public string Path => System.IO.Path.Combine(_folder, "ConsoleVoiceChat");

    /// <summary>What the compiler to native code was told, an argument a line.</summary>
    public string[] CompilerArguments => File.ReadAllLines(_published.Intermediate("ConsoleVoiceChat.ilc.rsp"));

    /// <summary>Publishes it, once.</summary>
    internal Task<Command> PublishAsync() => _publish.Value;

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

/// <summary>A test of the natively published program.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NativeFactAttribute : FactAttribute
{
    public NativeFactAttribute() => Skip = NativeProgram.Skip;
}

/// <summary>A test that needs libopus as well.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NativeLibOpusFactAttribute : FactAttribute
{
    public NativeLibOpusFactAttribute() => Skip = NativeProgram.Skip ?? WithoutLibOpus();

    private static string? WithoutLibOpus() =>
        Media.OpusCodecs.Auto is Media.LibOpusCodecFactory || Environment.GetEnvironmentVariable("CI") == "true"
            ? null
            : "libopus is not here; on Debian: apt-get install libopus0";
}
