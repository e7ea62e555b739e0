namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Over what the datagrams of a connection may travel.</summary>
public enum NetworkChoice
{
    /// <summary>UDP; and TCP where no UDP path has answered after 300 ms, or where the system refuses to send UDP.</summary>
    Auto,

    /// <summary>UDP alone.</summary>
    Udp,

    /// <summary>TCP alone (RFC 6544): for networks that block UDP, and for trying it out. Audio that is late then waits for what was lost.</summary>
    Tcp,
}
