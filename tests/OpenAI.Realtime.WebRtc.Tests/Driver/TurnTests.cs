using System.Net;
using System.Net.Sockets;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Driver;

/// <summary>Who gets a turn on a wait thread that has more to do than it can.</summary>
public sealed class TurnTests
{
    [Fact]
    public async Task A_client_that_asks_again_whenever_it_runs_runs_once_between_two_looks_at_the_sockets()
    {
        var looks = new CountingPoller();
        var threads = new WaitThreads(() => looks);
        WaitThread thread = threads.Join();
        var flooded = new Flooded(thread, looks, runs: 2_000);
        thread.Add(flooded);
        thread.RequestRun(flooded);
        await flooded.Done.WaitAsync(DriverPair.Patience);
        Assert.Equal(1, flooded.MostBetweenTwoLooks);
        thread.Leave(flooded);
    }

    [Fact]
    public void A_wake_that_could_not_be_sent_costs_no_more_than_a_bounded_wait()
    {
        using var poller = new SelectPoller((_, _, _) => throw new SocketException((int)SocketError.NoBufferSpaceAvailable));
        poller.Wake();
        poller.Wait(-1, new PolledSocket?[1]);       // returns, though nothing came
    }

    [Theory]
    [InlineData("default")]
    [InlineData("select")]
    public async Task A_datagram_that_is_too_long_is_dropped_and_counted(string poller)
    {
        await using IPeerConnection connection = DriverPair.Factory(poller).Create(DriverPair.Options());
        string offer = await connection.CreateOfferAsync();
        string[] candidate = offer.Split("\r\n").First(l => l.StartsWith("a=candidate:", StringComparison.Ordinal)).Split(' ');
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using var patience = new CancellationTokenSource(DriverPair.Patience);
        while (connection.GetStatistics().DatagramsDropped is null or 0)
        {
            patience.Token.ThrowIfCancellationRequested();
            stranger.SendTo(new byte[60_000], new IPEndPoint(IPAddress.Loopback, int.Parse(candidate[5], System.Globalization.CultureInfo.InvariantCulture)));
            await Task.Yield();
        }
    }

    /// <summary>Asks for another run in each of its runs, and counts its runs between two looks at the sockets.</summary>
    private sealed class Flooded(WaitThread thread, CountingPoller looks, int runs) : IWaitClient
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _requested;
        private int _runs;
        private int _lastLook = -1;
        private int _between;

        public Task Done => _done.Task;

        public int MostBetweenTwoLooks { get; private set; }

        public long DueTimestamp => long.MaxValue;

        public bool TryRequest() => Interlocked.Exchange(ref _requested, 1) == 0;

        public void BeginRequested() => Interlocked.Exchange(ref _requested, 0);

        public void RunOnWaitThread()
        {
            _between = looks.Count == _lastLook ? _between + 1 : 1;
            _lastLook = looks.Count;
            MostBetweenTwoLooks = Math.Max(MostBetweenTwoLooks, _between);
            if (++_runs == runs)
            {
                _done.TrySetResult();
                return;
            }

            thread.RequestRun(this);
            thread.RequestRun(this);        // as a connection with two flooded sockets does
        }
    }

    /// <summary>The portable poller, with its waits counted.</summary>
    private sealed class CountingPoller : ISocketPoller
    {
        private readonly SelectPoller _inner = new();

        /// <summary>On the wait thread only.</summary>
        public int Count { get; private set; }

        public UdpPort Open(IPAddress address, PortRange? ports = null) => _inner.Open(address, ports);

        public void Add(PolledSocket port) => _inner.Add(port);

        public void Remove(PolledSocket port) => _inner.Remove(port);

        public void Rearm(PolledSocket port) => _inner.Rearm(port);

        public void Wake() => _inner.Wake();

        public void Dispose() => _inner.Dispose();

        public int Wait(int milliseconds, Span<PolledSocket?> readable)
        {
            Count++;
            return _inner.Wait(milliseconds, readable);
        }
    }
}
