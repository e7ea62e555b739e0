using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>A connection could not be made, or is no longer there.</summary>
public class PeerConnectionException : Exception
{
    /// <summary>Makes one from the way the connection ended; the inner exception is <see cref="PeerEnd.Error"/>.</summary>
    public PeerConnectionException(PeerEnd end)
        : base((end ?? throw new ArgumentNullException(nameof(end))).Detail, end.Error) => End = end;

    /// <summary>How the connection ended: phase, reason and detail.</summary>
    public PeerEnd End { get; }
}

/// <summary>An offer or an answer cannot be used.</summary>
public class SdpException : Exception
{
    /// <summary>Makes one.</summary>
    /// <param name="message">What is wrong, and what it should be.</param>
    /// <param name="line">The number of the line, from 1; 0 where something is missing altogether.</param>
    /// <param name="lineText">The line itself, with secrets replaced.</param>
    public SdpException(string message, int line = 0, string? lineText = null)
        : base(line > 0 ? $"Line {line} of the SDP ({lineText}): {message}" : message)
    {
        Line = line;
        LineText = lineText;
    }

    /// <summary>The number of the line, from 1; 0 where something is missing altogether.</summary>
    public int Line { get; }

    /// <summary>The line itself, with secrets replaced; null where something is missing.</summary>
    public string? LineText { get; }
}
