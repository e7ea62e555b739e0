using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp;

namespace OpenAI.Realtime.WebRtc.Engine.DataChannels;

internal enum DataChannelState : byte
{
    /// <summary>Made; <see cref="DataChannel.Start"/> has not been called.</summary>
    New,

    /// <summary>Waits for the association, for the peer's DATA_CHANNEL_ACK, or for its DATA_CHANNEL_OPEN.</summary>
    Opening,

    /// <summary>Messages flow both ways.</summary>
    Open,

    /// <summary>Over.</summary>
    Closed,
}

internal enum DataChannelEventKind : byte
{
    None,

    /// <summary>The channel is open.</summary>
    Opened,

    /// <summary>The channel is over: its stream was reset, or the association ended. The last event.</summary>
    Closed,

    /// <summary>After <see cref="SctpSendResult.BufferFull"/>: there is room again.</summary>
    SendBufferLow,
}

/// <param name="Kind">What happened.</param>
/// <param name="Reason">
/// With <see cref="DataChannelEventKind.Closed"/>: why the association ended; <see cref="SctpEndReason.ClosedByPeer"/> as well when the
/// peer closed only the channel.
/// </param>
/// <param name="Detail">With <see cref="DataChannelEventKind.Closed"/>: what happened, in a sentence.</param>
internal readonly record struct DataChannelEvent(DataChannelEventKind Kind, SctpEndReason Reason = SctpEndReason.None, string? Detail = null);

/// <summary>The header of a whole message that waits to be taken.</summary>
/// <param name="Kind">Text or binary.</param>
/// <param name="Length">Its length in bytes; can be 0.</param>
internal readonly record struct DataChannelMessage(MessageKind Kind, int Length);
