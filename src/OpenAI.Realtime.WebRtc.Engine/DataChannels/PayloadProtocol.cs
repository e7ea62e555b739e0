namespace OpenAI.Realtime.WebRtc.Engine.DataChannels;

/// <summary>Payload protocol identifiers of WebRTC (RFC 8831 §8).</summary>
internal static class PayloadProtocol
{
    /// <summary>DCEP: the messages of RFC 8832.</summary>
    public const uint Dcep = 50;

    /// <summary>UTF-8 text.</summary>
    public const uint Text = 51;

    /// <summary>Parts of a binary message, deprecated (RFC 8831 §8); never sent, read as binary.</summary>
    public const uint BinaryPartial = 52;

    /// <summary>Bytes.</summary>
    public const uint Binary = 53;

    /// <summary>Parts of a text, deprecated; never sent, read as text.</summary>
    public const uint TextPartial = 54;

    /// <summary>An empty text: one byte of no meaning, because SCTP has no empty message (§6.6).</summary>
    public const uint TextEmpty = 56;

    /// <summary>An empty binary message, in the same way.</summary>
    public const uint BinaryEmpty = 57;
}
