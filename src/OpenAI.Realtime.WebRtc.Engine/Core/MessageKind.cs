namespace OpenAI.Realtime.WebRtc.Engine.Core;

/// <summary>What a data-channel message is (RFC 8831 §8).</summary>
public enum MessageKind : byte
{
    /// <summary>UTF-8 text.</summary>
    Text,

    /// <summary>Bytes.</summary>
    Binary,
}
