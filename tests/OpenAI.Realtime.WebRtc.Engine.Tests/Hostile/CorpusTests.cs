using System.Reflection;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Records;
using OpenAI.Realtime.WebRtc.Engine.Peer;
using OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Hostile;

/// <summary>
/// Replays what is kept in <c>Corpus/</c>: inputs that broke something once, and the strangest of those that never did. A file has a line saying what
/// it is about (<c># …</c>), then one input a line: a door and hexadecimal digits. The doors:
/// <code>
/// datagram HEX     as it is                       stun HEX      without MESSAGE-INTEGRITY and FINGERPRINT, which are added
/// record TYPE HEX  sealed as a DTLS record        sctp HEX      tag and checksum made right, sealed
/// (- for no bytes at all)
/// rtp HEX, rtcp HEX  sealed by SRTP               parser NAME: HEX   into one parser
/// </code>
/// </summary>
public class CorpusTests
{
    public static TheoryData<string> Files => [.. Names()];

    [Theory]
    [MemberData(nameof(Files))]
    public void What_is_kept_breaks_nothing_any_more(string file)
    {
        using ExceptionWatch watch = new();
        FuzzReport report = new();
        using ParserFuzz parsers = new(1, report);
        Duel duel = new Duel(21, file, report, new AttackerOptions()).Connect();
        foreach (string line in Read(file).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith('#'))
                continue;
            if (duel.End is not null)
            {
                Assert.NotEmpty(duel.End.Detail);
                duel.Dispose();
                duel = new Duel(21, file, report, new AttackerOptions()).Connect();
            }

            Give(duel, parsers, line);
            duel.Advance(TimeSpan.FromSeconds(1));
        }

        duel.Advance(TimeSpan.FromMinutes(1));
        duel.Dispose();
        Assert.Null(watch.Unexpected);
    }

    [Fact]
    public void Every_file_says_what_it_is_about() => Assert.All(Names(), n => Assert.StartsWith("# ", Read(n), StringComparison.Ordinal));

    private static void Give(Duel duel, ParserFuzz parsers, string line)
    {
        if (line.StartsWith("parser ", StringComparison.Ordinal))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            parsers.Parse($"parser: {line[7..colon]}", Convert.FromHexString(line[(colon + 1)..].Trim()));
            return;
        }

        string[] words = line.Split(' ');
        byte[] bytes = words[^1] == "-" ? [] : Convert.FromHexString(words[^1]);
        Attacker attacker = duel.Attacker;
        byte[] datagram = words[0] switch
        {
            "datagram" => bytes,
            "stun" => attacker.SealStun(bytes),
            "record" => attacker.SealRecord(Enum.Parse<ContentType>(words[1]), bytes),
            "sctp" => attacker.SealSctp(attacker.SctpPacketOf(bytes[12..])),
            "rtp" => attacker.SealRtp(bytes),
            "rtcp" => attacker.SealRtcp(bytes),
            _ => throw new InvalidOperationException($"There is no door {words[0]}."),
        };
        duel.Inject("corpus", datagram);
    }

    private static IEnumerable<string> Names() => Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(n => n.StartsWith("corpus/", StringComparison.Ordinal));

    private static string Read(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
