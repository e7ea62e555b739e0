namespace OpenAI.Realtime.WebRtc.Engine.DataChannels;

internal sealed class DataChannelOptions
{
    /// <summary>The label of the channel that we open; the label of the peer's is in <see cref="DataChannel.Label"/>.</summary>
    public string Label { get; init; } = "";

    /// <summary>The subprotocol of the channel that we open (RFC 8832 §5.1).</summary>
    public string Protocol { get; init; } = "";

    /// <summary>Whether we open the channel; otherwise the first one that the peer opens is the channel. Of no meaning with <see cref="NegotiatedId"/>.</summary>
    public bool IsOpener { get; init; } = true;

    /// <summary>The id of a channel that both sides know beforehand (RFC 8831 §6.6); null for one opened in-band.</summary>
    public ushort? NegotiatedId { get; init; }
}
