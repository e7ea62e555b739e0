using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Buffers;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Sending;

internal enum OutstandingState : byte
{
    /// <summary>Sent and not heard of.</summary>
    InFlight,

    /// <summary>Acknowledged beyond a gap; could be taken back by the peer (RFC 9260 §6.2.1).</summary>
    Acked,

    /// <summary>To be sent again.</summary>
    Lost,
}

/// <summary>One DATA chunk that has a TSN and is not cumulatively acknowledged; its bytes lie in the send buffer.</summary>
internal struct OutstandingChunk
{
    public long Position;

    /// <summary>Counts transmissions: of two chunks, the one sent later has the higher one, whatever their TSNs.</summary>
    public long SendOrder;

    /// <summary>When it was sent last.</summary>
    public Instant SentAt;
    public uint Ppid;
    public ushort Length;
    public ushort StreamId;
    public Serial16 Ssn;
    public byte Flags;
    public byte MissingReports;
    public OutstandingState State;
    public bool IsWindowProbe;
    public bool WasSentAgain;
}

/// <summary>What a SACK has changed.</summary>
internal struct SackOutcome
{
    /// <summary>Bytes newly acknowledged, in order or beyond a gap.</summary>
    public int AckedBytes;

    /// <summary>The longest of the chunks newly acknowledged.</summary>
    public int LongestAcked;

    /// <summary>Whether the cumulative TSN moved on.</summary>
    public bool CumulativeAdvanced;

    /// <summary>Where the send buffer may be freed to.</summary>
    public long ReleasedUntil;

    /// <summary>The latest transmission newly acknowledged.</summary>
    public long LatestAckedOrder;

    /// <summary>When it was sent; <see cref="Instant.Never"/> when it was a repetition, of which nobody knows what the SACK answers (Karn).</summary>
    public Instant LatestAckedSentAt;

    /// <summary>How many chunks are newly acknowledged, and how many newly lost.</summary>
    public int AckedChunks, LostChunks;
}

/// <summary>The DATA between the cumulative TSN of the peer and the next TSN of ours (RFC 9260 §6.2.1, §7.2.4).</summary>
internal sealed class OutstandingData(Serial32 firstTsn)
{
    /// <summary>How many chunks may be outstanding; a flood of tiny messages waits.</summary>
    public const int MaxChunks = 4096;

    /// <summary>§7.2.4: the third report makes a chunk lost.</summary>
    private const int MissingReportsOfLoss = 3;

    private readonly RingQueue<OutstandingChunk> _chunks = new();
    private Serial32 _firstTsn = firstTsn;
    private int _lostCount;
    private long _lastOrder;
    private long _latestAckedOrder;
    private bool _hasSeenReordering;

    public int Count => _chunks.Count;

    /// <summary>Bytes of user data in flight.</summary>
    public int FlightSize { get; private set; }

    public bool HasLost => _lostCount > 0;

    public Serial32 NextTsn => _firstTsn + Count;

    /// <summary>The cumulative TSN of the peer, as far as we know.</summary>
    public Serial32 CumulativeTsn => _firstTsn + -1;

    public ref OutstandingChunk this[int index] => ref _chunks[index];

    public Serial32 TsnOf(int index) => _firstTsn + index;

    /// <summary>A new chunk is sent; its TSN is <see cref="NextTsn"/>.</summary>
    public void Add(in OutstandingChunk chunk, Instant now)
    {
        _chunks.Enqueue(chunk);
        ref OutstandingChunk added = ref _chunks[Count - 1];
        added.SendOrder = ++_lastOrder;
        added.SentAt = now;
        FlightSize += chunk.Length;
    }

    /// <summary>The lowest chunk to be sent again.</summary>
    public int IndexOfFirstLost()
    {
        int index = 0;
        while (_chunks[index].State != OutstandingState.Lost)
            index++;
        return index;
    }

    public void MarkSentAgain(int index, Instant now)
    {
        ref OutstandingChunk chunk = ref _chunks[index];
        chunk.State = OutstandingState.InFlight;
        chunk.MissingReports = 0;
        chunk.SendOrder = ++_lastOrder;
        chunk.SentAt = now;
        chunk.WasSentAgain = true;
        _lostCount--;
        FlightSize += chunk.Length;
    }

    public void MarkLost(int index)
    {
        ref OutstandingChunk chunk = ref _chunks[index];
        if (chunk.State != OutstandingState.InFlight)
            return;
        chunk.State = OutstandingState.Lost;
        FlightSize -= chunk.Length;
        _lostCount++;
    }

    /// <summary>§6.3.3, E3: what has not been acknowledged counts as lost.</summary>
    public void MarkAllLost()
    {
        for (int i = 0; i < Count; i++)
            MarkLost(i);
    }

    /// <summary>The cumulative TSN of SACK or SHUTDOWN; it is not beyond what has been sent.</summary>
    public void HandleCumulative(Serial32 cumulativeTsn, ref SackOutcome outcome)
    {
        while (Count > 0 && _firstTsn <= cumulativeTsn)
        {
            OutstandingChunk chunk = _chunks.Dequeue();
            LearnReordering(chunk);
            if (chunk.State == OutstandingState.InFlight)
                FlightSize -= chunk.Length;
            if (chunk.State == OutstandingState.Lost)
                _lostCount--;
            if (chunk.State != OutstandingState.Acked)
            {
                outcome.AckedBytes += chunk.Length;
                NoteAcked(chunk, ref outcome);
            }

            outcome.ReleasedUntil = chunk.Position + chunk.Length;
            outcome.CumulativeAdvanced = true;
            _firstTsn++;
        }
    }

    /// <summary>The gap blocks of a SACK whose cumulative TSN has been handled. Blocks are read as long as they ascend.</summary>
    public void HandleGaps(in SackChunk sack, ref SackOutcome outcome)
    {
        int index = 0;
        for (int i = 0; i < sack.GapCount; i++)
        {
            // Offsets count from the cumulative TSN, and the chunk at index 0 is the one after it.
            GapAckBlock gap = sack.Gap(i);
            int start = gap.Start - 1;
            int end = gap.End - 1;
            if (start < index || end < start || end >= Count)
                break;
            while (index < start)
                MarkNotAcked(index++);
            while (index <= end)
            {
                if (_chunks[index].State != OutstandingState.Acked)
                {
                    outcome.AckedBytes += MarkAcked(index);
                    NoteAcked(_chunks[index], ref outcome);
                }

                index++;
            }
        }

        while (index < Count)
            MarkNotAcked(index++);

        // A chunk is reported missing by a SACK that newly acknowledges what was sent after it. Of chunks sent once that is the HTNA rule of
        // §7.2.4; and one whose repetition is lost too need not wait for T3-rtx. Where packets overtake each other three reports say nothing: there only time does (RFC 8985 §6.2).
        if (_hasSeenReordering)
            return;
        for (int i = 0; i < Count; i++)
        {
            ref OutstandingChunk chunk = ref _chunks[i];
            if (chunk.State != OutstandingState.InFlight || chunk.SendOrder >= outcome.LatestAckedOrder ||
                ++chunk.MissingReports < MissingReportsOfLoss)
                continue;
            MarkLost(i);
            outcome.LostChunks++;
        }
    }

    /// <summary>
    /// What is older than <paramref name="age"/>, while something sent after it has been acknowledged, is lost (the idea of RFC 8985 §6.2): a few chunks are lost together as often as not, and
    /// then there are no three reports.
    /// </summary>
    /// <param name="latestAckedOrder">Of the SACK that came, or 0.</param>
    /// <param name="age">A round trip, and what a packet may be late by.</param>
    /// <param name="now">The time.</param>
    /// <param name="next">When the next one will be so old.</param>
    /// <returns>How many chunks are lost.</returns>
    public int MarkOldLost(long latestAckedOrder, TimeSpan age, Instant now, out Instant next)
    {
        _latestAckedOrder = Math.Max(_latestAckedOrder, latestAckedOrder);
        next = Instant.Never;
        int found = 0;
        for (int i = 0; i < Count; i++)
        {
            ref OutstandingChunk chunk = ref _chunks[i];
            if (chunk.State != OutstandingState.InFlight || chunk.SendOrder >= _latestAckedOrder)
                continue;
            if (chunk.SentAt + age > now)
            {
                next = Instant.Min(next, chunk.SentAt + age);
                continue;
            }

            MarkLost(i);
            found++;
        }

        return found;
    }

    /// <summary>The last chunk that is in flight; −1 when none is.</summary>
    public int IndexOfLastInFlight()
    {
        int index = Count - 1;
        while (index >= 0 && _chunks[index].State != OutstandingState.InFlight)
            index--;
        return index;
    }

    /// <summary>What was sent once and is acknowledged only now, after something sent later was, has been overtaken.</summary>
    private void LearnReordering(in OutstandingChunk chunk) =>
        _hasSeenReordering |= chunk.State != OutstandingState.Acked && !chunk.WasSentAgain && chunk.SendOrder < _latestAckedOrder;

    private static void NoteAcked(in OutstandingChunk chunk, ref SackOutcome outcome)
    {
        outcome.AckedChunks++;
        outcome.LongestAcked = Math.Max(outcome.LongestAcked, chunk.Length);
        if (chunk.SendOrder < outcome.LatestAckedOrder)
            return;
        outcome.LatestAckedOrder = chunk.SendOrder;
        outcome.LatestAckedSentAt = chunk.WasSentAgain ? Instant.Never : chunk.SentAt;
    }

    private int MarkAcked(int index)
    {
        ref OutstandingChunk chunk = ref _chunks[index];
        LearnReordering(chunk);
        if (chunk.State == OutstandingState.InFlight)
            FlightSize -= chunk.Length;
        else
            _lostCount--;
        chunk.State = OutstandingState.Acked;
        return chunk.Length;
    }

    /// <summary>§6.2.1, D iv: what was acknowledged beyond a gap and is not any more counts as sent and not heard of.</summary>
    private void MarkNotAcked(int index)
    {
        ref OutstandingChunk chunk = ref _chunks[index];
        if (chunk.State != OutstandingState.Acked)
            return;
        chunk.State = OutstandingState.InFlight;
        FlightSize += chunk.Length;
    }
}
