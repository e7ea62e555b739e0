namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>How loud the room's noise is in each bin: the least power of the last four seconds, in which speech pauses in every bin (minimum statistics; Martin, IEEE TSAP 9(5), 2001).</summary>
internal sealed class NoiseFloor
{
    private const int Windows = 8;
    private const int WindowBlocks = 50;        // 8 times half a second; at 1.6 s the echo of a talker without pauses counted as noise
    private const int Settling = 8;             // blocks until the smoothed power means something
    private const float Forget = 0.1f;          // 100 ms, so that the least is near the mean
    private const float Bias = 1.4f;            // the least of so many smoothed powers lies 1.5 dB below the mean of steady noise (measured)
    private const float First = 1e-6f;          // −91 dBFS in all: until something is known, none

    private readonly float[] _smoothed = new float[EchoBlocks.Stride];
    private readonly float[] _least = new float[Windows * EchoBlocks.Stride];
    private readonly float[] _power = new float[EchoBlocks.Stride];
    private int _blocks, _window;

    public NoiseFloor() => Clear();

    /// <summary>The noise's power in each bin.</summary>
    public ReadOnlySpan<float> Power => _power;

    /// <summary>Looks at one block.</summary>
    public void Update(ReadOnlySpan<float> power)
    {
        if (++_blocks % WindowBlocks == 0)
            BeginWindow();
        Span<float> least = Window(_window);
        float forget = MathF.Max(Forget, 1f / _blocks);
        for (int k = 0; k < EchoBlocks.Bins; k++)
        {
            float p = _smoothed[k] + (forget * (power[k] - _smoothed[k]));
            _smoothed[k] = p;
            if (_blocks < Settling)
                continue;
            least[k] = MathF.Min(least[k], p);
            _power[k] = MathF.Min(_power[k], Bias * p);
        }
    }

    public void Clear()
    {
        Array.Clear(_smoothed);
        _least.AsSpan().Fill(First);
        _power.AsSpan().Fill(First);
        _blocks = 0;
        _window = 0;
    }

    // The oldest window makes way; the floor is the least of the others.
    private void BeginWindow()
    {
        _window = (_window + 1) % Windows;
        Window(_window).Fill(float.MaxValue);
        for (int k = 0; k < EchoBlocks.Bins; k++)
        {
            float least = float.MaxValue;
            for (int window = 0; window < Windows; window++)
                least = MathF.Min(least, _least[(window * EchoBlocks.Stride) + k]);
            _power[k] = Bias * least;
        }
    }

    private Span<float> Window(int window) => _least.AsSpan(window * EchoBlocks.Stride, EchoBlocks.Stride);
}
