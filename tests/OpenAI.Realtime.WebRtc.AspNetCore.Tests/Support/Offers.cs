namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;

internal static class Offers
{
    /// <summary>Looks like an offer from outside, and cannot be answered.</summary>
    public const string Valid = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";
}
