namespace OpenAI.Realtime.WebRtc.Engine.Tests.Support;

internal static class Hex
{
    /// <summary>Bytes from hexadecimal digits; white space and colons are passed over.</summary>
    public static byte[] Parse(string text) =>
        Convert.FromHexString(string.Concat(text.Where(c => !char.IsWhiteSpace(c) && c != ':')));
}
