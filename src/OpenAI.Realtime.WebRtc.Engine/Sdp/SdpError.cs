namespace OpenAI.Realtime.WebRtc.Engine.Sdp;

/// <summary>Why an offer or an answer cannot be used: where, and what would put it right.</summary>
/// <param name="Line">The number of the line, from 1; 0 where something is missing altogether.</param>
/// <param name="LineText">The line itself, cut to 120 characters and with secrets replaced; null where something is missing.</param>
/// <param name="Message">The reason and the remedy, in sentences.</param>
public readonly record struct SdpError(int Line, string? LineText, string Message)
{
    /// <summary>Nothing is wrong.</summary>
    public static SdpError None => new(0, null, "");

    /// <summary>Something that should be there is not.</summary>
    internal static SdpError Missing(string message) => new(0, null, message);

    /// <summary>A line is wrong.</summary>
    internal static SdpError At(int line, ReadOnlySpan<char> text, string message) => new(line, SdpRedaction.LineForMessage(text), message);

    /// <inheritdoc/>
    public override string ToString() => Line > 0 ? $"Line {Line} ({LineText}): {Message}" : Message;
}
