using System.Globalization;

namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>Takes the words of a value one by one. Several spaces count as one, though the RFCs write one.</summary>
internal ref struct SdpTokens(ReadOnlySpan<char> text)
{
    private ReadOnlySpan<char> _rest = text;

    /// <summary>What has not been taken yet, without spaces around it.</summary>
    public readonly ReadOnlySpan<char> Rest => _rest.Trim(' ');

    public bool TryTake(out ReadOnlySpan<char> token)
    {
        _rest = _rest.TrimStart(' ');
        int end = _rest.IndexOf(' ');
        token = end < 0 ? _rest : _rest[..end];
        _rest = _rest[token.Length..];
        return !token.IsEmpty;
    }

    public bool TryTakeUInt16(out ushort number)
    {
        number = 0;
        return TryTake(out ReadOnlySpan<char> token) && TryParseUInt16(token, out number);
    }

    public bool TryTakeUInt32(out uint number)
    {
        number = 0;
        return TryTake(out ReadOnlySpan<char> token) && TryParseUInt32(token, out number);
    }

    /// <summary>Whether every character is visible ASCII, as the RFCs want of names, words and credentials; such text is safe in a message.</summary>
    public static bool IsVisible(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExceptInRange('!', '~');

    // Digits alone: no sign, no spaces, no culture.
    public static bool TryParseUInt16(ReadOnlySpan<char> text, out ushort number) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    public static bool TryParseUInt32(ReadOnlySpan<char> text, out uint number) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
