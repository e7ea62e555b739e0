using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.SIPSorcery.Peers;

namespace OpenAI.Realtime.WebRtc.SIPSorcery.Tests;

/// <summary>A service that answers no consent check without USE-CANDIDATE, as OpenAI's is reported to: an ICE-lite answerer behind a relay that drops them.</summary>
public sealed partial class LiteConsentTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>SIPSorcery fails a pair that has not been answered for 16 s (<c>RtpIceChannel.FAILED_TIMEOUT_PERIOD</c>) and looks every 3 s.</summary>
    private static readonly TimeSpan LongerThanSIPSorceryWaits = TimeSpan.FromSeconds(22);

    [Fact]
    public async Task A_call_outlives_a_lite_peer_that_wants_to_see_USE_CANDIDATE()
    {
        await using IPeerConnection offerer = new SIPSorceryPeerConnectionFactory().Create(new() { LocalAddresses = [IPAddress.Loopback] });
        await using IPeerConnection answerer = new PeerConnectionFactory().Create(new() { LocalAddresses = [IPAddress.Loopback], IceLite = true });
        string offer = await offerer.CreateOfferAsync();
        string answer = await answerer.CreateAnswerAsync(offer);
        using var service = new PickyRelay(EndPoint(offer), EndPoint(answer));
        offerer.SetAnswer(HostCandidate().Replace(answer, match => $"{match.Groups["before"].Value}127.0.0.1 {service.Port} typ host"));
        await Task.WhenAll(offerer.ConnectAsync(), answerer.ConnectAsync()).WaitAsync(Patience);

        service.DropsPlainRequests = true;
        Task first = await Task.WhenAny(Task.Delay(LongerThanSIPSorceryWaits), offerer.Completion, answerer.Completion);
        Assert.False(offerer.Completion.IsCompleted, "The call has ended.");
        Assert.False(first == answerer.Completion, "The other end has gone.");
        Assert.True(service.Dropped > 3, $"Only {service.Dropped} checks without USE-CANDIDATE came: this test no longer shows anything.");
        Assert.Equal(PeerState.Connected, offerer.State);
        while (offerer.StateChanges.TryRead(out PeerStateChange change))
            Assert.NotEqual(PeerState.Disconnected, change.State);
        await offerer.Messages.SendAsync(new byte[1], MessageKind.Text);
        (await answerer.Messages.ReceiveAsync().AsTask().WaitAsync(Patience))!.Dispose();
    }

    private static IPEndPoint EndPoint(string sdp)
    {
        Match candidate = HostCandidate().Match(sdp);
        return new(IPAddress.Parse(candidate.Groups["address"].Value), int.Parse(candidate.Groups["port"].Value, System.Globalization.CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"(?<before>a=candidate:\S+ 1 udp \d+ )(?<address>\d+\.\d+\.\d+\.\d+) (?<port>\d+) typ host", RegexOptions.IgnoreCase)]
    private static partial Regex HostCandidate();

    /// <summary>Stands where the service stands. It hands what the client sends on, but for Binding requests without USE-CANDIDATE when told so.</summary>
    private sealed class PickyRelay : IDisposable
    {
        private readonly Socket _facingClient = Bind();
        private readonly Socket _facingService = Bind();
        private int _dropped;

        public PickyRelay(IPEndPoint client, IPEndPoint service)
        {
            _ = PumpAsync(_facingClient, _facingService, service, isPicky: true);
            _ = PumpAsync(_facingService, _facingClient, client, isPicky: false);
        }

        public int Port => ((IPEndPoint)_facingClient.LocalEndPoint!).Port;

        public bool DropsPlainRequests { get; set; }

        public int Dropped => Volatile.Read(ref _dropped);

        public void Dispose()
        {
            _facingClient.Dispose();
            _facingService.Dispose();
        }

        private static Socket Bind()
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            return socket;
        }

        /// <summary>A Binding request (0x0001) among whose attributes USE-CANDIDATE (0x0025) is not (RFC 8489 §5, §14; RFC 8445 §16.1).</summary>
        private static bool IsPlainRequest(ReadOnlySpan<byte> datagram)
        {
            if (datagram.Length < 20 || datagram[0] != 0 || datagram[1] != 1)
                return false;
            for (int at = 20; at + 4 <= datagram.Length; at += 4 + (((datagram[at + 2] << 8) + datagram[at + 3] + 3) & ~3))
            {
                if (datagram[at] == 0 && datagram[at + 1] == 0x25)
                    return false;
            }

            return true;
        }

        private async Task PumpAsync(Socket from, Socket to, IPEndPoint destination, bool isPicky)
        {
            byte[] buffer = new byte[4096];
            EndPoint any = new IPEndPoint(IPAddress.Any, 0);
            try
            {
                while (true)
                {
                    SocketReceiveFromResult received = await from.ReceiveFromAsync(buffer, SocketFlags.None, any);
                    if (isPicky && DropsPlainRequests && IsPlainRequest(buffer.AsSpan(0, received.ReceivedBytes)))
                        Interlocked.Increment(ref _dropped);
                    else
                        await to.SendToAsync(buffer.AsMemory(0, received.ReceivedBytes), SocketFlags.None, destination);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Disposed: the test is over.
            }
        }
    }
}
