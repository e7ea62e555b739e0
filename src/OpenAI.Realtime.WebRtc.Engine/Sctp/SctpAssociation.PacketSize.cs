using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp;

// How long packets may be:
//   1. what the path is known to carry (PacketSizeProbe), which grows by answers and shrinks by doubt,
//   2. longer for what cannot be cut,
//   3. and the end when that does not get through any more.
internal sealed partial class SctpAssociation
{
    private readonly PacketSizeProbe _size;

    /// <summary>The longest packet that is known to get through.</summary>
    public int PacketSize => _size.Size;

    /// <summary>Packets go by another path from now on: what the last one carried says nothing of it.</summary>
    public void HandlePathChange(Instant now)
    {
        BeginInput(now);
        if (IsDataExchanged)
            _size.Start();
    }

    /// <summary>
    /// As long as the path is known to carry; longer only for what cannot be cut: a cookie, an answer to a long HEARTBEAT, DATA that has its TSN. With the first COOKIE ECHO
    /// goes what fits the full size, so that DATA_CHANNEL_OPEN has room beside a long cookie.
    /// </summary>
    private int NextPacketLength()
    {
        if (_cookieEchoIsDue && _initTimer.Expirations == 0)
            return _packetSize;
        if (_sender.HasDataToSend && _sender.Buffer.Count > _sender.SmallFragmentLength)
            _size.Prepare(_now);
        int uncut = Math.Max(_cookieEchoIsDue ? Chunk.Padded(Chunk.HeaderLength + _peerCookie.Length) : 0, _replies.NextLength);
        return Math.Max(Math.Max(_size.Size, SctpPacket.HeaderLength + uncut), _sender.NextRepeatLength);
    }

    private void HandleHeartbeatAck(in Chunk chunk)
    {
        if (_heartbeat.TryHandleAck(chunk, _now))
            _sender.HandleHeartbeatAnswered(_size.SmallSize);
        else if (_size.TryHandleAck(chunk, _now))
            _sender.HandleHeartbeatAnswered(_size.Size);
        else
            return;
        _errors = 0;
    }

    /// <summary>DATA cut for a path that was wider cannot be cut again (§6.9): to repeat it for ever would hide that nothing passes any more.</summary>
    private void EndIfPathIsTooNarrow()
    {
        if (State == SctpState.Ended || !_sender.IsTooLongForPath(_options.MaxRetransmits))
            return;
        EndWithAbort(
            SctpEndReason.PathTooNarrow,
            ErrorCause.UserInitiatedAbort,
            $"Datagrams of more than {_size.Size + SctpOptions.DtlsOverhead} bytes do not get through to the peer any more: what was sent in longer ones was repeated {_options.MaxRetransmits} times in vain, while shorter ones arrived.");
    }
}
