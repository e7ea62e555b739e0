using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>How SDP spells a direction (RFC 8866 §6.7).</summary>
internal static class SdpDirection
{
    public static string ToSdp(this MediaDirection direction) => direction switch
    {
        MediaDirection.SendReceive => "sendrecv",
        MediaDirection.SendOnly => "sendonly",
        MediaDirection.ReceiveOnly => "recvonly",
        _ => "inactive",
    };

    public static bool TryParse(ReadOnlySpan<char> text, out MediaDirection direction)
    {
        for (direction = MediaDirection.Inactive; direction <= MediaDirection.SendReceive; direction++)
        {
            if (text.SequenceEqual(direction.ToSdp()))
                return true;
        }

        direction = default;
        return false;
    }
}
