using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Driver;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Audio;

/// <summary>The encoder follows what the peer asks for in its SDP and reports in RTCP.</summary>
public sealed class EncoderFeedbackTests : IDisposable
{
    private const int FramesASecond = 50;
    private readonly TalkingTrack _track = new();
    private readonly TunedEncoder _encoder = new();

    [Fact]
    public void A_peer_that_says_nothing_leaves_the_encoder_as_it_was_asked_for()
    {
        EncoderFeedback feedback = new(_encoder, new());
        Run(feedback, FramesASecond * 10);
        Assert.Empty(_encoder.Tunings);
        Assert.Equal(new OpusEncoderOptions().ToTuning(), feedback.Tuning);
    }

    [Theory]
    [InlineData(null, OpusBandwidth.Fullband)]
    [InlineData(48_000, OpusBandwidth.Fullband)]
    [InlineData(24_000, OpusBandwidth.SuperWideband)]
    [InlineData(16_000, OpusBandwidth.Wideband)]
    [InlineData(12_000, OpusBandwidth.Mediumband)]
    [InlineData(8_000, OpusBandwidth.Narrowband)]
    [InlineData(0, OpusBandwidth.Narrowband)]
    public void The_band_is_what_the_peer_can_play(int? maxPlaybackRate, OpusBandwidth expected)
    {
        _track.Preferences = new() { MaxPlaybackRate = maxPlaybackRate, UseInbandFec = true };
        Assert.Equal(expected, Tuned(new()).MaxBandwidth);
    }

    [Theory]
    [InlineData(16_000, 16_000)]
    [InlineData(64_000, 32_000)]        // a limit is no wish for more
    [InlineData(0, 6_000)]              // the least that Opus has
    [InlineData(int.MaxValue, 32_000)]
    [InlineData(null, 32_000)]
    public void The_bitrate_is_the_lower_one_of_both_sides(int? maxAverageBitrate, int expected)
    {
        _track.Preferences = new() { MaxAverageBitrate = maxAverageBitrate, UseInbandFec = true };
        Assert.Equal(expected, Tuned(new() { Bitrate = 32_000 }).Bitrate);
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public void FEC_is_written_when_both_sides_want_it(bool asked, bool preferred, bool expected)
    {
        _track.Preferences = new() { UseInbandFec = preferred };
        Assert.Equal(expected, Tuned(new() { InbandFec = asked }).InbandFec);
    }

    [Fact]
    public void The_bitrate_is_constant_when_either_side_wants_it()
    {
        _track.Preferences = new() { ConstantBitrate = true };
        Assert.False(Tuned(new() { VariableBitrate = true }).VariableBitrate);
        _track.Preferences = new();
        Assert.False(Tuned(new() { VariableBitrate = false }).VariableBitrate);
        Assert.True(Tuned(new()).VariableBitrate);
    }

    [Fact]
    public void Expected_loss_rises_with_a_report_at_once_and_falls_by_one_percent_a_second()
    {
        EncoderFeedback feedback = new(_encoder, new() { ExpectedPacketLossPercent = 5 });
        _track.FractionLost = 0.101;
        Run(feedback, 1);
        Assert.Equal(11, feedback.Tuning.ExpectedPacketLossPercent);

        _track.FractionLost = 0;
        Run(feedback, FramesASecond * 3);
        Assert.Equal(8, feedback.Tuning.ExpectedPacketLossPercent);
        Run(feedback, FramesASecond * 30);
        Assert.Equal(5, feedback.Tuning.ExpectedPacketLossPercent);
        Assert.Equal([11, 10, 9, 8, 7, 6, 5], _encoder.Tunings.Select(t => t.ExpectedPacketLossPercent));
    }

    [Theory]
    [InlineData(5, 1.0, 30)]
    [InlineData(60, 1.0, 60)]           // who asks for more gets it
    [InlineData(0, 0.001, 1)]
    [InlineData(0, double.NaN, 0)]      // an engine of somebody else's
    public void Expected_loss_stays_between_what_was_asked_for_and_thirty_percent(int asked, double reported, int expected)
    {
        EncoderFeedback feedback = new(_encoder, new() { ExpectedPacketLossPercent = asked });
        _track.FractionLost = reported;
        Run(feedback, FramesASecond);
        Assert.Equal(expected, feedback.Tuning.ExpectedPacketLossPercent);
    }

    [Theory]
    [InlineData(OpusCodecChoice.LibOpus)]
    [InlineData(OpusCodecChoice.Concentus)]
    public void Each_codec_writes_what_it_is_tuned_to(OpusCodecChoice codec)
    {
        using IOpusEncoder encoder = OpusCodecs.For(codec).CreateEncoder(new() { Bitrate = 64_000 });
        EncoderFeedback feedback = new(encoder, new() { Bitrate = 64_000 });
        short[] voice = Spectrum.Tone(500, 48_000, 48_000);
        int before = Encode();
        _track.Preferences = new() { MaxAverageBitrate = 12_000, ConstantBitrate = true, MaxPlaybackRate = 16_000 };
        int after = Encode();
        Assert.InRange(after, 12_000 / 8 * 0.95, 12_000 / 8 * 1.05);
        Assert.True(before > after * 2, $"{before} bytes a second, then {after}");

        int Encode()
        {
            byte[] packet = new byte[EncodedAudio.MaxLength];
            int bytes = 0;
            foreach (short[] frame in voice.Chunk(IOpusEncoder.FrameSamples))
            {
                feedback.Follow(_track);
                bytes += encoder.Encode(frame, packet);
            }

            return bytes;
        }
    }

    [Fact]
    public async Task Over_a_real_connection_the_encoder_follows_the_SDP_and_the_receiver_reports()
    {
        PeerConnectionFactory factory = DriverPair.Factory();
        await using IPeerConnection listener = factory.Create(DriverPair.Options());
        await using IPeerConnection speaker = factory.Create(DriverPair.Options());
        string offer = await listener.CreateOfferAsync();
        string wishes = offer.Replace("useinbandfec=1", "useinbandfec=1;maxaveragebitrate=14000", StringComparison.Ordinal);
        Assert.NotEqual(offer, wishes);
        listener.SetAnswer(await speaker.CreateAnswerAsync(wishes));
        await Task.WhenAll(listener.ConnectAsync(), speaker.ConnectAsync()).Within();
        Assert.Equal(14_000, speaker.Audio.Preferences!.MaxAverageBitrate);
        Assert.True(speaker.Audio.Preferences.UseInbandFec);
        Assert.Null(speaker.Audio.FractionLost);

        LossyTrack lossy = new(speaker.Audio);
        await using MediaPort port = new(new() { Source = new ToneAudioSource(300), Sink = new NullAudioSink() }, lossy);
        port.StartSending();
        await lossy.Reported.Task.Within();
        AudioSendStatistics sent = port.GetStatistics().Sent;
        while (sent.ExpectedPacketLossPercent == 5) // the frame that follows the report
        {
            await Task.Yield();
            sent = port.GetStatistics().Sent;
        }

        Assert.Equal(14_000, sent.Bitrate);
        Assert.InRange(sent.ExpectedPacketLossPercent, 6, 30);
    }

    public void Dispose() => _encoder.Dispose();

    private OpusEncoderTuning Tuned(OpusEncoderOptions options)
    {
        EncoderFeedback feedback = new(_encoder, options);
        Run(feedback, 2);
        Assert.True(_encoder.Tunings.Count == 0 || _encoder.Tunings[^1] == feedback.Tuning);
        return feedback.Tuning;
    }

    private void Run(EncoderFeedback feedback, int frames)
    {
        for (int i = 0; i < frames; i++)
            feedback.Follow(_track);
    }

    private sealed class TalkingTrack : IOpusTrack
    {
        public OpusPreferences? Preferences { get; set; }

        public double? FractionLost { get; set; }

        public ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default) => new(false);

        public bool TryRead(Span<byte> destination, out EncodedAudio packet)
        {
            packet = default;
            return false;
        }

        public void Send(ReadOnlySpan<byte> opus, OpusPacketHeader header)
        {
        }
    }

    /// <summary>Loses every third packet on its way, until the peer has reported loss.</summary>
    private sealed class LossyTrack(IOpusTrack inner) : IOpusTrack
    {
        public TaskCompletionSource Reported { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public OpusPreferences? Preferences => inner.Preferences;

        public double? FractionLost => inner.FractionLost;

        public ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default) => inner.WaitAsync(cancellationToken);

        public bool TryRead(Span<byte> destination, out EncodedAudio packet) => inner.TryRead(destination, out packet);

        public void Send(ReadOnlySpan<byte> opus, OpusPacketHeader header)
        {
            if (inner.FractionLost > 0.05)
                Reported.TrySetResult();
            if (header.SequenceNumber % 3 != 0)
                inner.Send(opus, header);
        }
    }

    private sealed class TunedEncoder : IOpusEncoder
    {
        public List<OpusEncoderTuning> Tunings { get; } = [];

        public int Encode(ReadOnlySpan<short> pcm, Span<byte> packet) => 3;

        public void Tune(in OpusEncoderTuning tuning)
        {
            tuning.Validate();
            Tunings.Add(tuning);
        }

        public void Dispose()
        {
        }
    }
}
