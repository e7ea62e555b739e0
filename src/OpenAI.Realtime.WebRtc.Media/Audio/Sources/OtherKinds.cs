namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>What a file is that was taken for a WAV file, by its first bytes: whoever gave it wants to know that, and how to make a WAV file of it.</summary>
internal static class OtherKinds
{
    /// <summary>Why a file that begins so cannot be read.</summary>
    /// <param name="head">Its first 12 bytes, or all of a shorter one.</param>
    public static string Explain(ReadOnlySpan<byte> head)
    {
        if (head.IsEmpty)
            return "Not a WAV file: it is empty.";
        return KindOf(head) is { } kind
            ? $"Not a WAV file but {kind}; convert it (ffmpeg -i in -c:a pcm_s16le out.wav)."
            : "Not a WAV file: it does not begin with a RIFF header of type WAVE.";
    }

    private static string? KindOf(ReadOnlySpan<byte> head) =>
        head.StartsWith("ID3"u8) || (head.Length > 1 && head[0] == 0xFF && (head[1] & 0xE6) == 0xE2) ? "an MP3 file"     // MPEG's frame sync, and layer III
        : head.StartsWith("OggS"u8) ? "an Ogg file"
        : head.StartsWith("fLaC"u8) ? "a FLAC file"
        : head.Length == 12 && head[4..8].SequenceEqual("ftyp"u8) ? "an MP4 or M4A file"
        : head.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]) ? "a WebM or Matroska file"
        : head.StartsWith("FORM"u8) ? "an AIFF file"
        : head.StartsWith("caff"u8) ? "a CAF file"
        : head.StartsWith("RF64"u8) || head.StartsWith("BW64"u8) || head.StartsWith("riff"u8) ? "a wave file of the 64-bit kind (RF64, BW64 or W64)"
        : head.StartsWith("RIFX"u8) ? "a wave file in big-endian order (RIFX)"
        : null;
}
