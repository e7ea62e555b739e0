using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>
/// Turns the client's packets into one unbroken stream of samples: what was lost is restored or made up, what was not sent (DTX) is silence, what comes
/// too late is left out. There is no jitter buffer: nobody listens, so nothing has to wait.
/// </summary>
internal sealed class UplinkDecoder(IOpusDecoder decoder) : IDisposable
{
    /// <summary>A longer gap is a new beginning.</summary>
    private const int MaxGapSamples = 48_000;

    private short[] _pcm = new short[IOpusDecoder.MaxPacketSamples];
    private bool _begun;
    private ushort _sequence;
    private uint _due;              // the timestamp that comes next

    public delegate void SoundHandler(ReadOnlySpan<short> pcm);

    /// <summary>Decodes a packet and gives what it makes of it, in frames of at most 120 ms.</summary>
    /// <returns>False when the packet is broken.</returns>
    public bool TryDecode(ReadOnlySpan<byte> opus, in EncodedAudio packet, SoundHandler onSound)
    {
        if (_begun)
        {
            int step = (short)(packet.SequenceNumber - _sequence);
            if (step <= 0 && step > -1_000)
                return true;        // late or twice
            int gap = (int)(packet.Timestamp - _due);
            if (gap is > 0 and <= MaxGapSamples)
                Bridge(opus, gap, isLoss: step > 1, onSound);
        }

        _begun = true;
        _sequence = packet.SequenceNumber;
        if (!decoder.TryDecode(opus, _pcm, out int samples))
        {
            _due = packet.Timestamp + IOpusEncoder.FrameSamples;
            return false;
        }

        _due = packet.Timestamp + (uint)samples;
        onSound(_pcm.AsSpan(0, samples));
        return true;
    }

    /// <summary>Time has passed without packets: silence.</summary>
    public void Pass(int samples, SoundHandler onSound)
    {
        if (!_begun)
            return;
        _due += (uint)samples;
        Silence(samples, onSound);
    }

    public void Dispose()
    {
        decoder.Dispose();
        _pcm = [];
    }

    private void Bridge(ReadOnlySpan<byte> next, int gap, bool isLoss, SoundHandler onSound)
    {
        const int frame = IOpusEncoder.FrameSamples;
        if (!isLoss)
        {
            Silence(gap, onSound);
            return;
        }

        for (; gap >= frame; gap -= frame)
        {
            Span<short> pcm = _pcm.AsSpan(0, frame);
            if (gap >= 2 * frame || !decoder.TryDecodeFec(next, pcm))
                decoder.Conceal(pcm);
            onSound(pcm);
        }
    }

    private void Silence(int samples, SoundHandler onSound)
    {
        while (samples > 0)
        {
            Span<short> pcm = _pcm.AsSpan(0, Math.Min(samples, IOpusEncoder.FrameSamples));
            pcm.Clear();
            onSound(pcm);
            samples -= pcm.Length;
        }
    }
}
