using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Keeps an encoder to what the peer says: the limits in its SDP (RFC 7587 §6.1), and the loss in its receiver reports, by which the encoder makes room for FEC. The options are the most
/// that is sent, and the least loss that is expected. <c>usedtx</c> is not followed: the service hears the end of speech in silence.
/// </summary>
internal sealed class EncoderFeedback
{
    private const int MaxExpectedLoss = 30;     // percent; chosen, so that one report of a dead second does not take the voice's room
    private const int FramesAPercent = 50;      // expected loss falls by one percent a second: a report covers seconds, and loss comes in bursts

    private readonly IOpusEncoder _encoder;
    private readonly OpusEncoderTuning _asked;
    private OpusPreferences? _preferences;
    private int _framesUntilFall = FramesAPercent;

    /// <summary>Begins with the encoder as the options have made it.</summary>
    public EncoderFeedback(IOpusEncoder encoder, OpusEncoderOptions options)
    {
        _encoder = encoder;
        Tuning = _asked = options.ToTuning();
    }

    /// <summary>What the encoder is set to.</summary>
    public OpusEncoderTuning Tuning { get; private set; }

    /// <summary>Looks at what the peer has said since the last frame. Once a frame; costs two reads when nothing has changed.</summary>
    public void Follow(IOpusTrack track)
    {
        OpusEncoderTuning tuning = Tuning;
        OpusPreferences? preferences = track.Preferences;
        if (!ReferenceEquals(preferences, _preferences))
            tuning = Limit(tuning, _preferences = preferences);
        tuning = tuning with { ExpectedPacketLossPercent = NextExpectedLoss(track.FractionLost ?? 0) };
        if (tuning == Tuning)
            return;
        Tuning = tuning;
        _encoder.Tune(in tuning);
    }

    private OpusEncoderTuning Limit(OpusEncoderTuning tuning, OpusPreferences? preferences) => tuning with
    {
        Bitrate = Math.Clamp(preferences?.MaxAverageBitrate ?? _asked.Bitrate, OpusEncoderOptions.MinBitrate, _asked.Bitrate),
        MaxBandwidth = (OpusBandwidth)Math.Min((int)_asked.MaxBandwidth, (int)BandwidthOf(preferences?.MaxPlaybackRate)),
        InbandFec = _asked.InbandFec && preferences is not { UseInbandFec: false },
        VariableBitrate = _asked.VariableBitrate && preferences is not { ConstantBitrate: true },
    };

    // Rises at once, falls slowly.
    private int NextExpectedLoss(double fraction)
    {
        int least = _asked.ExpectedPacketLossPercent;
        int now = Tuning.ExpectedPacketLossPercent;
        int reported = Math.Clamp((int)Math.Ceiling(fraction * 100), least, Math.Max(least, MaxExpectedLoss));
        if (reported < now && --_framesUntilFall > 0)
            return now;
        _framesUntilFall = FramesAPercent;
        return Math.Max(reported, now - 1);
    }

    // RFC 7587 §6.1, maxplaybackrate; the sampling rates of RFC 6716 §2.1.3.
    private static OpusBandwidth BandwidthOf(int? maxPlaybackRate) => maxPlaybackRate switch
    {
        null or > 24_000 => OpusBandwidth.Fullband,
        > 16_000 => OpusBandwidth.SuperWideband,
        > 12_000 => OpusBandwidth.Wideband,
        > 8_000 => OpusBandwidth.Mediumband,
        _ => OpusBandwidth.Narrowband,
    };
}
