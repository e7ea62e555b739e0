using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Media;

namespace ConsoleVoiceChat;

/// <summary>The options, their help, and what is wrong with a command line in one line.</summary>
internal static class CommandLine
{
    private const string OpenAI = "https://api.openai.com/v1";
    private const string LiveModelName = "gpt-live-1";
    private const string KeyVariable = "OPENAI_API_KEY";
    private static readonly TimeSpan LongestCall = TimeSpan.FromMinutes(59);

    private static readonly Option<Uri?> Endpoint = new("--endpoint")
    {
        HelpName = "URL",
        Description = $"Base address of the API, such as http://127.0.0.1:8080/v1. Default: {OpenAI} when there is a key, otherwise an endpoint inside this program.",
        CustomParser = Address,
    };

    private static readonly Option<string?> ApiKey = new("--api-key")
    {
        HelpName = "KEY",
        Description = $"The API key (sk-…), or an ephemeral key (ek_…). Default: the environment variable {KeyVariable}. Other users of the machine can see a command line: prefer the variable.",
    };

    private static readonly Option<Uri?> KeyUrl = new("--key-url")
    {
        HelpName = "URL",
        Description = "Your own server that hands out ephemeral keys: it is sent a POST and answers JSON with value or client_secret.value. In place of --api-key.",
        CustomParser = Address,
    };

    private static readonly Option<string> Api = new Option<string>("--api")
    {
        Description = "Which API: realtime, or live (GPT-Live, a preview: it was not tried against the real service).",
        DefaultValueFactory = _ => "realtime",
    }.AcceptOnlyFromAmong("realtime", "live");

    private static readonly Option<string> Dialect = new Option<string>("--dialect")
    {
        Description = "Which generation of the protocol the service speaks: ga, or the beta of 2024 that some compatible servers still speak.",
        DefaultValueFactory = _ => "ga",
    }.AcceptOnlyFromAmong("ga", "beta");

    private static readonly Option<string> Model = new("--model")
    {
        HelpName = "NAME",
        Description = "The model that answers; with --api live gpt-live-1, unless another is named.",
        DefaultValueFactory = _ => "gpt-realtime-2.1",
    };

    private static readonly Option<string?> Voice = new("--voice")
    {
        HelpName = "NAME",
        Description = "The model's voice, such as marin or cedar. Default: the service's.",
    };

    private static readonly Option<string?> Instructions = new("--instructions")
    {
        HelpName = "TEXT",
        Description = "What the model is told before the conversation. Default: the service's.",
    };

    private static readonly Option<string?> Input = new("--input")
    {
        HelpName = "mic|NAME|FILE.wav|-|silence",
        Description = "Your voice: mic or default for the system's microphone, the name, a part of it or the id of another (--list-devices), a WAV file, - for raw 16-bit little-endian mono PCM at 24 kHz from a recorder "
            + "at standard input, or silence. What a recorder has piled up before the call is left out. "
            + "When it has ended, silence is sent. Default: the microphone, and where there is none a recorded question that comes with the program.",
    };

    private static readonly Option<string?> Output = new("--output")
    {
        HelpName = "speaker|NAME|FILE.wav|-|none",
        Description = "What you hear: speaker or default for the system's loudspeaker, the name, a part of it or the id of another (--list-devices), a WAV file, - for raw 16-bit little-endian mono PCM at 24 kHz to standard "
            + $"output (everything else then goes to standard error), or none. Default: the loudspeaker when you speak into a microphone, otherwise {Settings.DefaultFile}.",
    };

    private static readonly Option<bool> Devices = new("--list-devices")
    {
        Description = "List the microphones and loudspeakers of this machine, and end.",
    };

    private static readonly Option<bool> NoEchoCancellation = new("--no-echo-cancellation")
    {
        Description = "Leave the loudspeaker's sound in the microphone's: for a headset, or where the system takes it out. Default: it is taken out where both are the machine's own.",
    };

    private static readonly Option<string?> Record = new("--record")
    {
        HelpName = "FILE.wav",
        Description = "Record both sides into a stereo WAV file as they are heard: you left, the assistant right.",
    };

    private static readonly Option<string> Codec = new Option<string>("--codec")
    {
        Description = "The Opus implementation: libopus, concentus (managed code, always there), or auto: libopus where the machine has it, otherwise concentus.",
        DefaultValueFactory = _ => "auto",
    }.AcceptOnlyFromAmong("auto", "libopus", "concentus");

    private static readonly Option<string> Network = new Option<string>("--network")
    {
        Description = "Over what the call travels: udp, tcp, or auto: UDP, and TCP where no UDP comes through.",
        DefaultValueFactory = _ => "auto",
    }.AcceptOnlyFromAmong("auto", "udp", "tcp");

    private static readonly Option<Uri?> Proxy = new("--proxy")
    {
        HelpName = "URL",
        Description = "The HTTP proxy for requests, and for the call where it goes over TCP: http://[user:password@]host:port. Default: the system's (HTTPS_PROXY).",
        CustomParser = ProxyAddress,
    };

    private static readonly Option<double?> Seconds = new("--seconds")
    {
        HelpName = "N",
        Description = "How long to talk, from the open channel on. Default: until Ctrl-C; without a key, until the reply has been played.",
        CustomParser = Number,
    };

    private static readonly Option<string?> Say = new("--say")
    {
        HelpName = "TEXT",
        Description = "Send a text message at the start and ask for a response to it; with --api live what the model is to say first, in its own words.",
    };

    private static readonly Option<bool> Agent = new("--agent")
    {
        Description = "Talk to an assistant that has tools: a clock, dice, and a note pad. Before it writes a note it asks: y, n, or a for always at the keyboard.",
    };

    private static readonly Option<string?> Resume = new("--resume")
    {
        HelpName = "FILE.json",
        Description = "With --agent: go on with the conversation in this file, and write it there at the end. A file that is not there is made.",
    };

    private static readonly Option<double?> RotateAfter = new("--rotate-after")
    {
        HelpName = "N",
        Description = "With --agent: seconds after which another call takes over in a quiet moment, and the conversation goes on in it. Default: shortly before the service's limit of an hour.",
        CustomParser = Number,
    };

    private static readonly Option<string?> Events = new("--events")
    {
        HelpName = "FILE",
        Description = "Write every event, both directions, one JSON a line: at_ms, direction (sent or received), event.",
    };

    private static readonly Option<string?> Stats = new("--stats")
    {
        HelpName = "FILE",
        Description = "Write JSON at the end: ms (from start: key, answer, ice, dtls, channel, first_event, first_audio), audio, codec, path (transport, local, remote, proxy), call_id, dtls_cipher, srtp_profile, "
            + "allocated_bytes, ended.",
    };

    public static RootCommand Create()
    {
        var root = new RootCommand(
            "A spoken conversation with OpenAI's Realtime API, or its Live API, over WebRTC. Without a key it talks to an endpoint inside this program, which plays your own words back.")
        {
            Api, Endpoint, ApiKey, KeyUrl, Dialect, Model, Voice, Instructions, Input, Output, Devices, NoEchoCancellation, Record, Codec, Network, Proxy, Seconds, Say, Agent, Resume, RotateAfter, Events, Stats,
        };
        foreach (Option option in root.Options)
        {
            if (option is HelpOption { Action: HelpAction help })
                option.Action = new HelpWithExitCodes(help);
        }
        return root;
    }

    /// <summary>--list-devices.</summary>
    public static bool ListsDevices(ParseResult parsed) => parsed.GetValue(Devices);

    /// <summary>What the parsed command line asks for.</summary>
    /// <exception cref="ChatException">The options contradict each other.</exception>
    public static Settings Read(ParseResult parsed)
    {
        string? given = parsed.GetValue(ApiKey);
        if (given is { Length: 0 })
            throw Bad($"--api-key is empty: is the variable that it was to come from set? Leave the option out to use {KeyVariable}, or no key.");
        Uri? keyUrl = parsed.GetValue(KeyUrl);
        if (given is not null && keyUrl is not null)
            throw Bad("Use --api-key or --key-url, not both.");
        string? key = keyUrl is not null ? null : given ?? NullIfEmpty(Environment.GetEnvironmentVariable(KeyVariable));
        Uri? endpoint = parsed.GetValue(Endpoint);
        if (parsed.GetValue(Input) is { Length: 0 } || parsed.GetValue(Output) is { Length: 0 })
            throw Bad("--input and --output must not be empty.");
        if (endpoint is not null && key is null && keyUrl is null)
            throw Bad($"--endpoint needs a key: give --api-key or --key-url, or set {KeyVariable}.");
        if (endpoint is null && (key is not null || keyUrl is not null))
            endpoint = new Uri(OpenAI);

        bool isLive = parsed.GetValue(Api) == "live";
        if (isLive)
            CheckLive(parsed, key);
        var settings = new Settings
        {
            IsLive = isLive,
            Endpoint = endpoint,
            ApiKey = key,
            KeyUrl = keyUrl,
            Dialect = parsed.GetValue(Dialect) == "beta" ? RealtimeDialect.Beta : RealtimeDialect.Ga,
            Model = isLive && parsed.GetResult(Model) is not { Implicit: false } ? LiveModelName : parsed.GetValue(Model)!,
            Voice = NullIfEmpty(parsed.GetValue(Voice)),
            Instructions = parsed.GetValue(Instructions),
            Input = parsed.GetValue(Input) ?? Settings.Unsaid,
            Output = parsed.GetValue(Output) ?? Settings.Unsaid,
            CancelsEcho = !parsed.GetValue(NoEchoCancellation),
            RecordFile = NullIfEmpty(parsed.GetValue(Record)),
            Codec = parsed.GetValue(Codec) switch { "libopus" => OpusCodecChoice.LibOpus, "concentus" => OpusCodecChoice.Concentus, _ => OpusCodecChoice.Auto },
            Network = parsed.GetValue(Network) switch { "udp" => NetworkChoice.Udp, "tcp" => NetworkChoice.Tcp, _ => NetworkChoice.Auto },
            Proxy = parsed.GetValue(Proxy),
            Duration = parsed.GetValue(Seconds) is { } s ? TimeSpan.FromSeconds(s) : null,
            Say = NullIfEmpty(parsed.GetValue(Say)),
            IsAgent = parsed.GetValue(Agent),
            HistoryFile = NullIfEmpty(parsed.GetValue(Resume)),
            RotateAfter = parsed.GetValue(RotateAfter) is { } n ? TimeSpan.FromSeconds(n) : null,
            EventsFile = NullIfEmpty(parsed.GetValue(Events)),
            StatsFile = NullIfEmpty(parsed.GetValue(Stats)),
        };
        CheckFiles(settings);
        return settings;
    }

    /// <summary>What only the Realtime API has is refused, and not passed over in silence.</summary>
    private static void CheckLive(ParseResult parsed, string? key)
    {
        Option[] ofRealtime = [Agent, Resume, RotateAfter, Dialect, KeyUrl];
        string[] given = [.. ofRealtime.Where(option => parsed.GetResult(option) is { Implicit: false }).Select(option => option.Name)];
        if (given.Length > 0)
            throw Bad($"{string.Join(", ", given)}: only the Realtime API has this, leave it out with --api live.");
        if (key?.StartsWith("ek_", StringComparison.Ordinal) == true)
            throw Bad("--api live needs a project's API key: ephemeral keys are for the Realtime API.");
    }

    /// <summary>No file is to be written over another that is in use: the microphone least of all.</summary>
    private static void CheckFiles(Settings settings)
    {
        if (settings.Model.Length == 0)
            throw Bad("--model must not be empty.");
        (string Option, string? File)[] files =
        [
            ("--input", settings.Input is Settings.Pipe or Settings.Silence or Settings.Unsaid || settings.InputIsDevice ? null : settings.Input),
            ("--output", settings.Output is Settings.Pipe or Settings.Nowhere || settings.OutputIsDevice ? null : settings.Output == Settings.Unsaid ? Settings.DefaultFile : settings.Output),
            ("--record", settings.RecordFile),
            ("--resume", settings.HistoryFile),
            ("--events", settings.EventsFile),
            ("--stats", settings.StatsFile),
        ];
        foreach (IGrouping<string, (string Option, string? File)> same in files.Where(f => f.File is not null).GroupBy(f => Path.GetFullPath(f.File!)))
        {
            if (same.Count() > 1)
                throw Bad($"{string.Join(" and ", same.Select(f => f.Option))} name the same file.");
        }
        if (settings.HistoryFile is not null && !settings.IsAgent)
            throw Bad("--resume needs --agent, whose conversation it is.");
        if (settings.RotateAfter is not null && !settings.IsAgent)
            throw Bad("--rotate-after needs --agent, which remembers what was said.");
        if (settings.RotateAfter > LongestCall)
            throw Bad("--rotate-after is at most 3540 seconds, since the service ends a call after an hour.");
        if (settings.Input == Settings.Pipe && !Console.IsInputRedirected)
            throw Bad("--input - reads sound from a pipe, and standard input is a terminal: arecord -t raw -f S16_LE -r 24000 | …");
        if (settings.Output == Settings.Pipe && !Console.IsOutputRedirected)
            throw Bad("--output - writes sound into a pipe, and standard output is a terminal: … | aplay -t raw -f S16_LE -r 24000");
    }

    private static Uri? Address(ArgumentResult result)
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (Uri.TryCreate(text, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https")
            return address;
        result.AddError($"{((OptionResult)result.Parent!).Option.Name} is an http or https address, not '{text}'.");
        return null;
    }

    private static Uri? ProxyAddress(ArgumentResult result)
    {
        if (result.Tokens.Count == 1 && Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out Uri? address) && address.Scheme == "http")
            return address;
        result.AddError("--proxy is an address such as http://proxy.example:3128."); // not quoted: it may hold a password
        return null;
    }

    private static double? Number(ArgumentResult result)
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number > 0 && number <= TimeSpan.FromDays(7).TotalSeconds)
            return number;
        result.AddError($"{((OptionResult)result.Parent!).Option.Name} is a number above 0 and at most a week, not '{text}'.");
        return null;
    }

    private static ChatException Bad(string message) => new(ExitCode.BadArguments, "bad_arguments", message + " Try --help.");

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    /// <summary>The generated help, and below it what no option says.</summary>
    private sealed class HelpWithExitCodes(HelpAction help) : SynchronousCommandLineAction
    {
        private const string Rest = """
            Exit codes:
              0   the conversation ended as asked (its own end, --seconds, Ctrl-C)
              1   something failed that should not
              2   bad arguments
              3   key refused
              4   endpoint unreachable
              5   request rejected: the endpoint answered with another error
              6   answer unusable: no SDP, cut off, or without what a call needs
              7   ICE failed: no path to the service
              8   DTLS failed, a wrong fingerprint included
              9   the data channel never opened
              10  session expired
              11  the service hung up, or the connection was lost
              12  a file, or sound from or to a pipe, could not be read or written
              13  libopus is missing, and --codec libopus or the variable OPUS_LIBRARY_PATH asks for it
              14  the microphone or the loudspeaker that was asked for is not there, or there is no sound system
              15  the session never started, though the channel is open (--api live)

            Examples:
              Talk to the endpoint inside the program, no key needed:
                dotnet run --project samples/ConsoleVoiceChat
              An assistant with tools, which remembers:
                samples/run --agent --resume ada.json --input silence --say "What time is it?"
              The headset's microphone, and the loudspeaker that is the system's default:
                samples/run --input headset --output speaker
              Talk to GPT-Live, with a project's API key:
                samples/run --api live --say "Greet me in one sentence."
              One question by text, answer into a file:
                samples/run --input silence --say "What is WebRTC?" --seconds 20 --output answer.wav
            """;

        public override int Invoke(ParseResult parseResult)
        {
            int result = help.Invoke(parseResult);
            parseResult.InvocationConfiguration.Output.WriteLine(Rest);
            return result;
        }
    }
}
