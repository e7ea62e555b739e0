using System.CommandLine;
using System.CommandLine.Parsing;

namespace MeetingNotes;

/// <summary>The options, and what they mean.</summary>
internal static class CommandLine
{
    private const string OpenAI = "https://api.openai.com/v1";
    private const string KeyVariable = "OPENAI_API_KEY";

    private static readonly Argument<string> Recording = new("FILE.wav|mic|-")
    {
        Description = "The meeting: a WAV file, played as fast as it was spoken; mic for the machine's microphone, until Ctrl-C; or - for raw 16-bit little-endian mono PCM at 24 kHz (no WAV) at standard input. From a recorder or a file: none of it is lost, and what comes faster than it was spoken waits.",
    };

    private static readonly Option<string?> To = new("--to")
    {
        HelpName = "LANGUAGE",
        Description = "Translate while it is spoken, into a language such as es or ja. The service is given it as it is.",
    };

    private static readonly Option<string?> From = new("--from")
    {
        HelpName = "LANGUAGE",
        Description = "The language that is spoken, such as en. Default: the service finds out.",
    };

    private static readonly Option<Uri?> Endpoint = new("--endpoint")
    {
        HelpName = "URL",
        Description = $"Base address of the API. Default: {OpenAI} when {KeyVariable} is set, otherwise an endpoint inside this program, which understands no words.",
        CustomParser = Address,
    };

    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(5);

    private static readonly Option<double?> Wait = new("--wait")
    {
        HelpName = "SECONDS",
        Description = "How long the last words are waited for when the recording has ended and nothing more comes. Default: 5.",
    };

    public static RootCommand Create()
    {
        var root = new RootCommand("Writes a meeting down while it is spoken, and translates it. Without OPENAI_API_KEY it listens with an endpoint inside this program.") { Recording, To, From, Endpoint, Wait };
        root.Validators.Add(result =>
        {
            if (result.GetValue(Wait) is <= 0 or > 600 or double.NaN)
                result.AddError("--wait is a number above 0 and at most 600.");
            if (result.GetValue(Endpoint) is not null && Key is null)
                result.AddError($"--endpoint needs a key: set {KeyVariable}.");
            if (result.GetValue(To) is not null && result.GetValue(From) is not null)
                result.AddError("Use --to or --from, not both: a translation finds the spoken language out by itself.");
            if (result.GetValue(Recording) == "-" && !Console.IsInputRedirected)
                result.AddError("- reads sound from a pipe, and standard input is a terminal: arecord -t raw -f S16_LE -r 24000 | …");
        });
        return root;
    }

    public static Settings Read(ParseResult parsed) => new(
        parsed.GetValue(Recording)!, NullIfEmpty(parsed.GetValue(To)), NullIfEmpty(parsed.GetValue(From)),
        parsed.GetValue(Endpoint) ?? (Key is null ? null : new Uri(OpenAI)), Key, parsed.GetValue(Wait) is { } wait ? TimeSpan.FromSeconds(wait) : s_wait);

    private static string? Key => NullIfEmpty(Environment.GetEnvironmentVariable(KeyVariable));

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static Uri? Address(ArgumentResult result)
    {
        if (result.Tokens.Count == 1 && Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out Uri? address) && address.Scheme is "http" or "https")
            return address;
        result.AddError("--endpoint is an http or https address.");
        return null;
    }
}
