namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>
/// The network between one client and the endpoint, when <see cref="RealtimeTestEndpointOptions.EmulateNetwork"/> is set. Everything can be changed while
/// the call goes on.
/// </summary>
public sealed class RealtimeTestNetwork
{
    private readonly Lock _gate = new();
    private Random _random = new(1);
    private double _lossToClient;
    private double _lossFromClient;
    private long _lost;

    /// <summary>Which share of the datagrams to the client is lost, 0 to 1. Default: 0.</summary>
    public double LossToClient
    {
        get => _lossToClient;
        set => _lossToClient = Share(value);
    }

    /// <summary>Which share of the datagrams from the client is lost, 0 to 1. Default: 0.</summary>
    public double LossFromClient
    {
        get => _lossFromClient;
        set => _lossFromClient = Share(value);
    }

    /// <summary>Whether only audio (RTP and RTCP) is lost, and not ICE, DTLS and events. Default: true.</summary>
    public bool AudioOnly { get; set; } = true;

    /// <summary>Whether everything is lost both ways, as when a cable is pulled. Default: false.</summary>
    public bool IsDown { get; set; }

    /// <summary>How many datagrams have been lost.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Begins the same sequence of losses again. Until then the seed is 1.</summary>
    public void Seed(int seed)
    {
        lock (_gate)
            _random = new Random(seed);
    }

    internal bool Loses(ReadOnlySpan<byte> datagram, bool toClient)
    {
        double share = toClient ? LossToClient : LossFromClient;
        bool lost = IsDown;
        if (!lost && share > 0 && (!AudioOnly || IsAudio(datagram)))
        {
            lock (_gate)
                lost = _random.NextDouble() < share;
        }

        if (lost)
            Interlocked.Increment(ref _lost);
        return lost;
    }

    // RFC 7983 §7: the first byte tells.
    private static bool IsAudio(ReadOnlySpan<byte> datagram) => datagram.Length > 0 && datagram[0] is >= 128 and <= 191;

    private static double Share(double value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1);
        return value;
    }
}
