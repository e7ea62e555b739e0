using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Ice;

/// <summary>The username fragment and password of one agent (RFC 8445 §5.3). Never shows the password.</summary>
internal sealed record IceCredentials(string UsernameFragment, string Password)
{
    /// <summary>What an agent of ours uses: 48 random bits; RFC 8445 §5.3 asks for 24 at least.</summary>
    public const int UsernameFragmentLength = 8;

    /// <summary>What an agent of ours uses: 144 random bits; RFC 8445 §5.3 asks for 128 at least.</summary>
    public const int PasswordLength = 24;

    /// <summary>The longest fragment or password taken from a peer (RFC 8839 §5.4).</summary>
    public const int MaxLength = 256;

    // RFC 8839 §5.1: ice-char = ALPHA / DIGIT / "+" / "/". There are 64: six random bits choose one without bias.
    private const string IceChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /// <summary>Draws new ones.</summary>
    public static IceCredentials New(RandomSource random) => new(Draw(random, UsernameFragmentLength), Draw(random, PasswordLength));

    public override string ToString() => $"{UsernameFragment}:(password)";

    private static string Draw(RandomSource random, int length)
    {
        Span<byte> bytes = stackalloc byte[length];
        random.Fill(bytes);
        StringBuilder text = new(length);
        foreach (byte b in bytes)
            text.Append(IceChars[b & 63]);
        return text.ToString();
    }
}
