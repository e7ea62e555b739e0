namespace OpenAI.Realtime.WebRtc.Devices.Tests.Lines;

public sealed class FarEndTests
{
    private readonly FarEnd _farEnd = new();

    [Fact]
    public void Each_frame_of_the_microphone_gets_the_next_of_the_loudspeaker_one_of_which_waits()
    {
        for (short i = 1; i <= 20; i++)
        {
            Write(i);
            Assert.Equal(i - 1, Read());
        }
    }

    [Fact]
    public void Which_of_the_two_comes_first_does_not_matter()
    {
        Write(1);
        for (short i = 2; i <= 20; i++)
        {
            if (i % 3 == 0)
                Write(i);
            Assert.Equal(i - 2, Read());
            if (i % 3 != 0)
                Write(i);
        }
    }

    [Fact]
    public void A_frame_that_comes_late_was_zeros_and_is_dropped()
    {
        Write(1);
        Assert.Equal(0, Read());
        Assert.Equal(1, Read());
        Assert.Equal(0, Read());        // 2 is late
        Write(2);
        Write(3);
        Assert.Equal(3, Read());
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(50)]
    public void After_a_pause_of_the_loudspeaker_it_begins_anew(int pause)
    {
        Write(1);
        Read();
        Assert.Equal(1, Read());
        for (int i = 0; i < pause; i++)
            Assert.Equal(0, Read());
        for (short i = 1; i <= 10; i++)
        {
            Write(i);
            Assert.Equal(i - 1, Read());
        }
    }

    [Fact]
    public void A_microphone_that_stands_still_does_not_get_older_and_older_frames()
    {
        for (short i = 1; i <= 100; i++)
            Write(i);
        Read();
        Assert.InRange(Read(), (short)95, (short)100);
    }

    [Fact]
    public void What_waits_after_a_stall_of_the_microphone_is_left_out_before_long()
    {
        short i = 0;
        while (i < 4)
            Write(++i);     // three more than the microphone has asked for
        short read = 0;
        for (int n = 0; n < 100; n++)
        {
            Write(++i);
            read = Read();
        }

        Assert.Equal(i - 1, read);
    }

    private void Write(short value)
    {
        short[] frame = new short[960];
        frame.AsSpan().Fill(value);
        _farEnd.Write(frame);
    }

    private short Read()
    {
        short[] frame = new short[960];
        _farEnd.Read(frame);
        Assert.All(frame, sample => Assert.Equal(frame[0], sample));
        return frame[0];
    }
}
