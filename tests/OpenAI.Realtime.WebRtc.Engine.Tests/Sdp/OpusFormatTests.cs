using OpenAI.Realtime.WebRtc.Engine.Sdp;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Sdp;

public sealed class OpusFormatTests
{
    private static OpusFormat Read(string audio) => Samples.NegotiateAnswer(
        Samples.Without(Samples.Without(Samples.ProductionAnswer, "a=rtpmap"), "a=fmtp").Replace("a=rtcp-mux", $"{audio.ReplaceLineEndings("\r\n")}\r\na=rtcp-mux", StringComparison.Ordinal)).Audio!.Opus;

    [Fact]
    public void Every_parameter_is_read_whatever_its_spacing_and_case()
    {
        OpusFormat opus = Read("""
            a=ptime:20
            a=maxptime:60.5
            a=fmtp:111 MinPtime=3; stereo=1 ;sprop-stereo=1;useinbandfec = 1;usedtx=1; cbr=1;maxaveragebitrate=64000; maxplaybackrate=16000;x
            a=rtpmap:111 OPUS/48000/2
            """);

        Assert.Equal((true, true, true, true, true), (opus.Stereo, opus.SpropStereo, opus.UseInbandFec, opus.UseDtx, opus.Cbr));
        Assert.Equal((64000, 16000, 3), (opus.MaxAverageBitrate!.Value, opus.MaxPlaybackRate!.Value, opus.MinPtime!.Value));
        Assert.Equal((20, 60), (opus.Ptime!.Value, opus.MaxPtime!.Value));
    }

    [Fact]
    public void What_is_not_told_has_the_RFCs_default()
    {
        OpusFormat opus = Read("a=rtpmap:111 opus/48000/2");

        Assert.Equal((false, false, false, false, false), (opus.Stereo, opus.SpropStereo, opus.UseInbandFec, opus.UseDtx, opus.Cbr));
        Assert.Equal((null, null, null, null, null), (opus.MaxAverageBitrate, opus.MaxPlaybackRate, opus.MinPtime, opus.Ptime, opus.MaxPtime));
    }

    [Theory]
    [InlineData("maxaveragebitrate=99999999999999")]
    [InlineData("maxaveragebitrate=-5")]
    [InlineData("maxaveragebitrate=")]
    [InlineData("maxaveragebitrate")]
    [InlineData(";;=;=1;")]
    public void A_parameter_without_a_sensible_number_is_not_told(string fmtp)
    {
        Assert.Null(Read($"a=rtpmap:111 opus/48000/2\na=fmtp:111 {fmtp}").MaxAverageBitrate);
    }

    [Fact]
    public void The_order_of_the_m_line_decides_between_two_Opus()
    {
        SessionDescription answer = Samples.Parse(Samples.ProductionAnswer
            .Replace("SAVPF 111", "SAVPF 63 109 111", StringComparison.Ordinal)
            .Replace("a=fmtp:111", "a=rtpmap:109 opus/48000/2\r\na=fmtp:109 stereo=1\r\na=rtpmap:110 opus/48000/2\r\na=rtpmap:63 red/48000/2\r\na=fmtp:111", StringComparison.Ordinal));

        Assert.Equal(new OpusFormat(109, "stereo=1"), answer.Audio!.Opus);
    }
}
