using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using OpenAI.Realtime.WebRtc.Benchmarks.Host;

namespace OpenAI.Realtime.WebRtc.Benchmarks.BadLines;

/// <summary>Puts a <see cref="LossyRelay"/> between the two sides of a call by what their SDP says.</summary>
internal static partial class BehindLine
{
    /// <summary>The offer without the client's addresses: a full agent would reach them past the line.</summary>
    public static string WithoutCandidates(string offer) => CandidateLine().Replace(offer, "");

    /// <summary>The answer with the relay's address in place of the server's.</summary>
    public static (string Answer, IDisposable Relay) Put(string answer, DelayLine line, int seed, double loss, TimeSpan delay)
    {
        Match candidate = CandidateLine().Match(answer);
        var server = new IPEndPoint(IPAddress.Parse(candidate.Groups["address"].Value), int.Parse(candidate.Groups["port"].Value, System.Globalization.CultureInfo.InvariantCulture));
        var relay = new LossyRelay(line, seed, loss, delay, OwnAddress(), server);
        string ours = Figures.Text($"a=candidate:1 1 udp 2130706431 {relay.Address.Address} {relay.Address.Port} typ host\r\n");
        bool isFirst = true;
        string rewritten = CandidateLine().Replace(answer, _ =>
        {
            bool first = isFirst;
            isFirst = false;
            return first ? ours : "";
        });
        return (rewritten, relay);
    }

    /// <summary>An address of this machine that a browser uses; browsers do not look for peers on loopback.</summary>
    private static IPAddress OwnAddress() =>
        NetworkInterface.GetAllNetworkInterfaces()
            .Where(i => i.OperationalStatus == OperationalStatus.Up && i.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(i => i.GetIPProperties().UnicastAddresses)
            .Select(a => a.Address)
            .FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork) ?? IPAddress.Loopback;

    [GeneratedRegex(@"a=candidate:\S+ \d+ \S+ \d+ (?<address>\S+) (?<port>\d+) [^\r\n]*\r\n", RegexOptions.IgnoreCase)]
    private static partial Regex CandidateLine();
}
