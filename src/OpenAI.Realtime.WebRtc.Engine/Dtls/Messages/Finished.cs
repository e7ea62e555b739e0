namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;

/// <summary>
/// The first message under the new keys: proof that both saw the same handshake (RFC 5246 §7.4.9).
/// <code>verify_data (12)</code>
/// </summary>
internal static class Finished
{
    public const int VerifyDataLength = 12;
}
