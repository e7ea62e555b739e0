namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>What can be told of an Opus packet without decoding it (RFC 6716 §3).</summary>
/// <remarks>
/// <code>
///  0 1 2 3 4 5 6 7
/// +-+-+-+-+-+-+-+-+
/// | config  |s| c |      the table-of-contents byte: mode, band and frame length; stereo; how many frames
/// +-+-+-+-+-+-+-+-+
/// |v|p|     M     |      only when c = 3: the frame count byte
/// +-+-+-+-+-+-+-+-+
/// </code>
/// </remarks>
internal static class OpusPacket
{
    /// <summary>The rate of Opus' timestamps (RFC 7587 §4.1), and of what is encoded and decoded here.</summary>
    public const int SampleRate = 48_000;

    /// <summary>20 ms.</summary>
    public const int FrameSamples = IOpusEncoder.FrameSamples;

    /// <summary>2.5 ms, the shortest frame: what a decoder makes up is a multiple of it (RFC 6716 §2.1.4).</summary>
    public const int ConcealmentStep = SampleRate / 400;

    /// <summary>A frame of silence that any decoder plays as 20 ms: CELT, full band, mono.</summary>
    public static ReadOnlySpan<byte> Silence => [0xF8, 0xFF, 0xFE];

    /// <summary>How long the packet lasts in samples at 48 kHz.</summary>
    /// <returns>False when it cannot be an Opus packet: empty, no frames, or longer than 120 ms (RFC 6716 §3.4, R5).</returns>
    public static bool TryGetDuration(ReadOnlySpan<byte> packet, out int samples)
    {
        samples = 0;
        if (packet.IsEmpty)
            return false;
        int frames = (packet[0] & 3) switch
        {
            0 => 1,
            1 or 2 => 2,
            _ => packet.Length < 2 ? 0 : packet[1] & 0x3F,
        };
        samples = frames * SamplesOfFrame(packet[0]);
        return samples is > 0 and <= IOpusDecoder.MaxPacketSamples;
    }

    /// <summary>Whether silence was not sent (RFC 6716 §2.1.9): nothing follows the table of contents.</summary>
    public static bool IsDtx(ReadOnlySpan<byte> packet) => packet.Length <= 2;

    /// <summary>Whether the packet carries a copy of the one before it: LBRR frames of the SILK layer (RFC 6716 §4.2.4).</summary>
    public static bool HasFec(ReadOnlySpan<byte> packet)
    {
        // Only SILK and hybrid have it (configurations 0 to 15). The frame's first bits are one VAD flag for each 20 ms (or for its 10 ms),
        // then the LBRR flag; a second channel's follow. They are coded at even odds, so they can be read off the first byte.
        if (packet.Length < 2 || (packet[0] & 0x80) != 0 || !TryGetFirstFrame(packet, out byte first))
            return false;
        int vadFlags = Math.Max(1, SamplesOfFrame(packet[0]) / 960);
        bool lbrr = ((first >> (7 - vadFlags)) & 1) != 0;
        if ((packet[0] & 4) != 0)
            lbrr |= ((first >> (6 - (2 * vadFlags))) & 1) != 0;
        return lbrr;
    }

    // RFC 6716 §3.1, table 2.
    private static int SamplesOfFrame(byte toc)
    {
        int config = toc >> 3;
        if (config >= 16)
            return 120 << (config & 3);                             // CELT: 2.5, 5, 10, 20 ms
        if (config >= 12)
            return 480 << (config & 1);                             // hybrid: 10, 20 ms
        return (config & 3) == 3 ? 2_880 : 480 << (config & 3);     // SILK: 10, 20, 40, 60 ms
    }

    // RFC 6716 §3.2: where the first frame begins, after lengths and padding counts.
    private static bool TryGetFirstFrame(ReadOnlySpan<byte> packet, out byte first)
    {
        int at = 1;
        switch (packet[0] & 3)
        {
            case 2:
                at += LengthBytes(packet, at);
                break;
            case 3:
                byte count = packet[1];
                at = 2;
                if ((count & 0x40) != 0)
                {
                    while (at < packet.Length && packet[at] == 255)
                        at++;
                    at++;
                }

                if ((count & 0x80) != 0)
                {
                    for (int i = 1; i < (count & 0x3F); i++)
                        at += LengthBytes(packet, at);
                }

                break;
        }

        bool there = at < packet.Length;
        first = there ? packet[at] : (byte)0;
        return there;
    }

    private static int LengthBytes(ReadOnlySpan<byte> packet, int at) => at < packet.Length && packet[at] >= 252 ? 2 : 1;
}
