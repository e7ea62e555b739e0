using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Stun;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Stun;

public class StunRecipientTests
{
    [Fact]
    public void A_request_names_whom_it_is_for()
    {
        Assert.True(StunRecipient.TryRead(Rfc5769Tests.Request, out ReadOnlySpan<byte> fragment));
        Assert.Equal("evtj", Encoding.ASCII.GetString(fragment));
    }

    [Fact]
    public void An_answer_names_nobody()
    {
        Assert.False(StunRecipient.TryRead(Rfc5769Tests.IPv4Response, out _));
        Assert.False(StunRecipient.TryRead([], out _));
    }

    [Fact]
    public void What_is_cut_or_changed_names_somebody_or_nobody_and_never_throws()
    {
        byte[] request = Rfc5769Tests.Request;
        for (int length = 0; length < request.Length; length++)
            StunRecipient.TryRead(request.AsSpan(0, length), out _);
        Random random = new(11);
        for (int i = 0; i < 100_000; i++)
        {
            byte[] changed = [.. request];
            for (int flips = random.Next(1, 4); flips > 0; flips--)
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            if (StunRecipient.TryRead(changed, out ReadOnlySpan<byte> fragment))
                Assert.InRange(fragment.Length, 1, changed.Length);
        }
    }

    [Fact]
    public void Reading_allocates_nothing() => Assert.Equal(0, Allocations.Measure(() => StunRecipient.TryRead(Rfc5769Tests.Request, out _)));
}
