using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace OpenAI.Realtime.WebRtc.Conformance;

/// <summary>
/// A network between two connections on loopback that a test can cut. Each side is told the relay's address instead of the other's: pass the
/// offer and the answer through it, and let each side have one address, the loopback one. Of each side's candidates the relay carries the first and
/// leaves the others out, so that no way leads around it.
/// </summary>
public sealed partial class DatagramRelay : IDisposable
{
    private readonly Socket _facingOfferer = Bind();
    private readonly Socket _facingAnswerer = Bind();
    private IPEndPoint? _offerer;
    private IPEndPoint? _answerer;

    /// <summary>While true, nothing gets through.</summary>
    public bool IsCut { get; set; }

    /// <summary>The offer as the answerer is to see it.</summary>
    public string CarryOffer(string offer) => Rewrite(offer, _facingAnswerer, out _offerer);

    /// <summary>The answer as the offerer is to see it. From now on datagrams flow.</summary>
    public string CarryAnswer(string answer)
    {
        string rewritten = Rewrite(answer, _facingOfferer, out _answerer);
        _ = PumpAsync(_facingOfferer, _facingAnswerer, _answerer!);
        _ = PumpAsync(_facingAnswerer, _facingOfferer, _offerer!);
        return rewritten;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _facingOfferer.Dispose();
        _facingAnswerer.Dispose();
    }

    private static Socket Bind()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static string Rewrite(string sdp, Socket replacement, out IPEndPoint? replaced)
    {
        Match carried = HostCandidate().Match(sdp);
        Assert.True(carried.Success, $"There is no IPv4 host candidate in\n{sdp}");
        replaced = new IPEndPoint(IPAddress.Parse(carried.Groups["address"].Value), int.Parse(carried.Groups["port"].Value, System.Globalization.CultureInfo.InvariantCulture));
        int port = ((IPEndPoint)replacement.LocalEndPoint!).Port;
        return CandidateLine().Replace(sdp, line =>
            line.Index == carried.Index ? HostCandidate().Replace(line.Value, $"${{before}}127.0.0.1 {port} typ host") : "");
    }

    private async Task PumpAsync(Socket from, Socket to, IPEndPoint destination)
    {
        byte[] buffer = new byte[2048];
        EndPoint any = new IPEndPoint(IPAddress.Any, 0);
        try
        {
            while (true)
            {
                SocketReceiveFromResult received = await from.ReceiveFromAsync(buffer, SocketFlags.None, any);
                if (!IsCut)
                    await to.SendToAsync(buffer.AsMemory(0, received.ReceivedBytes), SocketFlags.None, destination);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed: the test is over.
        }
    }

    [GeneratedRegex(@"(?<before>a=candidate:\S+ 1 udp \d+ )(?<address>\d+\.\d+\.\d+\.\d+) (?<port>\d+) typ host", RegexOptions.IgnoreCase)]
    private static partial Regex HostCandidate();

    [GeneratedRegex(@"a=candidate:[^\r\n]*\r?\n", RegexOptions.IgnoreCase)]
    private static partial Regex CandidateLine();
}
