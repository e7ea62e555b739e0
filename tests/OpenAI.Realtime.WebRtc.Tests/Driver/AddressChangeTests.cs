using System.Diagnostics;
using System.Net;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Interop.Tests;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Driver.Streams;

namespace OpenAI.Realtime.WebRtc.Tests.Driver;

/// <summary>Local addresses that go and come while a call goes on, on real sockets; loopback has sixteen million to choose from.</summary>
public class AddressChangeTests
{
    private static readonly IPAddress s_cable = IPAddress.Parse("127.0.0.2"), s_wifi = IPAddress.Parse("127.0.0.3");

    [Theory]
    [InlineData(NetworkChoice.Auto, true)]
    [InlineData(NetworkChoice.Auto, false)]
    [InlineData(NetworkChoice.Tcp, true)]
    public async Task A_call_goes_on_from_the_address_that_comes_when_its_own_goes(NetworkChoice network, bool lite)
    {
        var machine = new Machine(s_cable);
        await using var pair = await ConnectAsync(machine, network, lite);
        Assert.StartsWith("127.0.0.2:", pair.Offerer.GetStatistics().LocalAddress, StringComparison.Ordinal);
        machine.Change(s_wifi);
        await UntilFrom(pair, "127.0.0.3:");
        await TcpTests.TalkAsync(pair.Offerer, pair.Answerer);
        await TcpTests.TalkAsync(pair.Answerer, pair.Offerer);
    }

    [Fact]
    public async Task A_call_survives_some_seconds_without_any_address()
    {
        var machine = new Machine(s_cable);
        await using var pair = await ConnectAsync(machine, NetworkChoice.Auto, lite: true);
        machine.Change();
        ValueTask sending = pair.Offerer.Messages.SendAsync(new byte[1000], MessageKind.Binary);
        await Task.WhenAny(pair.Answerer.Completion, Task.Delay(500)); // nothing comes, nothing ends
        Assert.False(pair.Answerer.Completion.IsCompleted);
        machine.Change(s_wifi);
        await sending;
        using IncomingMessage? message = await pair.Answerer.Messages.ReceiveAsync().AsTask().WaitAsync(DriverPair.Patience);
        Assert.Equal(1000, message!.Memory.Length);
        await UntilFrom(pair, "127.0.0.3:");
    }

    [Fact]
    public async Task An_address_beside_the_one_in_use_is_bound_and_one_that_goes_is_let_go()
    {
        var machine = new Machine(s_cable);
        await using var pair = await ConnectAsync(machine, NetworkChoice.Auto, lite: true);
        machine.Change(s_cable, s_wifi);
        machine.Change(s_cable);
        machine.Change(s_cable, s_wifi);
        machine.Change(s_wifi);
        await UntilFrom(pair, "127.0.0.3:");
        await TcpTests.TalkAsync(pair.Offerer, pair.Answerer);
    }

    [Fact]
    public async Task Nobody_is_told_any_more_when_the_call_has_ended()
    {
        var machine = new Machine(s_cable);
        await using (await ConnectAsync(machine, NetworkChoice.Auto, lite: true))
            Assert.Equal(1, machine.Watchers);
        Assert.Equal(0, machine.Watchers);
    }

    [LoopbackAddressFact]
    public async Task The_system_tells_of_an_address_that_comes_and_goes()
    {
        var changed = new SemaphoreSlim(0); // not disposed: a change from just before the end may be told after it
        using IDisposable watch = AddressWatch.System.Watch(() => changed.Release());
        using var patience = new CancellationTokenSource(DriverPair.Patience);
        try
        {
            // Until the system is listened to, which takes a moment.
            do
            {
                await IpAsync("del");
                await IpAsync("add");
            }
            while (!await changed.WaitAsync(100, patience.Token));
        }
        finally
        {
            await IpAsync("del");
        }
    }

    private static async Task IpAsync(string verb)
    {
        using Process ip = Process.Start(new ProcessStartInfo("ip", ["address", verb, LoopbackAddressFactAttribute.Address, "dev", "lo"]) { RedirectStandardError = true })!;
        await ip.WaitForExitAsync();
    }

    private static async Task<Pair> ConnectAsync(Machine machine, NetworkChoice network, bool lite)
    {
        var pair = new Pair(
            new PeerConnectionFactory { AddressWatch = machine }.Create(new PeerConnectionOptions { Network = network }),
            new PeerConnectionFactory().Create(new PeerConnectionOptions { LocalAddresses = [IPAddress.Loopback], IceLite = lite, TcpPort = network == NetworkChoice.Tcp ? 0 : null }));
        pair.Offerer.SetAnswer(await pair.Answerer.CreateAnswerAsync(await pair.Offerer.CreateOfferAsync()));
        await Task.WhenAll(pair.Offerer.ConnectAsync(), pair.Answerer.ConnectAsync()).WaitAsync(DriverPair.Patience);
        return pair;
    }

    private static async Task UntilFrom(Pair pair, string address)
    {
        using var patience = new CancellationTokenSource(DriverPair.Patience);
        while (!pair.Offerer.GetStatistics().LocalAddress!.StartsWith(address, StringComparison.Ordinal) || !pair.Answerer.GetStatistics().RemoteAddress!.StartsWith(address, StringComparison.Ordinal))
        {
            Assert.False(patience.IsCancellationRequested, $"{pair.Offerer.GetStatistics()}\n{pair.Answerer.GetStatistics()}");
            await Task.Delay(10);
        }
    }

    private sealed record Pair(IPeerConnection Offerer, IPeerConnection Answerer) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Offerer.DisposeAsync();
            await Answerer.DisposeAsync();
        }
    }

    /// <summary>A machine whose cables the test pulls.</summary>
    private sealed class Machine(params IPAddress[] addresses) : AddressWatch
    {
        private readonly List<Action> _watchers = [];
        private volatile IPAddress[] _addresses = addresses;

        public int Watchers
        {
            get
            {
                lock (_watchers)
                    return _watchers.Count;
            }
        }

        public void Change(params IPAddress[] addresses)
        {
            _addresses = addresses;
            Action[] told;
            lock (_watchers)
                told = [.. _watchers];
            foreach (Action watcher in told)
                watcher();
        }

        public override IReadOnlyList<IPAddress> Gather(PeerConnectionOptions options) => _addresses;

        public override IDisposable Watch(Action changed)
        {
            lock (_watchers)
                _watchers.Add(changed);
            return new Watcher(this, changed);
        }

        private sealed class Watcher(Machine machine, Action changed) : IDisposable
        {
            public void Dispose()
            {
                lock (machine._watchers)
                    machine._watchers.Remove(changed);
            }
        }
    }
}

/// <summary>A test that gives loopback another address for a moment, which needs root and iproute2: where they are missing it is skipped, and fails in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LoopbackAddressFactAttribute : FactAttribute
{
    public const string Address = "127.9.9.9/32"; // of loopback anyway, so that nobody minds

    public LoopbackAddressFactAttribute() => Skip = PrivateNetwork.SkipWithout("/usr/bin/ip");
}
