using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Core;

/// <summary>The window that SRTP and DTLS share (RFC 3711 §3.3.2, RFC 6347 §4.1.2.6); the oracle is a set.</summary>
public class ReplayWindowTests
{
    [Fact]
    public void Window_remembers_what_a_set_remembers()
    {
        const int seed = 20251;
        Random random = new(seed);
        ReplayWindow window = default;
        HashSet<ulong> seen = [];
        ulong highest = 0;
        for (int i = 0; i < 20_000; i++)
        {
            long step = random.Next(10) == 0 ? random.Next(400) : random.Next(-160, 8);
            ulong index = (ulong)Math.Max(0, (long)highest + step);
            bool expected = seen.Contains(index) || (seen.Count > 0 && index < highest && highest - index >= ReplayWindow.Size);
            Assert.True(expected == window.Contains(index), $"seed {seed}, step {i}, index {index}, highest {highest}");
            if (!expected)
            {
                window.Add(index);
                seen.Add(index);
                highest = Math.Max(highest, index);
            }
        }
    }
}
