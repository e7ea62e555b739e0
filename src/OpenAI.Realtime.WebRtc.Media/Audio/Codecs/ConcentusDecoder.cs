namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// The decoder's seam on Concentus. Where libopus returns an error code, Concentus throws: a broken packet is caught here and the decoder
/// reset, so that nothing a peer sends gets further.
/// </summary>
internal sealed class ConcentusDecoder : IOpusDecoder
{
#pragma warning disable CS0618 // The factory that is to be used instead searches for a native library unless a static switch of the process says no.
    private global::Concentus.Structs.OpusDecoder? _decoder = new(OpusPacket.SampleRate, 1);
#pragma warning restore CS0618

    public bool TryDecode(ReadOnlySpan<byte> packet, Span<short> pcm, out int samples)
    {
        samples = 0;
        if (packet.IsEmpty)     // would ask for concealment
            return false;
        if (!TryDecode(packet, pcm, pcm.Length, fec: false, out int decoded))
            return false;
        samples = decoded;
        return decoded > 0;
    }

    public bool TryDecodeFec(ReadOnlySpan<byte> nextPacket, Span<short> pcm) =>
        !nextPacket.IsEmpty && TryDecode(nextPacket, pcm, pcm.Length, fec: true, out int decoded) && decoded == pcm.Length;

    public void Conceal(Span<short> pcm)
    {
        if (!TryDecode([], pcm, pcm.Length, fec: false, out int made))
            made = 0;
        pcm[Math.Clamp(made, 0, pcm.Length)..].Clear();
    }

    public void Reset() => Decoder.ResetState();

    /// <summary>Forgets the decoder: who keeps the wrapper need not keep its state.</summary>
    public void Dispose() => _decoder = null;

    private global::Concentus.Structs.OpusDecoder Decoder => _decoder ?? throw new ObjectDisposedException(nameof(ConcentusDecoder));

    private bool TryDecode(ReadOnlySpan<byte> packet, Span<short> pcm, int frame, bool fec, out int samples)
    {
        global::Concentus.Structs.OpusDecoder decoder = Decoder;
        try
        {
            samples = decoder.Decode(packet, pcm, frame, fec);
            return true;
        }
#pragma warning disable CA1031 // Hostile bytes reach array indices inside the managed port: whatever it throws, the packet was broken.
        catch (Exception)
#pragma warning restore CA1031
        {
            decoder.ResetState();
            samples = 0;
            return false;
        }
    }
}
