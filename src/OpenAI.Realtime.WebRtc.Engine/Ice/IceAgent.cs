#pragma warning disable CA1822 // The face first; each member gets its state next.
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Ice;

/// <summary>An ICE agent, full or lite, of one data stream with one component (RFC 8445), with consent (RFC 7675).</summary>
internal sealed partial class IceAgent
{
    public IceAgent(IceOptions options, RandomSource random)
    {
        LocalCredentials = IceCredentials.New(random);
        IsControlling = options.IsControlling && !options.Lite;
    }

    public IceCredentials LocalCredentials { get; }

    public bool IsControlling { get; private set; }

    public IReadOnlyList<IceCandidate> LocalCandidates { get; } = [];

    public IceCounters Counters { get; } = new();

    /// <summary>Round trip of the last check or consent check that was answered; null before the first.</summary>
    public TimeSpan? RoundTripTime { get; private set; }

    public Wake NextTimeout => Wake.Never;

    /// <summary>Adds a host candidate: the address of a socket. Before <see cref="Start"/>.</summary>
    public void AddLocalAddress(TransportAddress address) { }

    /// <summary>The peer's credentials, and whether it is lite. Once, before <see cref="Start"/>.</summary>
    public void SetRemote(IceCredentials credentials, bool isLite) { }

    /// <summary>Adds a candidate of the peer's. False when it is not used: TCP, another component, no room, or known already.</summary>
    public bool AddRemoteCandidate(in IceCandidate candidate) => false;

    /// <summary>Starts checking (full), or selecting what the peer nominates (lite). Requests that came before are answered in any case.</summary>
    public void Start(Instant now) { }

    /// <summary>Takes one STUN datagram (RFC 7983: first byte 0 to 3).</summary>
    public void HandleDatagram(ReadOnlySpan<byte> datagram, in TransportPath path, Instant now) { }

    public void HandleTimeout(Instant now) { }

    /// <summary>
    /// Says that data of the peer's, authenticated by DTLS or SRTP, came by this path: it puts Disconnected off, and keeps a lite agent's
    /// peer alive. It is no consent for a full agent (RFC 7675 §5.1).
    /// </summary>
    public void HandleActivity(in TransportPath path, Instant now) { }

    public bool TryTakeDatagram(Span<byte> buffer, out int length, out TransportPath path)
    {
        (length, path) = (0, default);
        return false;
    }

    public bool TryTakeEvent(out IceEvent e)
    {
        e = default;
        return false;
    }

    /// <summary>Where data goes; false before a pair is selected and after consent is gone.</summary>
    public bool TryGetSelectedPath(out TransportPath path)
    {
        path = default;
        return false;
    }

    /// <summary>Whether data from this path may be looked at: a check passed on it, in either direction.</summary>
    public bool IsValidatedSource(in TransportPath path) => false;
}
