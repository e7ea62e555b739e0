using System.Runtime.CompilerServices;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Has .NET compile the managed codec while the first call of a process is being connected. Left to the first frame, that takes some 130 ms of the audio clock: all calls wait for it, and the caller's first words are
/// left out.
/// </summary>
internal static class ConcentusRehearsal
{
    private const int Frames = 10;
    private static int _begun;

    /// <summary>Begins on the thread pool, once a process, where this codec is to be used and there is anything to compile.</summary>
    public static void Begin(IOpusCodecFactory codecs, OpusEncoderOptions options)
    {
        if (codecs is ConcentusCodecFactory && RuntimeFeature.IsDynamicCodeCompiled && Interlocked.Exchange(ref _begun, 1) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(static o => Run(o), options, preferLocal: false);
    }

    /// <summary>
    /// Says and hears something: hiss and a buzz, in which the encoder finds both a voice and none; then a loss, repaired and concealed. Never throws, since nobody on the thread pool could catch it: the call itself meets
    /// the same fault, and reports it.
    /// </summary>
    internal static void Run(OpusEncoderOptions options)
    {
        try
        {
            SpeakAndHear(options);
        }
#pragma warning disable CA1031 // As said above.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private static void SpeakAndHear(OpusEncoderOptions options)
    {
        using IOpusEncoder encoder = ConcentusCodecFactory.Default.CreateEncoder(options);
        using IOpusDecoder decoder = ConcentusCodecFactory.Default.CreateDecoder();
        short[] pcm = new short[OpusPacket.FrameSamples];
        byte[] packet = new byte[EncodedAudio.MaxLength];
        uint hiss = 1;
        for (int frame = 0; frame < Frames; frame++)
        {
            for (int i = 0; i < pcm.Length; i++)
            {
                hiss = (hiss * 1_664_525) + 1_013_904_223;
                int buzz = i % 240 < 40 ? 8_000 : -1_600;       // 200 Hz
                pcm[i] = (short)((short)(hiss >> 16) / 16 + (frame < Frames / 2 ? 0 : buzz));
            }

            int length = encoder.Encode(pcm, packet);
            decoder.TryDecode(packet.AsSpan(0, length), pcm, out _);
            if (frame == Frames - 1)
                decoder.TryDecodeFec(packet.AsSpan(0, length), pcm);
        }

        decoder.Conceal(pcm);
    }
}
