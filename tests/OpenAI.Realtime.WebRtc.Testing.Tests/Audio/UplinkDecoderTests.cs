using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Audio;

public sealed class UplinkDecoderTests : IDisposable
{
    private readonly List<string> _sound = [];
    private readonly UplinkDecoder _decoder = new(new MarkingDecoder());

    public void Dispose() => _decoder.Dispose();

    [Fact]
    public void Packets_in_order_are_decoded_one_by_one()
    {
        Receive(65_535, 0);
        Receive(0, 960);

        Assert.Equal(["decoded", "decoded"], _sound);
    }

    [Fact]
    public void Lost_packets_are_made_up_and_the_last_of_them_restored_by_FEC()
    {
        Receive(1, 0);
        Receive(5, 4 * 960);

        Assert.Equal(["decoded", "concealed", "concealed", "fec", "decoded"], _sound);
    }

    [Fact]
    public void What_was_not_sent_is_silence()
    {
        Receive(1, 0);
        Receive(2, 3 * 960);

        Assert.Equal(["decoded", "silence", "silence", "decoded"], _sound);
    }

    [Fact]
    public void Silence_that_the_clock_has_passed_already_is_not_heard_twice()
    {
        Receive(1, 0);
        _decoder.Pass(960, Note);
        Receive(2, 3 * 960);

        Assert.Equal(["decoded", "silence", "silence", "decoded"], _sound);
    }

    [Fact]
    public void Late_and_doubled_packets_are_left_out()
    {
        Receive(1, 0);
        Receive(2, 960);
        Receive(1, 0);
        Receive(2, 960);

        Assert.Equal(["decoded", "decoded"], _sound);
    }

    [Fact]
    public void A_very_long_gap_is_a_new_beginning()
    {
        Receive(1, 0);
        Receive(2, 480_000_000);

        Assert.Equal(["decoded", "decoded"], _sound);
    }

    [Fact]
    public void A_broken_packet_is_reported_and_the_next_one_decoded()
    {
        Receive(1, 0);
        bool broken = _decoder.TryDecode([], new EncodedAudio(0, 111, 2, 960, false, 1, TimeSpan.Zero), Note);
        Receive(3, 1_920);

        Assert.False(broken);
        Assert.Equal(["decoded", "decoded"], _sound);
    }

    private void Receive(ushort sequence, uint timestamp) =>
        Assert.True(_decoder.TryDecode([1], new EncodedAudio(1, 111, sequence, timestamp, false, 1, TimeSpan.Zero), Note));

    private void Note(ReadOnlySpan<short> pcm)
    {
        Assert.Equal(960, pcm.Length);
        _sound.Add(pcm[0] switch { 1 => "decoded", 2 => "fec", 3 => "concealed", _ => "silence" });
    }

    private sealed class MarkingDecoder : IOpusDecoder
    {
        public bool TryDecode(ReadOnlySpan<byte> packet, Span<short> pcm, out int samples)
        {
            samples = packet.IsEmpty ? 0 : 960;
            pcm[..samples].Fill(1);
            return samples > 0;
        }

        public bool TryDecodeFec(ReadOnlySpan<byte> nextPacket, Span<short> pcm)
        {
            pcm.Fill(2);
            return true;
        }

        public void Conceal(Span<short> pcm) => pcm.Fill(3);

        public void Reset()
        {
        }

        public void Dispose()
        {
        }
    }
}
