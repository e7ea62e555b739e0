namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>
/// Who starts the DTLS handshake: <c>a=setup</c> (RFC 4145 §4, RFC 8842 §5.3). <see cref="Core.DtlsRole"/> is what comes of it: an offer may
/// leave the role open, and a role is never open.
/// </summary>
internal enum SdpSetup : byte
{
    /// <summary>Either; only an offer says so.</summary>
    ActPass,

    /// <summary>Who says it sends the ClientHello: the DTLS client.</summary>
    Active,

    /// <summary>Who says it waits for the ClientHello: the DTLS server.</summary>
    Passive,

    /// <summary>No handshake for now. Not used with DTLS (RFC 8842 §5.3).</summary>
    HoldConn,
}

internal static class SdpSetupNames
{
    public static string ToSdp(this SdpSetup setup) => setup switch
    {
        SdpSetup.ActPass => "actpass",
        SdpSetup.Active => "active",
        SdpSetup.Passive => "passive",
        _ => "holdconn",
    };

    public static bool TryParse(ReadOnlySpan<char> text, out SdpSetup setup)
    {
        for (setup = SdpSetup.ActPass; setup <= SdpSetup.HoldConn; setup++)
        {
            if (text.Equals(setup.ToSdp(), StringComparison.OrdinalIgnoreCase))
                return true;
        }

        setup = default;
        return false;
    }
}
