namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>The seam to an Opus implementation. Thread-safe; what it makes has one caller at a time.</summary>
public interface IOpusCodecFactory
{
    /// <summary>The implementation's name, for logs and statistics. Default: the name of the type.</summary>
    string Name => GetType().Name;

    /// <summary>Makes an encoder of 48 kHz mono in 20 ms frames.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="OpusLibraryNotFoundException">The native library is missing; the message says which package has it.</exception>
    IOpusEncoder CreateEncoder(OpusEncoderOptions options);

    /// <summary>Makes a decoder to 48 kHz mono; stereo packets are mixed down.</summary>
    /// <exception cref="OpusLibraryNotFoundException">The native library is missing; the message says which package has it.</exception>
    IOpusDecoder CreateDecoder();
}

/// <summary>Encodes 48 kHz mono in 20 ms frames. One caller at a time; nothing is allocated per frame.</summary>
public interface IOpusEncoder : IDisposable
{
    /// <summary>The samples of a frame: 20 ms at 48 kHz.</summary>
    const int FrameSamples = 960;

    /// <summary>Encodes one frame.</summary>
    /// <param name="pcm">Exactly <see cref="FrameSamples"/> samples.</param>
    /// <param name="packet">Room for the packet; <see cref="EncodedAudio.MaxLength"/> bytes are always enough.</param>
    /// <returns>The packet's length. With DTX on, 2 or less means that it need not be sent.</returns>
    /// <exception cref="ArgumentException">The frame has another length.</exception>
    int Encode(ReadOnlySpan<short> pcm, Span<byte> packet);

    /// <summary>Sets what can change while it runs, from the next frame on.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    void Tune(in OpusEncoderTuning tuning);
}

/// <summary>
/// Decodes to 48 kHz mono. One caller at a time; nothing is allocated per packet, and nothing that a peer sends makes it throw.
/// </summary>
public interface IOpusDecoder : IDisposable
{
    /// <summary>The samples of the longest packet: 120 ms at 48 kHz.</summary>
    const int MaxPacketSamples = 5_760;

    /// <summary>Decodes one packet.</summary>
    /// <param name="packet">The packet as it was received.</param>
    /// <param name="pcm">Room for the samples; <see cref="MaxPacketSamples"/> are always enough.</param>
    /// <param name="samples">How many were decoded.</param>
    /// <returns>False when the packet is broken; the decoder can go on with the next.</returns>
    bool TryDecode(ReadOnlySpan<byte> packet, Span<short> pcm, out int samples);

    /// <summary>Restores a lost packet from the FEC in the packet after it; makes it up when that has none.</summary>
    /// <param name="nextPacket">The packet that followed the lost one; it is decoded afterwards by <see cref="TryDecode"/>.</param>
    /// <param name="pcm">Exactly as many samples as the lost packet had, in multiples of 2.5 ms.</param>
    /// <returns>False when the packet is broken.</returns>
    bool TryDecodeFec(ReadOnlySpan<byte> nextPacket, Span<short> pcm);

    /// <summary>Makes up what was lost from what came before it, fading when there is more.</summary>
    /// <param name="pcm">Exactly as many samples as are missing, in multiples of 2.5 ms, at most <see cref="MaxPacketSamples"/>.</param>
    void Conceal(Span<short> pcm);

    /// <summary>Forgets everything decoded before.</summary>
    void Reset();
}
