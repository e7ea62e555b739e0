namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Records;

/// <summary>What a record carries (RFC 5246 §6.2.1).</summary>
internal enum ContentType : byte
{
    ChangeCipherSpec = 20,
    Alert = 21,
    Handshake = 22,
    ApplicationData = 23,
}
