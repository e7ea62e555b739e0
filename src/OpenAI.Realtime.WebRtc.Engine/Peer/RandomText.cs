using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Peer;

/// <summary>The random names that SDP and RTCP want.</summary>
internal static class RandomText
{
    /// <summary>Lower-case hexadecimal digits of <paramref name="bytes"/> random bytes.</summary>
    public static string Hex(RandomSource random, int bytes)
    {
        Span<byte> value = stackalloc byte[bytes];
        random.Fill(value);
        return Convert.ToHexStringLower(value);
    }
}
