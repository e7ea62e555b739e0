using System.Text.RegularExpressions;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Architecture;

/// <summary>The arrows between the engine's folders, as docs/architecture.md draws them.</summary>
public partial class LayerTests
{
    // What a folder may use beside itself and Core. Peer joins them all.
    private static readonly Dictionary<string, string[]> s_below = new()
    {
        ["Core"] = [],
        ["Stun"] = [],
        ["Ice"] = ["Stun"],
        ["Dtls"] = [],
        ["Srtp"] = [],
        ["Rtp"] = [],
        ["Sctp"] = [],
        ["DataChannels"] = ["Sctp"],
        ["Sdp"] = [],
        ["Peer"] = ["Stun", "Ice", "Dtls", "Srtp", "Rtp", "Sctp", "DataChannels", "Sdp"],
    };

    [Fact]
    public void A_protocol_uses_Core_and_what_it_stands_on_and_no_sibling()
    {
        List<(string Path, string Text)> files = SourceFiles.Of("Engine");
        HashSet<(string, string)> types = [.. files.SelectMany(f => SourceFiles.TypesIn(f.Text).Select(name => (FolderOf(f.Path), name)))];
        List<string> wrong = [];
        foreach ((string path, string text) in files)
        {
            string folder = FolderOf(path);
            Assert.True(s_below.ContainsKey(folder), $"{path}: a folder that no arrow is drawn for");
            string[] allowed = folder == "Core" ? ["Core"] : [folder, "Core", .. s_below[folder]];
            IEnumerable<Match> uses = InFull().Matches(text)
                .Concat(FromWithin().Matches(text).Where(m => types.Contains((m.Groups["folder"].Value, m.Groups["type"].Value))));
            foreach (Match match in uses)
            {
                string used = match.Groups["folder"].Value;
                if (s_below.ContainsKey(used) && !allowed.Contains(used))
                    wrong.Add($"{path}: {match.Value}");
            }
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public void A_namespace_follows_its_folder()
    {
        foreach ((string path, string text) in SourceFiles.Of("Engine"))
        {
            string folder = path[..path.LastIndexOf('/')].Replace('/', '.');
            Assert.True(text.Contains($"namespace OpenAI.Realtime.WebRtc.Engine.{folder};", StringComparison.Ordinal), path);
        }
    }

    private static string FolderOf(string path) => path[..path.IndexOf('/', StringComparison.Ordinal)];

    // using OpenAI.Realtime.WebRtc.Engine.Ice;
    [GeneratedRegex(@"\bEngine\.(?<folder>\w+)")]
    private static partial Regex InFull();

    // Ice.IceAgent, from within the engine's namespace.
    [GeneratedRegex(@"(?<![.\w])(?<folder>\w+)\.(?:\w+\.)?(?<type>\w+)")]
    private static partial Regex FromWithin();
}
