using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Testing;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Session;

/// <summary>A client that warms up holds a call with itself, asks nobody else, and leaves nothing behind.</summary>
[Collection("Alone")]
public sealed class WarmUpTests
{
    /// <summary>Nothing listens there: whoever asks it fails.</summary>
    private static readonly Uri Nobody = new("http://127.0.0.1:1/v1");

    private readonly FakeLogCollector _log = new();
    private readonly Peers _peers = new();

    public static TheoryData<string> Kinds => ["minted", "given", "unified", "beta", "provider"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_whole_call_is_held_however_keys_are_come_by(string kind)
    {
        using RealtimeWebRtcClient client = Client(kind);
        await client.WarmUpAsync().Within();
        await AssertWentWellAsync(calls: 1);
    }

    [Theory]
    [InlineData(OpusCodecChoice.Auto)]
    [InlineData(OpusCodecChoice.LibOpus)]
    [InlineData(OpusCodecChoice.Concentus)]
    public async Task Any_codec_can_be_warmed(OpusCodecChoice codec)
    {
        using RealtimeWebRtcClient client = Client("given");
        await client.WarmUpAsync(new() { Audio = { Codec = codec } }).Within();
        await AssertWentWellAsync(calls: 1);
    }

    [Fact]
    public async Task It_may_be_done_again_and_by_several_at_once_and_leaves_no_sockets()
    {
        using RealtimeWebRtcClient client = Client("minted");
        await client.WarmUpAsync().Within();
        int before = OpenSockets();
        await client.WarmUpAsync().Within();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => client.WarmUpAsync())).Within();
        await AssertWentWellAsync(calls: 5);
        for (int i = 0; i < 100 && OpenSockets() > before; i++)
            await Task.Delay(100);
        Assert.True(OpenSockets() <= before, $"{before} sockets before, {OpenSockets()} after.");
    }

    [Fact]
    public async Task The_service_is_not_asked()
    {
        await using HttpEndpoint endpoint = await HttpEndpoint.StartAsync();
        endpoint.MintsKeys();
        endpoint.AnswersCalls();
        using var client = new RealtimeWebRtcClient(new() { Endpoint = endpoint.Base, ApiKey = "sk-test" }, peerFactory: _peers);
        await client.WarmUpAsync().Within();
        Assert.Empty(endpoint.Requests);
    }

    [Fact]
    public async Task It_can_be_cancelled_in_the_middle_and_leaves_no_peer()
    {
        using RealtimeWebRtcClient client = Client("given");
        using var cancel = new CancellationTokenSource();
        _peers.Created = _ => cancel.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.WarmUpAsync(cancellationToken: cancel.Token).Within());
        await Task.WhenAll(_peers.All.Select(peer => peer.Completion)).Within();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.WarmUpAsync(cancellationToken: cancel.Token));
    }

    [Fact]
    public async Task An_engine_that_fails_is_logged_and_the_program_goes_on()
    {
        using RealtimeWebRtcClient client = Client("given");
        _peers.Created = peer => _ = peer.DisposeAsync().AsTask();
        await client.WarmUpAsync().Within();
        Assert.Contains(_log.GetSnapshot(), entry => entry.Message.Contains("Warming up failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rehearsal_writes_nothing_into_the_log()
    {
        using var client = new RealtimeWebRtcClient(new() { Endpoint = Nobody, EphemeralKey = "ek_test" }, loggerFactory: _log.Factory());
        await client.WarmUpAsync().Within();
        Assert.Empty(_log.GetSnapshot());
    }

    [Fact]
    public async Task A_disposed_client_says_so()
    {
        RealtimeWebRtcClient client = Client("given");
        client.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.WarmUpAsync());
    }

    private RealtimeWebRtcClient Client(string kind) => new(
        new OpenAIRealtimeWebRtcOptions
        {
            Endpoint = Nobody,
            ApiKey = kind is "minted" or "unified" or "beta" ? "sk-test" : null,
            EphemeralKey = kind is "given" ? "ek_test" : null,
            UseUnifiedInterface = kind is "unified",
            Dialect = kind is "beta" ? RealtimeDialect.Beta : RealtimeDialect.Ga,
        },
        keyProvider: kind is "provider" ? new NoProvider() : null,
        peerFactory: _peers,
        loggerFactory: _log.Factory());

    /// <summary>Both ends of each call were there and are gone, and nothing was logged about a failure.</summary>
    private async Task AssertWentWellAsync(int calls)
    {
        Assert.DoesNotContain(_log.GetSnapshot(), entry => entry.Message.Contains("Warming up failed", StringComparison.Ordinal));
        Assert.Equal(2 * calls, _peers.All.Count);
        await Task.WhenAll(_peers.All.Select(peer => peer.Completion)).Within();
    }

    private static int OpenSockets() => OperatingSystem.IsLinux()
        ? Directory.GetFiles("/proc/self/fd").Count(fd => new FileInfo(fd).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true)
        : 0;

    private sealed class Peers : IPeerConnectionFactory
    {
        private readonly PeerConnectionFactory _inner = new();

        public ConcurrentBag<IPeerConnection> All { get; } = [];

        public Action<IPeerConnection> Created { get; set; } = _ => { };

        public IPeerConnection Create(PeerConnectionOptions options)
        {
            IPeerConnection peer = _inner.Create(options);
            All.Add(peer);
            Created(peer);
            return peer;
        }
    }

    private sealed class NoProvider : IEphemeralKeyProvider
    {
        public ValueTask<EphemeralKey> GetKeyAsync(EphemeralKeyRequest request, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("Nobody is to be asked.");
    }
}
