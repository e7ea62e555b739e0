using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Where a stream of a call stands.</summary>
internal enum CallStreamState
{
    /// <summary>It is being found out whether there is a proxy.</summary>
    LookingUp,

    /// <summary>The connection to the proxy is being made, or its reply is awaited.</summary>
    AskingProxy,

    /// <summary>The connection to the peer is being made.</summary>
    Connecting,

    /// <summary>Datagrams flow.</summary>
    Open,

    /// <summary>It is over; whoever still has it leaves it alone.</summary>
    Closed,
}

/// <summary>By what way a stream goes.</summary>
/// <param name="Local">Our end of the connection, with the port that the system chose.</param>
/// <param name="Proxy">The proxy that it leads through; null for none.</param>
internal readonly record struct StreamWay(System.Net.EndPoint? Local, string? Proxy);

/// <summary>One stream of a call: its path, as the engine knows it, and the connection that carries it.</summary>
internal sealed class CallStream(in TransportPath path)
{
    public TransportPath Path { get; } = path;

    public CallStreamState State { get; set; }

    public StreamSocket? Socket { get; set; }

    /// <summary>The proxy that leads there; null when it is reached directly.</summary>
    public ProxyRoute? Proxy { get; set; }

    /// <summary>The question that the proxy has been asked.</summary>
    public HttpConnect? Question { get; set; }

    /// <summary>Until when the proxy may answer.</summary>
    public Instant Deadline { get; set; } = Instant.Never;

    /// <summary>What has been tried in vain, for the sentence that says why no path was found.</summary>
    public List<string> Failures { get; } = [];
}
