using System.Text.RegularExpressions;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Architecture;

/// <summary>
/// A thing that two folders speak of is one type in <c>Core</c>. Two enums with the same words are cast or translated into each other sooner
/// or later, and then one of them gets a member that the other has not.
/// </summary>
public partial class VocabularyTests
{
    // Enums that share most of their words, and are two on purpose.
    private static readonly Dictionary<(string, string), string> s_twoOnPurpose = new()
    {
        [("SctpSendResult", "SendResult")] = "An association has streams and a peer has one channel: what SCTP tells apart is the same to who sends.",
        [("DataChannelState", "PairStream")] = "The life of a data channel and that of a TCP connection; only the words are the same.",
        [("NetworkChoice", "TransportProtocol")] = "What may be used, and what is.",
        [("SdpSetup", "TcpCandidateType")] = "Who starts DTLS (RFC 8842) and who opens a TCP connection (RFC 6544) are two questions; only the words are the same.",
    };

    [Fact]
    public void No_two_enums_are_look_alikes()
    {
        (string Name, string[] Members)[] enums = [.. Enums("Engine").Concat(Enums("Media"))];
        Assert.True(enums.Length > 40, $"{enums.Length} enums found");
        HashSet<(string, string)> found = [];
        for (int i = 0; i < enums.Length; i++)
        {
            for (int j = i + 1; j < enums.Length; j++)
            {
                if (AreLookAlikes(enums[i].Members, enums[j].Members))
                    found.Add(InOrder(enums[i].Name, enums[j].Name));
            }
        }

        Assert.Equal(s_twoOnPurpose.Keys.Order(), found.Order());
    }

    [Fact]
    public void No_type_name_of_the_engine_is_taken_twice()
    {
        var byName = SourceFiles.Of("Engine")
            .SelectMany(f => SourceFiles.TypesIn(f.Text).Select(name => (Name: name, Namespace: Namespace().Match(f.Text).Groups["name"].Value)))
            .Distinct()
            .ToLookup(t => t.Name, t => t.Namespace);
        Assert.True(byName.Count > 150, $"{byName.Count} types found");
        Assert.Empty(byName.Where(t => t.Count() > 1).Select(t => $"{t.Key}: {string.Join(", ", t)}"));
    }

    [Fact]
    public void No_type_name_of_the_engine_is_taken_again_by_Media()
    {
        HashSet<string> engine = [.. SourceFiles.Of("Engine").SelectMany(f => SourceFiles.TypesIn(f.Text))];
        Assert.DoesNotContain(SourceFiles.Of("Media").SelectMany(f => SourceFiles.TypesIn(f.Text)), engine.Contains);
    }

    [Theory]
    [InlineData("Host, ServerReflexive, Unknown", "ServerReflexive, Host", true)]
    [InlineData("None, Active, Passive", "Active, Passive, None", true)]
    [InlineData("None, Active, Closed", "None, Open, Closed", false)]
    public void None_and_Unknown_do_not_make_a_difference_and_most_words_do(string a, string b, bool expected) =>
        Assert.Equal(expected, AreLookAlikes(a.Split(", "), b.Split(", ")));

    private static bool AreLookAlikes(string[] a, string[] b)
    {
        string[] left = [.. a.Where(IsWord)];
        string[] right = [.. b.Where(IsWord)];
        int shared = left.Intersect(right).Count();
        return shared >= 2 && 2 * shared > Math.Min(left.Length, right.Length);
    }

    private static bool IsWord(string member) => member is not ("None" or "Unknown");

    private static (string, string) InOrder(string a, string b) => string.CompareOrdinal(a, b) < 0 ? (a, b) : (b, a);

    // A private enum is a class's own state and meets no other.
    private static IEnumerable<(string Name, string[] Members)> Enums(string project) =>
        from file in SourceFiles.Of(project)
        from Match match in Enum().Matches(file.Text)
        select (match.Groups["name"].Value, (string[])[.. Member().Matches(match.Groups["body"].Value).Select(m => m.Groups["name"].Value)]);

    [GeneratedRegex(@"(?<!private )\benum (?<name>\w+)[^{]*\{(?<body>[^}]*)\}")]
    private static partial Regex Enum();

    [GeneratedRegex(@"(?:^|,)\s*(?:\[[^\]]*\]\s*)*(?<name>\w+)")]
    private static partial Regex Member();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
