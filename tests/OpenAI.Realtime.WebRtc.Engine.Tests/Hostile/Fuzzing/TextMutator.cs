namespace OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;

/// <summary>Changes SDP line by line and letter by letter.</summary>
internal sealed class TextMutator(Random random)
{
    private static readonly string[] s_pieces =
    [
        " ", ":", "0", "-1", "65535", "65536", "4294967295", "4294967296", "9223372036854775807", "99999999999999999999", "\0", "/", "\t", "é", "\uD800", "=", "\n", "\r",
        "IN IP6 ::", "FF:FF", "a=", "m=audio 9 UDP/TLS/RTP/SAVPF 111", "m=application 9 UDP/DTLS/SCTP webrtc-datachannel", "a=candidate:1 1 udp 1 ::1 0 typ host",
        "a=candidate:1 1 udp 4294967295 x.local 9 typ host", "a=ice-lite", "a=setup:active", "a=setup:passive", "a=setup:actpass", "a=setup:holdconn", "a=inactive",
        "a=group:BUNDLE", "a=mid:", "a=rtpmap:111 opus/48000/2", "a=fmtp:111 ", "a=ssrc:1 cname:", "a=sctp-port:0", "a=max-message-size:0", "a=fingerprint:sha-512 ",
    ];

    public string Mutate(string text)
    {
        List<string> lines = [.. text.Split("\r\n")];
        for (int n = random.Next(1, 5); n > 0; n--)
        {
            int at = random.Next(lines.Count);
            string line = lines[at];
            switch (random.Next(11))
            {
                case 0 when lines.Count > 1:
                    lines.RemoveAt(at);
                    break;
                case 1:
                    lines.Insert(random.Next(lines.Count), line);
                    break;
                case 2:
                    lines[at] = line[..random.Next(line.Length + 1)];
                    break;
                case 3 when line.Length > 0:
                    char[] letters = line.ToCharArray();
                    letters[random.Next(letters.Length)] = (char)random.Next(random.Next(3) > 0 ? 128 : 0x1_0000);
                    lines[at] = new(letters);
                    break;
                case 4:
                    int to = random.Next(lines.Count);
                    (lines[at], lines[to]) = (lines[to], line);
                    break;
                case 5:
                    lines[at] = line.Insert(random.Next(line.Length + 1), s_pieces[random.Next(s_pieces.Length)]);
                    break;
                case 6:
                    lines[at] = new([.. line.Select(c => char.IsAsciiDigit(c) && random.Next(2) == 0 ? (char)('0' + random.Next(10)) : c)]);
                    break;
                case 7: // one of the numbers becomes another
                    string[] words = line.Split(' ');
                    words[random.Next(words.Length)] = s_pieces[random.Next(s_pieces.Length)];
                    lines[at] = string.Join(' ', words);
                    break;
                case 8: // a line of the same kind, many times
                    for (int i = random.Next(1, random.Next(10) == 0 ? 300 : 5); i > 0; i--)
                        lines.Insert(at, line);
                    break;
                case 9:
                    lines.Insert(at, s_pieces[random.Next(s_pieces.Length)]);
                    break;
                default:
                    lines[at] = line + line;
                    break;
            }
        }

        return string.Join(random.Next(8) switch { 0 => "\n", 1 => "\r", _ => "\r\n" }, lines);
    }
}
