using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Sdp;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Sdp;

public sealed class HostileInputTests
{
    // Every input either fails with a message or gives a description; what it negotiates is written and read again. Nothing throws.
    private static void Digest(string text)
    {
        if (!SessionDescription.TryParse(text, out SessionDescription? description, out SdpError error))
        {
            Assert.NotEmpty(error.Message);
            Assert.DoesNotContain(error.Message, char.IsControl);
            Assert.True(error.LineText is null || (error.LineText.Length <= SdpRedaction.MaxLineLength + 1 && !error.LineText.Any(char.IsControl)));
            return;
        }

        _ = AnswerValidator.TryNegotiate(Samples.Local, description, out _, out error);
        Assert.DoesNotContain(error.Message, char.IsControl);
        if (OfferValidator.TryNegotiate(description, Samples.Local, out NegotiatedSession? session, out error))
            Samples.Parse(AnswerWriter.Write(description, Samples.Local, session));
    }

    [Theory]
    [MemberData(nameof(Samples.AllFixtures), MemberType = typeof(Samples))]
    public void Mutated_descriptions_never_throw(string fixture)
    {
        string text = Samples.Read(fixture);
        for (int seed = 0; seed < 1500; seed++)
        {
            string mutated = Mutate(text, new Random(seed));
            Exception? thrown = Record.Exception(() => Digest(mutated));
            Assert.True(thrown is null, $"{fixture}, seed {seed}: {thrown}\n{mutated}");
        }
    }

    [Fact]
    public void Random_text_never_throws()
    {
        for (int seed = 0; seed < 1500; seed++)
        {
            Random random = new(seed);
            StringBuilder text = new("v=0\r\n");
            for (int i = random.Next(300); i > 0; i--)
                text.Append(random.Next(4) switch { 0 => "\r\na=", 1 => "m=audio 9 ", _ => ((char)random.Next(1, 0x10000)).ToString() });
            Exception? thrown = Record.Exception(() => Digest(text.ToString()));
            Assert.True(thrown is null, $"seed {seed}: {thrown}");
        }
    }

    [Fact]
    public void Too_long_a_text_is_refused_unread()
    {
        SdpError error = Samples.ParseError("v=0\r\n" + new string('a', SdpLimits.Length));

        Assert.Equal($"The text has {SdpLimits.Length + 5} characters, more than the {SdpLimits.Length} accepted. An ordinary description has fewer than 20000: check what was passed.", error.Message);
    }

    [Fact]
    public void Too_many_lines_are_refused()
    {
        SdpError error = Samples.ParseError("v=0\r\n" + string.Concat(Enumerable.Repeat("a=x\n", SdpLimits.Lines)));

        Assert.Equal($"There are more than {SdpLimits.Lines} lines. An ordinary description has fewer than 500: check what was passed.", error.Message);
    }

    [Fact]
    public void Too_many_m_lines_are_refused()
    {
        SdpError error = Samples.ParseError("v=0\r\n" + string.Concat(Enumerable.Repeat("m=video 9 UDP/TLS/RTP/SAVPF 96\r\n", SdpLimits.MediaDescriptions + 1)));

        Assert.Equal((SdpLimits.MediaDescriptions + 2, $"There are more than {SdpLimits.MediaDescriptions} m-lines; one for audio and one for data channels is enough."), (error.Line, error.Message));
    }

    [Fact]
    public void Too_many_fingerprints_are_refused_and_those_that_nobody_can_check_are_passed_over()
    {
        string Many(Func<int, string> line) => string.Concat(Enumerable.Range(0, SdpLimits.Fingerprints + 1).Select(i => $"a=fingerprint:{line(i)}\r\n"));
        string checkable = Many(i => $"sha-256 {string.Join(':', Enumerable.Repeat($"{i:X2}", 32))}");
        string other = Many(i => $"md5-{i} AA");

        Assert.Equal($"There are more than {SdpLimits.Fingerprints} fingerprints of sha-256, sha-384 or sha-512 at one level; one for each hash function is enough.", Samples.ParseError("v=0\r\n" + checkable).Message);
        Assert.Single(Samples.NegotiateAnswer(Samples.ProductionAnswer.Replace("t=0 0\r\n", "t=0 0\r\n" + other, StringComparison.Ordinal)).RemoteFingerprints);
    }

    [Fact]
    public void Candidates_beyond_the_bound_are_passed_over_and_counted()
    {
        string candidates = string.Concat(Enumerable.Range(1, 500).Select(i => $"a=candidate:1 1 udp 1 192.0.2.7 {i} typ host\r\n"));
        NegotiatedSession session = Samples.NegotiateAnswer(Samples.ProductionAnswer.Replace("a=sendrecv\r\na=cand", $"a=sendrecv\r\n{candidates}a=cand", StringComparison.Ordinal));

        Assert.Equal(SdpLimits.Candidates, session.RemoteCandidates.Count);
        Assert.Equal(500 + 4 - SdpLimits.Candidates, session.UnusableCandidates);
    }

    [Fact]
    public void A_line_of_control_characters_cannot_write_to_a_terminal()
    {
        SdpError error = Samples.ParseError("v=0\r\n\u001b[31mred\u0007" + new string('x', 500));

        Assert.StartsWith("·[31mred·xxx", error.LineText, StringComparison.Ordinal);
        Assert.Equal(SdpRedaction.MaxLineLength + 1, error.LineText!.Length);
    }

    private static string Mutate(string text, Random random)
    {
        List<string> lines = [.. text.Split("\r\n")];
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            int at = random.Next(lines.Count);
            string line = lines[at];
            switch (random.Next(8))
            {
                case 0:
                    lines.RemoveAt(at);
                    if (lines.Count == 0)
                        lines.Add("");
                    break;
                case 1:
                    lines.Insert(random.Next(lines.Count), line);
                    break;
                case 2:
                    lines[at] = line[..random.Next(line.Length + 1)];
                    break;
                case 3 when line.Length > 0:
                    char[] letters = line.ToCharArray();
                    letters[random.Next(letters.Length)] = (char)random.Next(random.Next(2) == 0 ? 128 : 0x10000);
                    lines[at] = new(letters);
                    break;
                case 4:
                    (lines[at], lines[random.Next(lines.Count)]) = (lines[random.Next(lines.Count)], line);
                    break;
                case 5:
                    lines[at] = line.Insert(random.Next(line.Length + 1), random.Next(6) switch { 0 => " ", 1 => ":", 2 => "0", 3 => "99999999999", 4 => "\0", _ => "/" });
                    break;
                case 6:
                    lines[at] = new string([.. line.Select(c => char.IsAsciiDigit(c) ? (char)('0' + random.Next(10)) : c)]);
                    break;
                default:
                    lines[at] = line + line;
                    break;
            }
        }

        return string.Join(random.Next(3) switch { 0 => "\n", 1 => "\r", _ => "\r\n" }, lines);
    }
}
