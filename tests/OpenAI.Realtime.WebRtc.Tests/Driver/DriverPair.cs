using System.Net;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Driver;

/// <summary>Two connections of ours on 127.0.0.1: the one that offers and the one that answers.</summary>
internal sealed class DriverPair : IAsyncDisposable
{
    private static readonly WaitThreads s_portable = new(static () => new SelectPoller());

    private DriverPair(IPeerConnection offerer, IPeerConnection answerer)
    {
        Offerer = offerer;
        Answerer = answerer;
    }

    public IPeerConnection Offerer { get; }

    public IPeerConnection Answerer { get; }

    /// <summary>How long a test waits for what ought to take milliseconds, before it says that it hangs.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    public static PeerConnectionOptions Options(int sendBuffer = 1024 * 1024, TimeSpan? iceTimeout = null) => new()
    {
        LocalAddresses = [IPAddress.Loopback],
        SendBufferSize = sendBuffer,
        IceTimeout = iceTimeout ?? TimeSpan.FromSeconds(15),
    };

    /// <param name="poller"><c>default</c>, what the system has; or <c>select</c>, the portable one.</param>
    public static PeerConnectionFactory Factory(string poller = "default") => poller == "select"
        ? new PeerConnectionFactory { WaitThreads = s_portable }
        : new PeerConnectionFactory();

    public static async Task<DriverPair> NegotiateAsync(string poller = "default", PeerConnectionOptions? offerer = null, PeerConnectionOptions? answerer = null)
    {
        return await NegotiateAsync(Factory(poller), offerer ?? Options(), answerer ?? Options());
    }

    public static async Task<DriverPair> NegotiateAsync(PeerConnectionFactory factory, PeerConnectionOptions offerer, PeerConnectionOptions answerer)
    {
        var pair = new DriverPair(factory.Create(offerer), factory.Create(answerer));
        string offer = await pair.Offerer.CreateOfferAsync();
        string answer = await pair.Answerer.CreateAnswerAsync(offer);
        pair.Offerer.SetAnswer(answer);
        return pair;
    }

    public static async Task<DriverPair> ConnectAsync(string poller = "default", PeerConnectionOptions? offerer = null, PeerConnectionOptions? answerer = null)
    {
        return await ConnectAsync(Factory(poller), offerer ?? Options(), answerer ?? Options());
    }

    public static async Task<DriverPair> ConnectAsync(PeerConnectionFactory factory, PeerConnectionOptions offerer, PeerConnectionOptions answerer)
    {
        DriverPair pair = await NegotiateAsync(factory, offerer, answerer);
        await Task.WhenAll(pair.Offerer.ConnectAsync(), pair.Answerer.ConnectAsync()).WaitAsync(Patience);
        return pair;
    }

    public async ValueTask DisposeAsync()
    {
        await Offerer.DisposeAsync();
        await Answerer.DisposeAsync();
    }
}
