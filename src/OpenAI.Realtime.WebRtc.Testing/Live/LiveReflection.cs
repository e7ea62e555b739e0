using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>The sound of both sides, as sidebands get it: 16 bit PCM, mono, 24,000 samples a second, a fifth of a second an event. Nothing is made while nobody is there. Under the conversation's gate.</summary>
internal sealed class LiveReflection(LiveTestSession session)
{
    private const int PieceSamples = 4_800;
    private const int PieceMilliseconds = 200;

    private readonly short[] _heard = new short[PieceSamples];
    private readonly short[] _said = new short[PieceSamples];
    private int _heardCount;
    private int _saidCount;

    /// <summary>What the caller says, muted or not; 48,000 samples a second.</summary>
    public void Hear(ReadOnlySpan<short> pcm)
    {
        if (IsFull(pcm, _heard, ref _heardCount))
            Send("session.input_audio.append", new JsonObject { ["audio"] = Encode(_heard) });
    }

    /// <summary>What the model says; 48,000 samples a second.</summary>
    /// <param name="pcm">The samples.</param>
    /// <param name="now">The session's clock in milliseconds.</param>
    public void Say(ReadOnlySpan<short> pcm, int now)
    {
        if (IsFull(pcm, _said, ref _saidCount))
            Send("session.output_audio.delta", new JsonObject { ["delta"] = Encode(_said), ["start_ms"] = Math.Max(0, now - PieceMilliseconds), ["end_ms"] = now });
    }

    private bool IsFull(ReadOnlySpan<short> pcm, short[] piece, ref int count)
    {
        if (session.SidebandCount == 0)
        {
            count = 0;
            return false;
        }
        for (int i = 0; i + 1 < pcm.Length && count < piece.Length; i += 2)
            piece[count++] = (short)((pcm[i] + pcm[i + 1]) / 2);
        if (count < piece.Length)
            return false;
        count = 0;
        return true;
    }

    private void Send(string type, JsonObject fields)
    {
        fields["type"] = type;
        session.Send(type, Json.Write(fields), LiveAudience.Listeners);
    }

    private static string Encode(short[] samples) => Convert.ToBase64String(MemoryMarshal.AsBytes(samples.AsSpan()));
}
