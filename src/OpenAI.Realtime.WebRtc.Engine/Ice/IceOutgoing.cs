using System.Runtime.CompilerServices;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Stun;

namespace OpenAI.Realtime.WebRtc.Engine.Ice;

/// <summary>A message that waits to be taken. Its bytes are written when it is taken, so that waiting costs no buffer.</summary>
internal struct IceOutgoingMessage
{
    public StunMessageType Type;
    public StunTransactionId TransactionId;
    public TransportPath Path;

    // Of a request.
    public uint Priority;
    public bool IsControlling;
    public bool UseCandidate;
    public ulong TieBreaker;

    // Of an error response. Not protected: the requester did not show that it knows our password (RFC 8489 §9.1.3).
    public StunErrorCode Error;
    public bool IsUnprotected;
    public IceUnknownAttributes Unknown;
    public int UnknownCount;
}

/// <summary>The attribute types that a 420 names.</summary>
[InlineArray(IceLimits.UnknownAttributes)]
internal struct IceUnknownAttributes
{
    private StunAttributeType _first;
}

/// <summary>A bounded first-in first-out queue of <see cref="IceOutgoingMessage"/>.</summary>
internal sealed class IceOutgoingQueue
{
    private readonly IceOutgoingMessage[] _ring = new IceOutgoingMessage[IceLimits.OutgoingMessages];
    private int _head;

    public int Count { get; private set; }

    public bool TryAdd(in IceOutgoingMessage message)
    {
        if (Count == _ring.Length)
            return false;
        _ring[(_head + Count) % _ring.Length] = message;
        Count++;
        return true;
    }

    public bool TryTake(out IceOutgoingMessage message)
    {
        if (Count == 0)
        {
            message = default;
            return false;
        }

        message = _ring[_head];
        _head = (_head + 1) % _ring.Length;
        Count--;
        return true;
    }
}
