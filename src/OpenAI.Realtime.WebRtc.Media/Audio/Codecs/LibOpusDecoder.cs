namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>A libopus decoder to one channel: libopus itself mixes stereo packets down.</summary>
internal sealed unsafe class LibOpusDecoder : IOpusDecoder
{
    private readonly OpusDecoderHandle _handle;

    public LibOpusDecoder()
    {
        _handle = OpusNative.DecoderCreate(OpusPacket.SampleRate, 1, out int error);
        if (error != 0 || _handle.IsInvalid)
            throw new InvalidOperationException($"libopus made no decoder: {OpusNative.Error(error)}.");
    }

    public bool TryDecode(ReadOnlySpan<byte> packet, Span<short> pcm, out int samples)
    {
        samples = 0;
        if (packet.IsEmpty)     // would ask libopus to conceal
            return false;
        fixed (byte* from = packet)
        fixed (short* to = pcm)
            samples = OpusNative.Decode(_handle, from, packet.Length, to, pcm.Length, decodeFec: 0);
        if (samples > 0)
            return true;
        samples = 0;
        return false;
    }

    public bool TryDecodeFec(ReadOnlySpan<byte> nextPacket, Span<short> pcm)
    {
        if (nextPacket.IsEmpty)
            return false;
        fixed (byte* from = nextPacket)
        fixed (short* to = pcm)
            return OpusNative.Decode(_handle, from, nextPacket.Length, to, pcm.Length, decodeFec: 1) == pcm.Length;
    }

    public void Conceal(Span<short> pcm)
    {
        fixed (short* to = pcm)
        {
            int made = OpusNative.Decode(_handle, null, 0, to, pcm.Length, decodeFec: 0);
            if (made < pcm.Length)
                pcm[Math.Max(made, 0)..].Clear();
        }
    }

    public void Reset() => _ = OpusNative.Control(_handle, OpusNative.ResetState);

    public void Dispose() => _handle.Dispose();
}
