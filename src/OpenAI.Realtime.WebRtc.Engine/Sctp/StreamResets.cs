using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Buffers;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Sending;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp;

/// <summary>
/// RE-CONFIG, as far as closing a channel needs it (RFC 6525 §5, RFC 8831 §6.7).
/// </summary>
/// <remarks>
/// 1. The peer asks to reset its outgoing streams. When all that it sent before has come, we do (events), and say so; until then we say
///    "in progress", and do it as soon as it has come, whether or not the peer asks again.
/// 2. We ask the same for a stream of ours once nothing of it waits to be sent, one request at a time, repeated until answered.
/// 3. The peer asks us to reset ours (Incoming SSN Reset Request): our request of 2 is the answer. All else it may ask for is denied.
/// </remarks>
internal sealed class StreamResets(RetransmissionTimeout rto, RingQueue<SctpEvent> events)
{
    /// <summary>How many streams one request may name, theirs or ours; further ones are passed over.</summary>
    public const int MaxStreams = 64;

    /// <summary>How many events may wait; further resets are carried out without one.</summary>
    private const int MaxEvents = 256;

    private readonly List<ushort> _deferred = [];
    private readonly List<ushort> _wanted = [];
    private readonly List<ushort> _requested = [];
    private readonly ushort[] _scratch = new ushort[MaxStreams];
    private uint _expectedNumber;
    private uint _lastResult;
    private bool _isDeferred;
    private Serial32 _deferredUntil;
    private uint _nextNumber;
    private Serial32 _requestTsn;

    /// <summary>When our request is repeated.</summary>
    public Instant Due { get; private set; } = Instant.Never;

    /// <summary>Whether our request is to be written.</summary>
    public bool IsToBeSent { get; private set; }

    /// <summary>Both count requests from their initial TSN on (RFC 6525 §4.1).</summary>
    public void Start(Serial32 localInitialTsn, Serial32 peerInitialTsn)
    {
        _nextNumber = localInitialTsn.Value;
        _expectedNumber = peerInitialTsn.Value;
    }

    public bool IsResetting(ushort streamId) => _wanted.Contains(streamId) || _requested.Contains(streamId);

    /// <summary>We want to reset a stream of ours.</summary>
    public void Request(ushort streamId)
    {
        if (!IsResetting(streamId) && _wanted.Count < MaxStreams)
            _wanted.Add(streamId);
    }

    public void Stop()
    {
        _wanted.Clear();
        _requested.Clear();
        Due = Instant.Never;
        IsToBeSent = false;
    }

    /// <summary>Handles RE-CONFIG.</summary>
    /// <param name="chunk">The chunk.</param>
    /// <param name="cumulativeTsn">Up to where everything from the peer has come.</param>
    /// <param name="replies">Takes the responses.</param>
    /// <param name="sendBuffer">Its SSNs start anew when the peer has reset our streams.</param>
    /// <param name="now">The time.</param>
    /// <returns>False when something is malformed.</returns>
    public bool HandleChunk(in Chunk chunk, Serial32 cumulativeTsn, ReplyQueue replies, SendBuffer sendBuffer, Instant now)
    {
        ParameterReader parameters = new(chunk.Value);
        while (parameters.TryRead(out Parameter parameter))
        {
            SpanReader reader = new(parameter.Value);
            if (!reader.TryReadUInt32(out uint number))
                return false;
            switch (parameter.Type)
            {
                case ParameterType.ReConfigResponse:
                    if (!reader.TryReadUInt32(out uint result))
                        return false;
                    HandleResponse(number, result, sendBuffer, now);
                    break;

                case ParameterType.OutgoingSsnResetRequest:
                    if (!reader.TrySkip(4) || !reader.TryReadUInt32(out uint lastTsn))
                        return false;
                    if (IsNew(number, replies))
                    {
                        ReadStreams(ref reader, _deferred);
                        _isDeferred = true;
                        _deferredUntil = new(lastTsn);
                        _lastResult = ReConfigResult.InProgress;
                        HandleCumulativeTsn(cumulativeTsn);
                        Respond(number, _lastResult, replies);
                    }

                    break;

                case ParameterType.IncomingSsnResetRequest:
                    if (IsNew(number, replies))
                    {
                        int before = _wanted.Count;
                        while (reader.TryReadUInt16(out ushort streamId))
                            Request(streamId);
                        _lastResult = _wanted.Count > before ? ReConfigResult.InProgress : ReConfigResult.Denied;
                        if (_lastResult == ReConfigResult.Denied)
                            Respond(number, _lastResult, replies);
                    }

                    break;

                case ParameterType.SsnTsnResetRequest or ParameterType.AddOutgoingStreamsRequest or ParameterType.AddIncomingStreamsRequest:
                    if (IsNew(number, replies))
                    {
                        _lastResult = ReConfigResult.Denied;
                        Respond(number, _lastResult, replies);
                    }

                    break;
            }
        }

        return !parameters.IsMalformed;
    }

    /// <summary>Everything up to <paramref name="cumulativeTsn"/> has come: a reset that waited for it may now be carried out (§5.2.2).</summary>
    public void HandleCumulativeTsn(Serial32 cumulativeTsn)
    {
        if (!_isDeferred || cumulativeTsn < _deferredUntil)
            return;
        _isDeferred = false;
        _lastResult = ReConfigResult.Performed;
        if (_deferred.Count == 0)
            _deferred.Add(SctpEvent.AllStreams);
        foreach (ushort streamId in _deferred)
        {
            if (events.Count < MaxEvents)
                events.Enqueue(new(SctpEventKind.StreamReset, StreamId: streamId));
        }
    }

    /// <summary>Starts our next request when nothing of its streams waits to be sent.</summary>
    public void Prepare(SendBuffer sendBuffer, Serial32 nextTsn)
    {
        if (_wanted.Count == 0 || _requested.Count > 0)
            return;
        for (int i = _wanted.Count - 1; i >= 0; i--)
        {
            if (sendBuffer.HasUnsentOn(_wanted[i]))
                continue;
            _requested.Add(_wanted[i]);
            _wanted.RemoveAt(i);
        }

        if (_requested.Count == 0)
            return;
        _requestTsn = nextTsn + -1;
        IsToBeSent = true;
    }

    public bool HandleTimeout(Instant now)
    {
        if (Due > now)
            return false;
        rto.BackOff();
        Due = Instant.Never;
        IsToBeSent = true;
        return true;
    }

    public bool TryWrite(ref SpanWriter writer, Instant now)
    {
        if (writer.Free < Chunk.HeaderLength + 16 + Chunk.Padded(2 * _requested.Count))
            return false;
        Span<ushort> streams = _scratch.AsSpan(0, _requested.Count);
        _requested.CopyTo(streams);
        ReConfigChunk.WriteOutgoingReset(ref writer, _nextNumber, unchecked(_expectedNumber - 1), _requestTsn, streams);
        IsToBeSent = false;
        Due = now + rto.Current;
        return true;
    }

    private static void Respond(uint number, uint result, ReplyQueue replies)
    {
        Span<byte> chunk = stackalloc byte[16];
        SpanWriter writer = new(chunk);
        ReConfigChunk.WriteResponse(ref writer, number, result);
        replies.TryAdd(0, goesAlone: false, ChunkType.ReConfig, 0, writer.Written[Chunk.HeaderLength..]);
    }

    private static void ReadStreams(ref SpanReader reader, List<ushort> streams)
    {
        streams.Clear();
        while (streams.Count < MaxStreams && reader.TryReadUInt16(out ushort streamId))
            streams.Add(streamId);
    }

    /// <summary>§5.2.1: a request is the next one, or the last one again (then the last result is), or out of order.</summary>
    private bool IsNew(uint number, ReplyQueue replies)
    {
        if (number == _expectedNumber && !_isDeferred)
        {
            _expectedNumber++;
            return true;
        }

        Respond(number, number == unchecked(_expectedNumber - 1) ? _lastResult : ReConfigResult.BadSequenceNumber, replies);
        return false;
    }

    private void HandleResponse(uint number, uint result, SendBuffer sendBuffer, Instant now)
    {
        if (_requested.Count == 0 || number != _nextNumber)
            return;
        if (result == ReConfigResult.InProgress)
        {
            Due = now + rto.Current;
            return;
        }

        if (result is ReConfigResult.Performed or ReConfigResult.NothingToDo)
        {
            foreach (ushort streamId in _requested)
                sendBuffer.ResetSsn(streamId);
        }

        _requested.Clear();
        _nextNumber++;
        Due = Instant.Never;
        IsToBeSent = false;
    }
}
