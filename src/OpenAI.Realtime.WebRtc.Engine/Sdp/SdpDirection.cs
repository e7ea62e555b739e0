namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>Which way media flows, seen from who says it (RFC 8866 §6.7). The bits are "sends" and "receives".</summary>
[Flags]
internal enum SdpDirection : byte
{
    /// <summary>Neither.</summary>
    Inactive = 0,

    /// <summary>Who says it sends.</summary>
    SendOnly = 1,

    /// <summary>Who says it receives.</summary>
    ReceiveOnly = 2,

    /// <summary>Both; what a description means when it says nothing (RFC 8866 §6.7.1).</summary>
    SendReceive = SendOnly | ReceiveOnly,
}

internal static class SdpDirections
{
    public static bool Sends(this SdpDirection direction) => (direction & SdpDirection.SendOnly) != 0;

    public static bool Receives(this SdpDirection direction) => (direction & SdpDirection.ReceiveOnly) != 0;

    /// <summary>The same flow seen from the other end (RFC 3264 §6.1).</summary>
    public static SdpDirection Reversed(this SdpDirection direction) =>
        (direction.Sends() ? SdpDirection.ReceiveOnly : 0) | (direction.Receives() ? SdpDirection.SendOnly : 0);

    public static string ToSdp(this SdpDirection direction) => direction switch
    {
        SdpDirection.SendReceive => "sendrecv",
        SdpDirection.SendOnly => "sendonly",
        SdpDirection.ReceiveOnly => "recvonly",
        _ => "inactive",
    };

    public static bool TryParse(ReadOnlySpan<char> text, out SdpDirection direction)
    {
        for (direction = SdpDirection.Inactive; direction <= SdpDirection.SendReceive; direction++)
        {
            if (text.SequenceEqual(direction.ToSdp()))
                return true;
        }

        direction = default;
        return false;
    }
}
