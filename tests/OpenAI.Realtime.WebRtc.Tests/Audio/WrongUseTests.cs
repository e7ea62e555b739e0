using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Audio;

/// <summary>Sources and sinks made wrongly: said where they are made, not seconds later in a log.</summary>
public sealed class WrongUseTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void A_wrapper_around_nothing_is_refused()
    {
        Assert.Equal("inner", Assert.Throws<ArgumentNullException>(() => new MeteredAudioSource(null!)).ParamName);
        Assert.Equal("inner", Assert.Throws<ArgumentNullException>(() => new MeteredAudioSink(null!)).ParamName);
        Assert.Equal("sinks", Assert.Throws<ArgumentException>(() => new TeeAudioSink(new NullAudioSink(), null!)).ParamName);
        Assert.Equal("sinks", Assert.Throws<ArgumentException>(() => new TeeAudioSink((IAudioSink)null!)).ParamName);
    }

    [Fact]
    public void A_stream_that_goes_the_other_way_is_refused()
    {
        using FileStream writing = File.OpenWrite(_path);
        Assert.Equal("stream", Assert.Throws<ArgumentException>(() => new StreamAudioSource(writing)).ParamName);
        Assert.Equal("stream", Assert.Throws<ArgumentException>(() => new WavFileAudioSource(writing)).ParamName);
        Assert.Equal("stream", Assert.Throws<ArgumentException>(() => new StreamAudioSink(new MemoryStream(new byte[2], writable: false))).ParamName);
    }

    [Fact]
    public void Times_that_cannot_be_are_refused()
    {
        Assert.Equal("duration", Assert.Throws<ArgumentOutOfRangeException>(() => new ToneAudioSource(440, duration: TimeSpan.FromSeconds(-1))).ParamName);
        Assert.Equal("capacity", Assert.Throws<ArgumentOutOfRangeException>(() => new ChannelAudioSource(capacity: TimeSpan.MaxValue)).ParamName);
        Assert.Equal("capacity", Assert.Throws<ArgumentOutOfRangeException>(() => new ChannelAudioSink(capacity: TimeSpan.FromDays(1))).ParamName);
    }

    [Fact]
    public async Task A_tone_of_no_limit_lasts()
    {
        var tone = new ToneAudioSource(440, format: new AudioFormat(192_000, 2), duration: TimeSpan.MaxValue);
        Assert.Equal(100, await tone.ReadAsync(new short[100]));
    }

    [Fact]
    public void A_folder_given_as_a_file_is_called_a_folder()
    {
        string folder = Path.GetTempPath();
        foreach (Action open in new Action[] { () => _ = new WavFileAudioSource(folder), () => _ = new WavFileAudioSink(folder), () => _ = new CallRecorder(folder) })
            Assert.Contains("is a folder", Assert.Throws<IOException>(open).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("49443304000000000000", "an MP3 file")]
    [InlineData("FFFB9064000000000000", "an MP3 file")]
    [InlineData("4F67675300020000000000000000", "an Ogg file")]
    [InlineData("664C6143000000221000100000", "a FLAC file")]
    [InlineData("00000020667479704D344120", "an MP4 or M4A file")]
    [InlineData("1A45DFA39F428681014286", "a WebM or Matroska file")]
    [InlineData("464F524D0000006441494646", "an AIFF file")]
    [InlineData("52463634FFFFFFFF57415645", "64-bit kind")]
    [InlineData("524946580000002457415645", "big-endian")]
    [InlineData("5468697320697320612074657874", "does not begin with a RIFF header")]
    [InlineData("FFFE54006800690073002000", "does not begin with a RIFF header")]      // a text in UTF-16
    public void A_file_of_another_kind_is_named_with_its_path(string head, string what)
    {
        File.WriteAllBytes(_path, Convert.FromHexString(head));
        string message = Assert.Throws<InvalidDataException>(() => new WavFileAudioSource(_path)).Message;
        Assert.StartsWith(_path + ": Not a WAV file", message, StringComparison.Ordinal);
        Assert.Contains(what, message, StringComparison.Ordinal);
    }
}
