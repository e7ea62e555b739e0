using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>Measures how packets arrive and how they sound. Under the conversation's gate.</summary>
internal sealed class UplinkMeter
{
    private const int JitterWindow = 4_096;
    private const int SoundWindow = 48_000;

    private float[] _jitter = new float[JitterWindow];      // ms
    private short[] _sound = new short[SoundWindow];        // a ring of the newest second
    private long _jitterCount, _soundCount;
    private long _packets, _bytes, _lost, _irregular, _undecodable;
    private EncodedAudio _last;

    public void OnPacket(in EncodedAudio packet)
    {
        if (_packets > 0)
        {
            int step = (short)(packet.SequenceNumber - _last.SequenceNumber);
            int ticks = (int)(packet.Timestamp - _last.Timestamp);
            if (step > 1)
                _lost += step - 1;
            else if (step < 0)
                _lost = Math.Max(0, _lost - 1);     // one that was given up has come after all
            if (step == 1)
            {
                if (ticks != IOpusEncoder.FrameSamples)
                    _irregular++;
                double off = (packet.Arrival - _last.Arrival).TotalMilliseconds - ticks / 48.0;
                _jitter[_jitterCount++ % JitterWindow] = (float)Math.Abs(off);
            }

            if (step <= 0)
            {
                _packets++;
                _bytes += packet.Length;
                return;
            }
        }

        _packets++;
        _bytes += packet.Length;
        _last = packet;
    }

    /// <summary>A packet without content takes a number and no time.</summary>
    public void OnPadding(ushort number)
    {
        if ((short)(number - _last.SequenceNumber) == 1)
            _last = _last with { SequenceNumber = number };
    }

    public void OnUndecodable() => _undecodable++;

    public void OnSound(ReadOnlySpan<short> pcm)
    {
        foreach (short sample in pcm)
            _sound[_soundCount++ % SoundWindow] = sample;
    }

    /// <summary>Gives the memory back; nothing is measured after it.</summary>
    public void Free() => (_jitter, _sound) = ([], []);

    /// <summary>A copy, so that the sums are done without holding anybody up.</summary>
    public UplinkMeter Copy()
    {
        var copy = (UplinkMeter)MemberwiseClone();
        copy._jitter = (float[])_jitter.Clone();
        copy._sound = (short[])_sound.Clone();
        return copy;
    }

    public UplinkStatistics Snapshot()
    {
        short[] sound = NewestSound();
        float[] jitter = _jitter.AsSpan(0, (int)Math.Min(_jitterCount, JitterWindow)).ToArray();
        Array.Sort(jitter);
        return new()
        {
            Packets = _packets,
            Bytes = _bytes,
            Lost = _lost,
            IrregularTimestamps = _irregular,
            Undecodable = _undecodable,
            JitterP50 = Percentile(jitter, 0.50),
            JitterP95 = Percentile(jitter, 0.95),
            Level = AudioLevel.Measure(sound),
            DominantFrequency = Spectrum.DominantFrequency(sound, 48_000),
            Duration = TimeSpan.FromTicks(_soundCount * TimeSpan.TicksPerSecond / 48_000),
        };
    }

    private short[] NewestSound()
    {
        if (_soundCount <= SoundWindow)
            return _sound[..(int)_soundCount];
        int start = (int)(_soundCount % SoundWindow);
        return [.. _sound.AsSpan(start), .. _sound.AsSpan(0, start)];
    }

    private static TimeSpan Percentile(float[] sorted, double share) =>
        sorted.Length == 0 ? TimeSpan.Zero : TimeSpan.FromMilliseconds(sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))]);
}
