namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>
/// Says whether what a later offer or answer would agree on can follow what was agreed on before: another ICE session, or the same one. All else stands for as long as the call, and a description that
/// changes it is refused with the reason; so is one of another peer.
/// </summary>
internal static class Renegotiation
{
    /// <summary>Whether the peer restarts ICE. It MUST change both (RFC 8839 §4.4.1.1.1); one that changes either means it.</summary>
    public static bool IsRestart(NegotiatedSession before, NegotiatedSession now) => before.RemoteUfrag != now.RemoteUfrag || before.RemotePwd != now.RemotePwd;

    /// <summary>Compares what would be agreed on with what was.</summary>
    /// <param name="before">What the call stands on.</param>
    /// <param name="now">What the description would make of it.</param>
    /// <param name="what">"offer" or "answer", for messages.</param>
    /// <param name="error">Why it cannot be followed.</param>
    public static bool TryCheck(NegotiatedSession before, NegotiatedSession now, string what, out SdpError error)
    {
        string? why = WhyNot(before, now);
        error = why is null ? SdpError.None : SdpError.Missing($"The {what} {why} In a call that is under way ICE can be restarted, and nothing else changes; the call goes on as it is.");
        return why is null;
    }

    private static string? WhyNot(NegotiatedSession before, NegotiatedSession now)
    {
        // RFC 8842 §5.5, §5.1: another certificate, or another role, would want another DTLS association.
        if (!now.RemoteFingerprints.Any(told => before.RemoteFingerprints.Contains(told)))
            return "names another certificate than the call was secured with: none of its fingerprints is one of those before. It comes from another peer, or from another connection of the same page.";
        if (now.DtlsRole != before.DtlsRole)
            return "turns the DTLS roles round, which would take a new handshake.";
        if (now.RemoteSctpPort != before.RemoteSctpPort)
            return "names another SCTP port.";
        return (before.Audio, now.Audio) switch
        {
            (null, null) => null,
            (null, _) => "adds audio.",
            (_, null) => "takes audio away.",
            ({ } was, { } would) when was.Direction != would.Direction => "turns audio on or off in one direction.",
            ({ } was, { } would) when was.Opus.PayloadType != would.Opus.PayloadType || was.ReceivePayloadType != would.ReceivePayloadType => "gives Opus another payload type.",
            _ => null,
        };
    }
}
