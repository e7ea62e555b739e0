namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;

/// <summary>A whole handshake message, put together and in its turn.</summary>
/// <param name="type">What it is.</param>
/// <param name="sequence">Its message_seq.</param>
/// <param name="epoch">The epoch of the records that it came in; for a message in several records, of its first.</param>
/// <param name="whole">Header and body, as if the message had never been fragmented: what the transcript hashes (RFC 6347 §4.2.6).</param>
internal readonly ref struct HandshakeMessage(HandshakeType type, ushort sequence, ushort epoch, ReadOnlySpan<byte> whole)
{
    public HandshakeType Type { get; } = type;

    public ushort Sequence { get; } = sequence;

    public ushort Epoch { get; } = epoch;

    public ReadOnlySpan<byte> Whole { get; } = whole;

    public ReadOnlySpan<byte> Body => Whole[HandshakeFragment.HeaderSize..];
}
