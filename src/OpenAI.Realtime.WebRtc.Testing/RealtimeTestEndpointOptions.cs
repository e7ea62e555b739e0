using System.Net;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>How a <see cref="RealtimeTestEndpoint"/> is to be. Read once, when it is made; <see cref="Script"/> alone can change afterwards.</summary>
public sealed class RealtimeTestEndpointOptions
{
    /// <summary>Where to listen for HTTP. Default: 127.0.0.1 on a free port. Not used when the endpoint is mapped into an application.</summary>
    public IPEndPoint ListenOn { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>The API key that is accepted. Default: null, a random one that begins with <c>sk-test-</c>.</summary>
    public string? ApiKey { get; init; }

    /// <summary>What the endpoint does when it is not to do the ordinary.</summary>
    public RealtimeTestScript Script { get; init; } = new();

    /// <summary>The local addresses that calls use, one socket each. Default: null, the one that the HTTP request came to.</summary>
    public IReadOnlyList<IPAddress>? MediaAddresses { get; init; }

    /// <summary>
    /// Whether calls use every address of the machine, loopback included, when <see cref="MediaAddresses"/> is null: browsers do not send from loopback.
    /// Default: false.
    /// </summary>
    public bool UseAllMediaAddresses { get; init; }

    /// <summary>
    /// The TCP port on which calls are taken as well, as the service does on 443 for clients whose UDP is blocked; all calls share it. 0: a free port. Default: null, UDP alone.
    /// </summary>
    public int? TcpPort { get; init; }

    /// <summary>The network interfaces whose addresses calls use, by name, such as <c>eth0</c>; not beside <see cref="MediaAddresses"/>. Default: null, as the two options above say.</summary>
    public IReadOnlyList<string>? Interfaces { get; init; }

    /// <summary>The UDP ports of calls: a range, of which each call takes a free one a local address, or a single one, which all calls share. Default: null, any port.</summary>
    public PortRange? UdpPorts { get; init; }

    /// <summary>
    /// The addresses by which clients reach this machine when they are not its own. They stand in the answer in place of the local addresses of their family, with the same port; at most 16, and not beside
    /// <see cref="EmulateNetwork"/>. Default: null, the local addresses themselves.
    /// </summary>
    public IReadOnlyList<IPAddress>? AnnouncedAddresses { get; init; }

    /// <summary>Whether the local addresses stand in the answer beside <see cref="AnnouncedAddresses"/>. Default: false.</summary>
    public bool AnnounceLocalAddresses { get; init; }

    /// <summary>How many calls may be open at a time; more are refused with 429. Default: 256.</summary>
    public int MaxCalls { get; init; } = 256;

    /// <summary>How many calls, open and ended, <see cref="RealtimeTestEndpoint.Calls"/> remembers. Default: 1,024.</summary>
    public int MaxRememberedCalls { get; init; } = 1_024;

    /// <summary>How many keys may be alive at a time; more are refused with 429. Default: 10,000.</summary>
    public int MaxKeys { get; init; } = 10_000;

    /// <summary>The largest HTTP body in bytes; a larger one is refused with 413. Default: 256 KiB.</summary>
    public int MaxBodySize { get; init; } = 256 * 1024;

    /// <summary>The largest event that a client may send, in bytes. Default: 1 MiB.</summary>
    public int MaxEventSize { get; init; } = 1024 * 1024;

    /// <summary>How much of the caller's audio one turn can hold; of a longer one the end is kept. Default: 60 s.</summary>
    public TimeSpan MaxTurn { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a session lasts until the endpoint ends it with <c>session_expired</c>. Default: 60 min, as the service.</summary>
    public TimeSpan SessionDuration { get; init; } = TimeSpan.FromMinutes(60);

    /// <summary>
    /// How much faster than it is heard a reply is generated: transcript deltas come by this pace, and <c>response.done</c> comes by so much before the
    /// audio has been heard. 1 to 1,000. Default: 1.25.
    /// </summary>
    public double GenerationPace { get; init; } = 1.25;

    /// <summary>
    /// Whether each call gets a small network of its own, in which datagrams can be lost: see <see cref="RealtimeTestCall.Network"/>. Default: false.
    /// </summary>
    public bool EmulateNetwork { get; init; }

    /// <summary>The WebRTC engine. Default: null, the SDK's own.</summary>
    public IPeerConnectionFactory? PeerConnectionFactory { get; init; }

    /// <summary>The Opus codec. Default: null, libopus, or Concentus where that is missing.</summary>
    public IOpusCodecFactory? CodecFactory { get; init; }

    /// <summary>The clock: of keys, sessions and audio. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where log messages go. Default: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxCalls);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRememberedCalls, MaxCalls);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxKeys);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxBodySize, 1_024);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxEventSize, 1_024);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxTurn, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxTurn, TimeSpan.FromMinutes(10));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SessionDuration.Ticks, nameof(SessionDuration));
        ArgumentOutOfRangeException.ThrowIfLessThan(GenerationPace, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(GenerationPace, 1_000);
        ArgumentNullException.ThrowIfNull(Script);
        Check(MediaAddresses is not { Count: 0 }, nameof(MediaAddresses), "must be null or name at least one address");
        Check(Interfaces is null || MediaAddresses is null, nameof(Interfaces), "and MediaAddresses are both set: leave one of the two out");
        new PeerConnectionOptions { Interfaces = Interfaces, UdpPorts = UdpPorts, AnnouncedAddresses = AnnouncedAddresses, TcpPort = TcpPort }.Validate();
        Check(TcpPort is null || !EmulateNetwork, nameof(TcpPort), "and EmulateNetwork are both set, and a call over TCP would go past the datagrams that are lost there: leave one of the two out");
        Check(AnnouncedAddresses is null || !EmulateNetwork, nameof(AnnouncedAddresses), "and EmulateNetwork are both set, and the emulated network has addresses of its own: leave one of the two out");
    }

    private static void Check(bool isRight, string option, string demand)
    {
        if (!isRight)
            throw new ArgumentException($"{option} {demand}.", option);
    }
}
