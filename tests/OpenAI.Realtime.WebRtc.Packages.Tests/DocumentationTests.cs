using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.AspNetCore;
using OpenAI.Realtime.WebRtc.Devices;
using OpenAI.Realtime.WebRtc.Engine.Peer;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Live;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Orleans;
using OpenAI.Realtime.WebRtc.Packages.Tests.Support;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Packages.Tests;

/// <summary>The pages against the assemblies: what is public is written about, and what is written is true.</summary>
public sealed partial class DocumentationTests
{
    private static readonly Assembly[] Assemblies =
    [
        typeof(WebRtcPeer).Assembly, typeof(MediaPort).Assembly, typeof(AudioDevices).Assembly, typeof(RealtimeWebRtcClient).Assembly, typeof(VoiceAgent).Assembly, typeof(RealtimeBridge).Assembly, typeof(ICallAgent).Assembly, typeof(LiveWebRtcClient).Assembly,
        typeof(RealtimeTestEndpoint).Assembly,
    ];

    /// <summary>The options whose every property has a row in docs/configuration.md.</summary>
    public static TheoryData<Type> Options =>
    [
        typeof(OpenAIRealtimeWebRtcOptions), typeof(RealtimeConnectOptions), typeof(RealtimeSidebandOptions), typeof(AudioOptions), typeof(OpusEncoderOptions), typeof(JitterBufferOptions), typeof(EchoCancellationOptions), typeof(AudioDevicesOptions), typeof(AudioDeviceOptions), typeof(AudioDuplexOptions),
        typeof(RealtimeSessionConfig), typeof(TranscriptionSessionConfig), typeof(TranslationSessionConfig), typeof(PeerConnectionOptions), typeof(RealtimeEndpointOptions), typeof(RealtimeCallsOptions), typeof(RealtimeWebhookOptions), typeof(RealtimeBridgeOptions), typeof(RealtimeTestEndpointOptions),
        typeof(VoiceAgent), typeof(VoiceConversationOptions), typeof(VoiceToolOptions), typeof(VoiceGuardrailOptions), typeof(ResponseGateOptions), typeof(ConversationCallOptions), typeof(ConversationLimits), typeof(WebRtcRealtimeClientOptions), typeof(CallAgentOptions),
        typeof(OpenAILiveWebRtcOptions), typeof(LiveConnectOptions), typeof(LiveSessionConfig), typeof(LiveToolHandler), typeof(LiveSpeechOptions),
    ];

    public static TheoryData<Type> Endings => [typeof(ConnectPhase), typeof(RealtimeFailure), typeof(SessionEndReason), typeof(ConversationEndReason), typeof(RealtimeBridgeEndReason)];

    [Fact]
    public void Every_public_type_is_named_in_a_page_or_in_a_sample()
    {
        HashSet<string> words = [.. Word().Matches(Repository.DocumentationAndSamples()).Select(m => m.Value)];
        string[] missing = [.. PublicTypes().Select(NameOf).Where(name => !words.Contains(name)).Order(StringComparer.Ordinal)];
        Assert.True(missing.Length == 0, $"Named nowhere in README.md, docs, samples: {string.Join(", ", missing)}");
    }

    [Fact]
    public void Every_public_type_has_a_row_in_the_reference()
    {
        string reference = Repository.Read("docs/reference.md");
        string[] missing = [.. PublicTypes().Select(NameOf).Where(name => !Regex.IsMatch(reference, $@"^\|[^|]*`{name}(<T>)?`", RegexOptions.Multiline)).Order(StringComparer.Ordinal)];
        Assert.True(missing.Length == 0, $"Without a row in docs/reference.md: {string.Join(", ", missing)}");
    }

    [Fact]
    public void The_reference_names_no_type_that_does_not_exist()
    {
        HashSet<string> names = [.. PublicTypes().Select(NameOf)];
        string[] unknown = [.. RowNames(Repository.Read("docs/reference.md")).Where(name => !names.Contains(name))];
        Assert.True(unknown.Length == 0, $"docs/reference.md has rows for: {string.Join(", ", unknown)}");
    }

    [Fact]
    public void Every_public_type_says_in_XML_what_it_is()
    {
        foreach (Assembly assembly in Assemblies)
        {
            var xml = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml"));
            HashSet<string> documented =
                [.. xml.Descendants("member").Where(m => !string.IsNullOrWhiteSpace(m.Element("summary")?.Value)).Select(m => m.Attribute("name")!.Value)];
            string[] missing = [.. PublicTypes().Where(t => t.Assembly == assembly && !documented.Contains("T:" + t.FullName!.Replace('+', '.'))).Select(t => t.Name)];
            Assert.True(missing.Length == 0, $"{assembly.GetName().Name}: no summary: {string.Join(", ", missing)}");
        }
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void Every_option_has_a_row_and_its_true_default(Type options)
    {
        string section = Section(Repository.Read("docs/configuration.md"), options.Name);
        object? defaults = Activator.CreateInstance(options);
        var wrong = new List<string>();
        foreach (PropertyInfo property in options.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
        {
            Match row = Regex.Match(section, $@"^\| `{property.Name}` \|(?<default>[^|]*)\|", RegexOptions.Multiline);
            if (!row.Success)
                wrong.Add($"{property.Name}: no row");
            else if (Show(property.GetValue(defaults)) is { } value && !row.Groups["default"].Value.Contains(value, StringComparison.Ordinal))
                wrong.Add($"{property.Name}: says{row.Groups["default"].Value}, is {value}");
        }
        Assert.True(wrong.Count == 0, $"docs/configuration.md, {options.Name}: {string.Join("; ", wrong)}");
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void No_option_is_described_that_does_not_exist(Type options)
    {
        HashSet<string> names = [.. options.GetProperties().Select(p => p.Name)];
        string[] unknown = [.. RowNames(Section(Repository.Read("docs/configuration.md"), options.Name)).Where(name => !names.Contains(name))];
        Assert.True(unknown.Length == 0, $"docs/configuration.md, {options.Name}: {string.Join(", ", unknown)}");
    }

    [Theory]
    [MemberData(nameof(Endings))]
    public void Every_way_to_fail_or_to_end_has_a_row(Type ending)
    {
        HashSet<string> rows = [.. RowNames(Repository.Read("docs/errors.md"))];
        string[] missing = [.. Enum.GetNames(ending).Where(name => !rows.Contains(name))];
        Assert.True(missing.Length == 0, $"docs/errors.md, {ending.Name}: {string.Join(", ", missing)}");
    }

    [Fact]
    public void Every_link_between_pages_leads_somewhere()
    {
        var broken = new List<string>();
        foreach (string page in Repository.Pages())
        {
            foreach (Match link in Link().Matches(CodeFence().Replace(Repository.Read(page), "")))
            {
                string target = link.Groups["target"].Value.Split('#')[0];
                if (target.Length == 0 || target.Contains("://", StringComparison.Ordinal) || target.StartsWith("mailto:", StringComparison.Ordinal))
                    continue;
                string path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Repository.PathOf(page))!, target));
                if (!File.Exists(path) && !Directory.Exists(path))
                    broken.Add($"{page} → {target}");
            }
        }
        Assert.True(broken.Count == 0, string.Join("\n", broken));
    }

    [Fact]
    public void The_map_of_pages_leaves_no_page_out()
    {
        string map = Repository.Read("docs/README.md");
        string[] missing =
        [
            .. Repository.Pages()
                .Where(page => page.StartsWith("docs/", StringComparison.Ordinal) && page.Count(c => c == '/') == 1 && page != "docs/README.md")
                .Select(page => page["docs/".Length..])
                .Where(page => !map.Contains($"({page})", StringComparison.Ordinal)),
        ];
        Assert.True(missing.Length == 0, $"docs/README.md does not lead to {string.Join(", ", missing)}");
    }

    [Fact]
    public void The_architecture_names_every_folder_of_the_packages_that_it_describes()
    {
        string page = Repository.Read("docs/architecture.md");
        var missing = new List<string>();
        foreach ((string package, int depth) in new[] { ("Engine", 1), ("Media", 2), ("", 1), ("Live", 1), ("AspNetCore", 1), ("Agents", 1) })
        {
            string root = Repository.PathOf("src/OpenAI.Realtime.WebRtc" + (package.Length == 0 ? "" : "." + package));
            IEnumerable<string> folders = Directory.GetFiles(root, "*.cs", SearchOption.AllDirectories)
                .Select(file => Path.GetDirectoryName(Path.GetRelativePath(root, file))!.Replace('\\', '/'))
                .Where(folder => folder.Length > 0 && folder.Split('/') is { } parts && parts.Length <= depth && parts[0] is not ("bin" or "obj"))
                .Distinct();
            missing.AddRange(folders.Where(folder => !page.Contains($"`{folder}`", StringComparison.Ordinal)).Select(folder => $"{package}/{folder}"));
        }
        Assert.True(missing.Count == 0, $"docs/architecture.md does not name {string.Join(", ", missing)}");
    }

    [Fact]
    public void The_pages_on_protocols_name_nothing_that_is_not_in_the_source()
    {
        string source = string.Join('\n', Directory.GetFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(Repository.PathOf("tests"), "*.cs", SearchOption.AllDirectories)).Select(File.ReadAllText));
        string[] unknown =
        [
            .. Repository.Pages().Where(page => page.StartsWith("docs/protocols/", StringComparison.Ordinal))
                .SelectMany(page => SourceName().Matches(CodeFence().Replace(Repository.Read(page), "")).Select(m => (Page: page, Name: m.Groups["last"].Value)))
                .Where(found => !source.Contains(found.Name, StringComparison.Ordinal))
                .Select(found => $"{found.Page}: {found.Name}").Distinct(),
        ];
        Assert.True(unknown.Length == 0, string.Join("\n", unknown));
    }

    // What Orleans generates is public, and nobody's to use.
    private static IEnumerable<Type> PublicTypes() => Assemblies.SelectMany(a => a.GetExportedTypes()).Where(type => type.Namespace?.StartsWith("OrleansCodeGen", StringComparison.Ordinal) != true);

    private static string NameOf(Type type) => type.Name.Split('`')[0];

    /// <summary>The first names in code style of the rows of all tables.</summary>
    private static IEnumerable<string> RowNames(string page) =>
        Row().Matches(page).SelectMany(m => CodeName().Matches(m.Groups["first"].Value)).Select(m => m.Groups["name"].Value);

    /// <summary>From the heading that names a type to the next of the same rank.</summary>
    private static string Section(string page, string type)
    {
        Match section = Regex.Match(page, $@"^## [^\n]*`{type}`[^\n]*\n(?<text>.*?)(?=^## |\z)", RegexOptions.Multiline | RegexOptions.Singleline);
        Assert.True(section.Success, $"docs/configuration.md has no section on {type}.");
        return section.Groups["text"].Value;
    }

    /// <summary>A default as configuration writes it; null for what has no such form.</summary>
    private static string? Show(object? value) => value switch
    {
        null => "none",
        true => "`true`",
        false => "`false`",
        TimeSpan time => $"`{time:c}`".Replace("0000`", "`", StringComparison.Ordinal),
        Uri uri => $"`{uri}`",
        string or Enum or int or double => string.Create(CultureInfo.InvariantCulture, $"`{value}`"),
        _ => null,
    };

    [GeneratedRegex(@"[A-Za-z_]\w*")]
    private static partial Regex Word();

    [GeneratedRegex(@"\[[^\]\n]*\]\((?<target>[^)\s]+)\)|(?:src|srcset|href)=""(?<target>[^""]+)""")]
    private static partial Regex Link();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeFence();

    [GeneratedRegex(@"^\|(?<first>[^|\n]*)\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"`(?:[A-Z]\w+\.)*(?<last>[A-Z][A-Za-z0-9]+)`")]
    private static partial Regex SourceName();

    [GeneratedRegex(@"`(?<name>[A-Z]\w*)(?:<T>)?`")]
    private static partial Regex CodeName();
}
