namespace OpenAI.Realtime.WebRtc.Engine.Core;

/// <summary>Which way media flows, seen from who says it (RFC 8866 §6.7). The bits are "sends" and "receives".</summary>
[Flags]
public enum MediaDirection : byte
{
    /// <summary>Neither way: <c>a=inactive</c>.</summary>
    Inactive = 0,

    /// <summary>Who says it sends: <c>a=sendonly</c>.</summary>
    SendOnly = 1,

    /// <summary>Who says it receives: <c>a=recvonly</c>.</summary>
    ReceiveOnly = 2,

    /// <summary>Both ways: <c>a=sendrecv</c>, and what a description means when it says nothing (RFC 8866 §6.7.1).</summary>
    SendReceive = SendOnly | ReceiveOnly,
}

internal static class MediaDirections
{
    public static bool Sends(this MediaDirection direction) => (direction & MediaDirection.SendOnly) != 0;

    public static bool Receives(this MediaDirection direction) => (direction & MediaDirection.ReceiveOnly) != 0;

    /// <summary>The same flow seen from the other end (RFC 3264 §6.1).</summary>
    public static MediaDirection Reversed(this MediaDirection direction) =>
        (direction.Sends() ? MediaDirection.ReceiveOnly : 0) | (direction.Receives() ? MediaDirection.SendOnly : 0);
}
