namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>What an Opus encoder optimises for.</summary>
public enum OpusApplication
{
    /// <summary>Speech (OPUS_APPLICATION_VOIP). The only one that in-band FEC is any use with.</summary>
    Voip = 2048,

    /// <summary>Music and mixed content (OPUS_APPLICATION_AUDIO).</summary>
    Audio = 2049,

    /// <summary>The least delay, no speech modes and no FEC (OPUS_APPLICATION_RESTRICTED_LOWDELAY).</summary>
    RestrictedLowDelay = 2051,
}

/// <summary>The widest audio band that an Opus encoder may use.</summary>
public enum OpusBandwidth
{
    /// <summary>4 kHz.</summary>
    Narrowband = 1101,

    /// <summary>6 kHz.</summary>
    Mediumband = 1102,

    /// <summary>8 kHz.</summary>
    Wideband = 1103,

    /// <summary>12 kHz.</summary>
    SuperWideband = 1104,

    /// <summary>20 kHz.</summary>
    Fullband = 1105,
}

/// <summary>How the caller's voice is encoded: mono, 48 kHz, 20 ms a packet, and the following.</summary>
public sealed class OpusEncoderOptions
{
    internal const int MinBitrate = 6_000;
    internal const int MaxBitrate = 510_000;

    /// <summary>Bits a second, 6,000 to 510,000. Default: 32,000, with which in-band FEC fits beside wideband speech. A peer whose
    /// <c>fmtp</c> names a lower <c>maxaveragebitrate</c> gets that.</summary>
    public int Bitrate { get; set; } = 32_000;

    /// <summary>How much work the encoder does for quality, 0 to 10. Default: 5, good for speech at about half of 10's cost.</summary>
    public int Complexity { get; set; } = 5;

    /// <summary>What to optimise for. Default: speech.</summary>
    public OpusApplication Application { get; set; } = OpusApplication.Voip;

    /// <summary>Whether each packet carries a coarse copy of the one before it (RFC 6716 §2.1.7), from which a lost one is restored; not written for a peer whose <c>fmtp</c>
    /// does not say <c>useinbandfec=1</c>. Default: true.</summary>
    public bool InbandFec { get; set; } = true;

    /// <summary>
    /// How many packets in a hundred are expected to be lost, 0 to 100. FEC is only written when it is above 0, and gets more room the
    /// higher it is. While the peer's receiver reports say more, that is expected, up to 30. Default: 5.
    /// </summary>
    public int ExpectedPacketLossPercent { get; set; } = 5;

    /// <summary>Whether silence is not sent but for an occasional refresh (RFC 6716 §2.1.9). Default: false, since the service hears the end of speech in silence.</summary>
    public bool Dtx { get; set; }

    /// <summary>Whether the bitrate may vary with the content; it does not for a peer that asks for <c>cbr=1</c>. Default: true.</summary>
    public bool VariableBitrate { get; set; } = true;

    /// <summary>The widest band, narrowed to the peer's <c>maxplaybackrate</c>. Default: full.</summary>
    public OpusBandwidth MaxBandwidth { get; set; } = OpusBandwidth.Fullband;

    internal OpusEncoderTuning ToTuning() => new()
    {
        Bitrate = Bitrate,
        ExpectedPacketLossPercent = ExpectedPacketLossPercent,
        InbandFec = InbandFec,
        VariableBitrate = VariableBitrate,
        MaxBandwidth = MaxBandwidth,
    };

    internal void Validate()
    {
        ToTuning().Validate();
        ArgumentOutOfRangeException.ThrowIfNegative(Complexity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Complexity, 10);
        if (!Enum.IsDefined(Application))
            throw new ArgumentOutOfRangeException(nameof(Application), Application, "Not an Opus application.");
    }
}
