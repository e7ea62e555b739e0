using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Media;

namespace ConsoleVoiceChat;

/// <summary>What the command line asks for.</summary>
internal sealed record Settings
{
    /// <summary>Standard input or output in place of a file.</summary>
    public const string Pipe = "-";

    /// <summary>--input silence.</summary>
    public const string Silence = "silence";

    /// <summary>No --input: the microphone, or where there is none the recording that the program brings along, inside itself. No --output: the loudspeaker beside a microphone, else a file.
    /// No file has an empty name.</summary>
    public const string Unsaid = "";

    /// <summary>Where the answer goes when nothing is said and no loudspeaker is there.</summary>
    public const string DefaultFile = "conversation.wav";

    private const string DefaultDevice = "default";

    /// <summary>--output none.</summary>
    public const string Nowhere = "none";

    /// <summary>The API's base; null for the endpoint inside this program.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>An API key, or an ephemeral one.</summary>
    public string? ApiKey { get; init; }

    public Uri? KeyUrl { get; init; }

    /// <summary>The Live API in place of the Realtime API.</summary>
    public bool IsLive { get; init; }

    public RealtimeDialect Dialect { get; init; }

    public required string Model { get; init; }

    public string? Voice { get; init; }

    public string? Instructions { get; init; }

    public required string Input { get; init; }

    public required string Output { get; init; }

    /// <summary>Whether the loudspeaker's sound is taken out of the microphone's, where both are the machine's own.</summary>
    public bool CancelsEcho { get; init; } = true;

    public string? RecordFile { get; init; }

    /// <summary>The Opus implementation.</summary>
    public OpusCodecChoice Codec { get; init; }

    /// <summary>Over what the call may travel.</summary>
    public NetworkChoice Network { get; init; }

    /// <summary>The HTTP proxy; null for the system's.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>How long to talk, from the open channel on; null: until it is over.</summary>
    public TimeSpan? Duration { get; init; }

    public string? Say { get; init; }

    /// <summary>An assistant with tools.</summary>
    public bool IsAgent { get; init; }

    /// <summary>When another call takes over; null for the package's default.</summary>
    public TimeSpan? RotateAfter { get; init; }

    /// <summary>Where the conversation of before stands, and this one goes.</summary>
    public string? HistoryFile { get; init; }

    public string? EventsFile { get; init; }

    public string? StatsFile { get; init; }

    /// <summary>Whether --input names a microphone.</summary>
    public bool InputIsDevice => Input is not (Unsaid or Pipe or Silence) && !IsFile(Input);

    /// <summary>Whether --output names a loudspeaker.</summary>
    public bool OutputIsDevice => Output is not (Unsaid or Pipe or Nowhere) && !IsFile(Output);

    /// <summary>Without a key and without a service: talk to the endpoint inside this program.</summary>
    public bool IsDemo => Endpoint is null;

    /// <summary>Who is talked to, for people.</summary>
    public string Service => IsDemo ? "the endpoint inside this program" : Endpoint!.ToString();

    /// <summary>The microphone as the library wants it: null for the system's default.</summary>
    public string? MicrophoneName => DeviceName(Input, "mic");

    /// <summary>The loudspeaker, likewise.</summary>
    public string? LoudspeakerName => DeviceName(Output, "speaker");

    private static string? DeviceName(string name, string own) =>
        name == Unsaid || name.Equals(own, StringComparison.OrdinalIgnoreCase) || name.Equals(DefaultDevice, StringComparison.OrdinalIgnoreCase) ? null : name;

    /// <summary>What ends like a sound file, lies in a folder or is there already is a file; every other name is a device's.</summary>
    private static bool IsFile(string name) =>
        name.EndsWith(".wav", StringComparison.OrdinalIgnoreCase) || name.AsSpan().ContainsAny('/', Path.DirectorySeparatorChar) || File.Exists(name);
}
