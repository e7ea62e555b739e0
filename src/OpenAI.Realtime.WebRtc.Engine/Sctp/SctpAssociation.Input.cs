using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Receiving;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp;

// Packets in:
//   1. ports and checksum (RFC 9260 §6.8),
//   2. the verification tag, with its exceptions (§8.5.1),
//   3. one chunk after the other, in order; each decides in which states it means something,
//   4. the SACK that the packet calls for (§6.2).
internal sealed partial class SctpAssociation
{
    /// <summary>Handles one packet: the plaintext of one DTLS record (RFC 8261 §3).</summary>
    public void HandlePacket(ReadOnlySpan<byte> packet, Instant now)
    {
        BeginInput(now);
        _counters.PacketsReceived++;
        if (!SctpPacket.TryParse(packet, out SctpPacket parsed))
            _counters.DroppedMalformed++;
        else if (parsed.SourcePort != _options.RemotePort || parsed.DestinationPort != _options.LocalPort)
            _counters.DroppedWrongPort++;
        else if (!parsed.HasValidChecksum)
            _counters.DroppedBadChecksum++;
        else
            HandleChunks(parsed);
        _sender.BeginBurst();
    }

    private void HandleChunks(in SctpPacket packet)
    {
        ChunkReader reader = new(packet.Chunks);
        if (!reader.TryRead(out Chunk chunk))
        {
            _counters.DroppedMalformed++;
            return;
        }

        if (!PassesTagRules(chunk, packet.VerificationTag, isAlone: reader.IsAtEnd, out bool isHandled))
        {
            _counters.DroppedWrongTag++;
            return;
        }

        HandleSignOfEstablishedPeer(chunk.Type);
        bool hasData = false;
        bool goesOn = isHandled || HandleChunk(chunk, ref hasData);
        while (goesOn && State != SctpState.Ended && reader.TryRead(out chunk))
            goesOn = HandleChunk(chunk, ref hasData);
        if (reader.IsMalformed)
            _counters.DroppedMalformed++;
        if (State == SctpState.Ended)
            return;

        if (hasData)
        {
            _receiver.HandlePacketEnd(_now);
            HandleDataWhileShuttingDown();
        }

        _resets.HandleCumulativeTsn(_receiver.CumulativeTsn);
    }

    /// <summary>§8.5.1; where the first chunk decides over the packet, it is handled here.</summary>
    private bool PassesTagRules(in Chunk first, uint tag, bool isAlone, out bool isHandled)
    {
        isHandled = false;
        bool isOurs = tag == _localTag;
        bool reflects = (first.Flags & ErrorChunk.ReflectedTagFlag) != 0;
        switch (first.Type)
        {
            case ChunkType.Init: // A: tag 0, and nothing else in the packet.
                if (tag != 0 || !isAlone)
                    return false;
                HandleInit(first);
                isHandled = true;
                return true;

            case ChunkType.CookieEcho: // The cookie says which tag it is.
                if (!HandleCookieEcho(first, tag))
                    return false;
                isHandled = true;
                return true;

            case ChunkType.Abort or ChunkType.ShutdownComplete: // B, C: ours; or with T the peer's, as we sent it.
                return reflects ? tag == _peerTag && _peerTag != 0 : isOurs;

            case ChunkType.ShutdownAck when State is SctpState.CookieWait or SctpState.CookieEchoed or SctpState.Ended:
                // E, and §8.4 5: the peer is still closing something that we no longer have.
                Reply(tag, goesAlone: true, ChunkType.ShutdownComplete, ErrorChunk.ReflectedTagFlag, []);
                isHandled = true;
                return true;

            default:
                if (State == SctpState.Ended)
                {
                    HandleAfterEnd(first, tag);
                    isHandled = true;
                    return true;
                }

                return isOurs && State != SctpState.Closed;
        }
    }

    /// <summary>
    /// Whoever sends DATA or SACK without a cookie is established. When we wait for its COOKIE ACK, that was lost and this stands for it; and ours, if it waited for one, has come.
    /// </summary>
    private void HandleSignOfEstablishedPeer(byte firstChunk)
    {
        if (firstChunk is not (ChunkType.Data or ChunkType.Sack))
            return;
        _peerIsEstablished = true;
        if (State == SctpState.CookieEchoed)
            Establish();
    }

    /// <returns>Whether to go on with the next chunk of the packet.</returns>
    private bool HandleChunk(in Chunk chunk, ref bool hasData)
    {
        switch (chunk.Type)
        {
            case ChunkType.Data when State is SctpState.Established or SctpState.ShutdownPending or SctpState.ShutdownSent:
                hasData = true;
                HandleData(chunk);
                break;
            case ChunkType.Sack when IsDataExchanged:
                HandleSack(chunk);
                break;
            case ChunkType.InitAck:
                HandleInitAck(chunk);
                break;
            case ChunkType.CookieAck:
                HandleCookieAck();
                break;
            case ChunkType.Heartbeat when State >= SctpState.CookieEchoed:
                Reply(_peerTag, goesAlone: false, ChunkType.HeartbeatAck, 0, chunk.Value);
                break;
            case ChunkType.HeartbeatAck when IsDataExchanged:
                HandleHeartbeatAck(chunk);
                break;
            case ChunkType.Pad:
                break; // RFC 4820 §3: it has made the packet longer, and that was all.
            case ChunkType.ForwardTsn when State is SctpState.Established or SctpState.ShutdownPending or SctpState.ShutdownSent:
                HandleForwardTsn(chunk);
                break;
            case ChunkType.ReConfig when IsDataExchanged:
                if (!_resets.HandleChunk(chunk, _receiver.CumulativeTsn, _replies, _sender.Buffer, _now))
                    _counters.ChunksIgnored++;
                break;
            case ChunkType.Shutdown:
                HandleShutdown(chunk);
                break;
            case ChunkType.ShutdownAck:
                HandleShutdownAck();
                break;
            case ChunkType.ShutdownComplete:
                HandleShutdownComplete();
                break;
            case ChunkType.Abort:
                HandleAbort(chunk);
                break;
            case ChunkType.Error:
                if (ErrorCause.FirstOf(chunk) == ErrorCause.StaleCookie)
                    HandleStaleCookie();
                break; // All else is told for information (§3.3.10).
            case ChunkType.Data or ChunkType.Sack or ChunkType.Heartbeat or ChunkType.HeartbeatAck or ChunkType.ForwardTsn
                or ChunkType.ReConfig or ChunkType.Init or ChunkType.CookieEcho:
                _counters.ChunksIgnored++; // Known, but not in this state or in this place.
                break;
            default:
                return HandleUnknown(chunk);
        }

        return true;
    }

    /// <summary>§3.2: the two highest bits of its type say what to do.</summary>
    private bool HandleUnknown(in Chunk chunk)
    {
        _counters.ChunksIgnored++;
        UnknownTypeAction action = UnknownTypeAction.OfChunk(chunk.Type);
        if (action.IsReported && State >= SctpState.CookieEchoed)
        {
            // §3.3.10.6: the whole chunk; of a long one the beginning.
            Span<byte> cause = stackalloc byte[128];
            SpanWriter writer = new(cause);
            int begin = Parameter.Begin(ref writer, ErrorCause.UnrecognizedChunkType);
            writer.WriteUInt8(chunk.Type);
            writer.WriteUInt8(chunk.Flags);
            writer.WriteUInt16((ushort)(Chunk.HeaderLength + chunk.Value.Length));
            writer.WriteBytes(chunk.Value[..Math.Min(chunk.Value.Length, writer.Free)]);
            Parameter.End(ref writer, begin);
            Reply(_peerTag, goesAlone: false, ChunkType.Error, 0, writer.Written);
        }

        return action.Continues;
    }

    private void HandleData(in Chunk chunk)
    {
        if (!DataChunk.TryParse(chunk, out DataChunk data))
        {
            _counters.ChunksIgnored++;
            return;
        }

        if (data.UserData.IsEmpty)
        {
            // §6.2
            EndWithAbort(SctpEndReason.ProtocolViolation, ErrorCause.NoUserData, "The peer sent DATA without user data.", chunk.Value[..4]);
            return;
        }

        if (data.StreamId == SctpEvent.AllStreams)
        {
            // §6.5: beyond what INIT allowed.
            Span<byte> cause = [0, (byte)ErrorCause.InvalidStreamIdentifier, 0, 8, 255, 255, 0, 0];
            Reply(_peerTag, goesAlone: false, ChunkType.Error, 0, cause);
            EndOn(_receiver.HandleDataOnInvalidStream(data));
            return;
        }

        EndOn(_receiver.HandleData(data, ref _counters));
    }

    private void HandleForwardTsn(in Chunk chunk)
    {
        if (ForwardTsnChunk.TryParse(chunk, out Serial32 newCumulativeTsn))
            EndOn(_receiver.HandleForwardTsn(newCumulativeTsn));
        else
            _counters.ChunksIgnored++;
    }

    private void EndOn(AppendResult result)
    {
        if (result == AppendResult.MessageTooLarge)
            EndWithAbort(SctpEndReason.MessageTooLarge, ErrorCause.OutOfResource, $"The peer sent a message of more than {_options.MaxIncomingMessageSize} bytes.");
        else if (result == AppendResult.NotInSequence)
            EndWithAbort(SctpEndReason.ProtocolViolation, ErrorCause.ProtocolViolation, "The peer's fragments do not follow each other.");
    }

    private void HandleSack(in Chunk chunk)
    {
        if (!SackChunk.TryParse(chunk, out SackChunk sack) || !_sender.HandleSack(sack, _now, ref _counters, out bool isAlive))
        {
            _counters.ChunksIgnored++;
            return;
        }

        if (isAlive)
            HandleSignOfLife();
        HandleAcked();
        EndIfPathIsTooNarrow();
    }

    private void HandleAcked()
    {
        if (_sendWasRefused && _sender.Buffer.IsHalfEmpty)
        {
            _sendWasRefused = false;
            _events.Enqueue(new(SctpEventKind.SendBufferLow));
        }

        ContinueShutdown();
    }
}
