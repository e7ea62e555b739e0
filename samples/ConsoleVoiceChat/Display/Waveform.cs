using System.Text;

namespace ConsoleVoiceChat.Display;

/// <summary>The loudness of the last seconds, a column a frame, the newest at the right.</summary>
internal sealed class Waveform
{
    private const string Blocks = "▁▂▃▄▅▆▇█";
    private const int Kept = 256;

    private readonly float[] _bars = new float[Kept];
    private int _next;

    /// <summary>Adds a column.</summary>
    /// <param name="bar">0 for silence to 1 for full scale.</param>
    public void Add(float bar) => _bars[_next++ % Kept] = bar;

    public string Draw(int width)
    {
        var text = new StringBuilder(width);
        for (int i = _next - Math.Min(width, Kept); i < _next; i++)
            text.Append(Block(_bars[(i + Kept) % Kept]));
        return text.ToString();
    }

    // Speech lies between −45 and −10 dBFS: that range is spread over the eight blocks.
    private static char Block(float bar) => Blocks[(int)Math.Clamp((bar - 0.25f) / 0.6f * Blocks.Length, 0, Blocks.Length - 1)];
}
