using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Receiving;

/// <summary>
/// The receiving half: which TSNs have come (RFC 9260 §6.2), what the window is, and when to send SACK.
/// </summary>
/// <remarks>
/// 1. DATA with the next TSN goes straight to the <see cref="ReceiveBuffer"/>, and takes along what it connects to.
/// 2. DATA beyond a gap waits in the <see cref="FragmentStore"/>; SACK goes at once, with the gap.
/// 3. Everything held counts against the window until it is taken.
/// </remarks>
internal sealed class DataReceiver
{
    /// <summary>How far DATA that fills a gap may exceed the window: refusing it would leave what waits behind it in place for ever.</summary>
    public const int WindowSlack = 64 * 1024;

    private const int MaxGapBlocks = 64;
    private const int MaxDuplicates = 16;

    private readonly TimeSpan _sackDelay;
    private readonly int _window;
    private readonly ReceiveBuffer _buffer;
    private readonly FragmentStore _ahead = new();
    private readonly Serial32[] _duplicates = new Serial32[MaxDuplicates];
    private int _duplicateCount;
    private Serial32 _highestTsn;
    private int _packetsSinceSack;
    private bool _sackAtOnce;
    private int _lastWindowSent;

    public DataReceiver(SctpOptions options)
    {
        _sackDelay = options.SackDelay;
        _window = Math.Max(options.ReceiveWindow, options.MaxIncomingMessageSize + WindowSlack);
        _lastWindowSent = _window;
        _buffer = new(options.MaxIncomingMessageSize);
    }

    /// <summary>The last TSN up to which everything has come.</summary>
    public Serial32 CumulativeTsn { get; private set; }

    /// <summary>The a_rwnd of this moment.</summary>
    public int Window => Math.Max(0, _window - _buffer.Size - _ahead.Size);

    /// <summary>When SACK goes at the latest.</summary>
    public Instant SackDue { get; private set; } = Instant.Never;

    public bool IsSackDueNow => _sackAtOnce;

    public bool IsSackPending => _sackAtOnce || SackDue != Instant.Never;

    /// <summary>Whether DATA waits beyond a gap.</summary>
    public bool HasGap => _ahead.Count > 0;

    public void Start(Serial32 peerInitialTsn)
    {
        CumulativeTsn = peerInitialTsn + -1;
        _highestTsn = CumulativeTsn;
    }

    public AppendResult HandleData(in DataChunk data, ref SctpCounters counters)
    {
        counters.DataChunksReceived++;
        int ahead = data.Tsn - CumulativeTsn;
        if (ahead <= 0 || _ahead.Contains(data.Tsn))
        {
            // §6.2: a duplicate is told at once, so that the peer does not send it a third time.
            counters.DuplicateChunks++;
            if (_duplicateCount < MaxDuplicates)
                _duplicates[_duplicateCount++] = data.Tsn;
            _sackAtOnce = true;
            return AppendResult.Appended;
        }

        if (!HasRoomFor(data, ahead))
        {
            counters.ChunksBeyondWindow++;
            _sackAtOnce = true;
            return AppendResult.Appended;
        }

        if (data.Tsn > _highestTsn)
            _highestTsn = data.Tsn;
        if (data.WantsImmediateSack)
            _sackAtOnce = true; // RFC 7053 §5.2
        if (ahead > 1)
        {
            _ahead.Add(data, CumulativeTsn);
            _sackAtOnce = true; // §6.7: a gap is told at once.
            return AppendResult.Appended;
        }

        if (HasGap)
            _sackAtOnce = true; // §7.2.4 needs to see each step of the recovery.
        CumulativeTsn++;
        AppendResult result = _buffer.Append(DataHeader.Of(data), data.UserData);
        return result == AppendResult.Appended ? AppendWhatConnects() : result;
    }

    /// <summary>DATA on a stream that cannot be is acknowledged and dropped (§6.5).</summary>
    public AppendResult HandleDataOnInvalidStream(in DataChunk data)
    {
        _sackAtOnce = true;
        return data.Tsn - CumulativeTsn == 1 ? HandleForwardTsn(data.Tsn) : AppendResult.Appended;
    }

    /// <summary>RFC 3758 §3.6: the peer has given up on everything up to <paramref name="newCumulativeTsn"/> that has not come.</summary>
    public AppendResult HandleForwardTsn(Serial32 newCumulativeTsn)
    {
        _sackAtOnce = true;
        AppendResult result = AppendResult.Appended;
        if (newCumulativeTsn <= CumulativeTsn)
            return result;
        while (CumulativeTsn < newCumulativeTsn && _ahead.Count > 0 && result == AppendResult.Appended)
        {
            CumulativeTsn++;
            if (!TryAppendStored(ref result))
                _buffer.SkipTsn();
        }

        if (CumulativeTsn < newCumulativeTsn)
        {
            _buffer.SkipTsn();
            CumulativeTsn = newCumulativeTsn;
        }

        if (_highestTsn < CumulativeTsn)
            _highestTsn = CumulativeTsn;
        return result == AppendResult.Appended ? AppendWhatConnects() : result;
    }

    /// <summary>After each packet that had DATA: SACK at least every second one, and within the delay (§6.2).</summary>
    public void HandlePacketEnd(Instant now)
    {
        if (++_packetsSinceSack >= 2)
            _sackAtOnce = true;
        else if (SackDue == Instant.Never)
            SackDue = now + _sackDelay;
    }

    public void HandleTimeout(Instant now)
    {
        if (SackDue <= now)
            _sackAtOnce = true;
    }

    public void SendSackNow() => _sackAtOnce = true;

    /// <summary>Writes SACK with as many gaps as there is room for.</summary>
    public bool TryWriteSack(ref SpanWriter writer)
    {
        int room = (writer.Free - SackChunk.HeaderLength) / 4;
        if (room < 0)
            return false;
        Span<GapAckBlock> gaps = stackalloc GapAckBlock[MaxGapBlocks];
        int gapCount = _ahead.CopyGapBlocks(CumulativeTsn, gaps[..Math.Min(room, MaxGapBlocks)]);
        int duplicateCount = Math.Min(_duplicateCount, room - gapCount);
        _lastWindowSent = Window;
        SackChunk.Write(ref writer, CumulativeTsn, (uint)_lastWindowSent, gaps[..gapCount], _duplicates.AsSpan(0, duplicateCount));
        _duplicateCount = 0;
        _packetsSinceSack = 0;
        _sackAtOnce = false;
        SackDue = Instant.Never;
        return true;
    }

    public bool TryPeek(out SctpMessage message) => _buffer.TryPeek(out message);

    /// <summary>Takes a message. A window that had been small and is not any more is told at once: the peer may be waiting for it.</summary>
    public void Take(Span<byte> destination)
    {
        _buffer.Take(destination);
        int opened = Window - _lastWindowSent;
        if (_lastWindowSent < _window / 2 && (opened >= _window / 4 || (opened > 0 && _buffer.WholeMessages == 0)))
            _sackAtOnce = true;
    }

    /// <summary>Drops what can no longer become whole.</summary>
    public void Stop()
    {
        _ahead.Clear();
        _buffer.SkipTsn();
        _sackAtOnce = false;
        SackDue = Instant.Never;
    }

    private bool HasRoomFor(in DataChunk data, int ahead)
    {
        if (ahead > FragmentStore.MaxTsnsAhead)
            return false;
        // When nothing can be taken, only the next TSN makes progress; its message is bounded by its own limit.
        if (ahead == 1 && _buffer.WholeMessages == 0)
            return true;
        int limit = data.Tsn > _highestTsn ? _window : _window + WindowSlack;
        return _buffer.Size + _ahead.Size + data.UserData.Length <= limit;
    }

    private AppendResult AppendWhatConnects()
    {
        AppendResult result = AppendResult.Appended;
        while (_ahead.Count > 0 && result == AppendResult.Appended && _ahead.Contains(CumulativeTsn + 1))
        {
            CumulativeTsn++;
            TryAppendStored(ref result);
        }

        return result;
    }

    private bool TryAppendStored(ref AppendResult result)
    {
        if (!_ahead.TryRemove(CumulativeTsn, out DataHeader header, out byte[] bytes, out int length))
            return false;
        result = _buffer.Append(header, bytes.AsSpan(0, length));
        FragmentStore.Return(bytes);
        return true;
    }
}
