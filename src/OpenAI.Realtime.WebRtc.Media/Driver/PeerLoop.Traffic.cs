using System.Buffers;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>What one pass reads and sends.</summary>
internal sealed partial class PeerLoop
{
    private void ReadPorts()
    {
        foreach (UdpPort port in _ports)
        {
            if (_end is not null || !port.TakeReady())
                continue;
            int left = MaxDatagramsPerPass;
            while (port.TryReceive(_receiveBuffer.AsSpan(0, ReceiveBufferSize), out int length, out TransportAddress remote))
            {
                _peer!.HandleDatagram(_receiveBuffer.AsSpan(0, length), new TransportPath(TransportProtocol.Udp, port.Local, remote), _clock.Now);
                DrainOutputs();
                if (_end is not null)
                    return;
                if (--left == 0)
                {
                    port.MarkReady();
                    _wait!.RequestRun(this);
                    break;
                }
            }

            if (left > 0)
                _wait!.Poller.Rearm(port);
        }
    }

    private void ReadShares()
    {
        if (_shares is null)
            return;

        // Whoever adds one runs us afterwards: what is left then is read in another pass.
        for (int left = MaxDatagramsPerPass; left > 0 && _end is null && _shares.TryTake(_receiveBuffer, out int length, out TransportPath path); left--)
        {
            _peer!.HandleDatagram(_receiveBuffer.AsSpan(0, length), path, _clock.Now);
            DrainOutputs();
        }
    }

    private void SendAudio()
    {
        while (_end is null && !_outgoingAudio.IsEmpty
            && _outgoingAudio.TryDequeue(_scratch, out int length, out OpusPacketHeader header))
        {
            _peer!.SendAudio(_scratch.AsSpan(0, length), header.SequenceNumber, header.Timestamp, header.Marker, _clock.Now); // counts what it drops
            DrainOutputs();
        }
    }

    private void SendMessages()
    {
        while (_end is null && !_sctpIsFull && !_outgoingMessages.IsEmpty && _outgoingMessages.TakeFirst() is OutgoingMessage entry)
        {
            switch (_peer!.SendMessage(entry.Message.Span, entry.Kind, _clock.Now))
            {
                case SendResult.Accepted:
                    _outgoingMessages.Complete(entry);
                    break;
                case SendResult.BufferFull:
                    _sctpIsFull = true;
                    _outgoingMessages.PutBack(entry);
                    break;
                case SendResult.TooLarge:
                    _outgoingMessages.Complete(entry, new ArgumentException(
                        $"The message has {entry.Message.Length} bytes; the peer accepts at most {_peer.MaxOutgoingMessageSize}."));
                    break;
                default:
                    _outgoingMessages.Complete(entry, new PeerConnectionException(new PeerEnd(PeerEndReason.ChannelFailed, _phase,
                        State == PeerState.Closing ? "The connection is closing." : "The data channel is not open: await ConnectAsync before sending.")));
                    break;
            }

            DrainOutputs();
        }
    }

    private void TakeMessages()
    {
        while (_end is null && _peer!.TryPeekMessage(out int length, out MessageKind kind))
        {
            if (!_incomingMessages.HasRoom)
            {
                if (_messagesHeldBack)
                    return;
                _messagesHeldBack = true; // say so first, then look again: the reader may have made room in between
                continue;
            }

            TakeMessage(length, kind);
            DrainOutputs(); // the receive window has opened
        }

        _messagesHeldBack = false;
    }

    private void TakeMessage(int length, MessageKind kind)
    {
        byte[] pooled = ArrayPool<byte>.Shared.Rent(Math.Max(1, length));
        _peer!.TakeMessage(pooled.AsSpan(0, length), _clock.Now);
        _incomingMessages.Enqueue(new IncomingMessage(pooled, length, kind));
    }
}
