using OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Handshake;

/// <summary>What became of a fragment.</summary>
internal enum FragmentResult
{
    Taken,

    /// <summary>Of a message handled before: the peer repeats itself.</summary>
    Repeated,

    /// <summary>Contradicts a fragment taken before, or is too far ahead of its turn.</summary>
    Dropped,

    /// <summary>The next message is longer than we accept.</summary>
    TooLong,
}

/// <summary>
/// Puts handshake messages together from fragments that come in any order, overlapping and repeated (RFC 6347 §4.2.3), and gives them out
/// by message_seq. The message whose turn it is always finds room; those ahead of it share a bounded store.
/// </summary>
internal sealed class HandshakeReassembler
{
    /// <summary>The longest message accepted. A ClientHello with post-quantum key shares has 2 KiB, a chain of RSA certificates some more.</summary>
    public const int MaxMessageLength = 16 * 1024;

    /// <summary>How many messages may be under way: more than the longest flight has.</summary>
    public const int MaxMessages = 8;

    /// <summary>How many bytes the messages ahead of their turn may take together.</summary>
    public const int MaxBytesAhead = 16 * 1024;

    private readonly Slot[] _slots = new Slot[MaxMessages];     // by message_seq modulo their number
    private int _bytesAhead;

    /// <summary>The message_seq whose turn it is.</summary>
    public ushort NextSequence { get; private set; }

    public FragmentResult Add(in HandshakeFragment fragment, ushort epoch)
    {
        int ahead = fragment.Sequence - NextSequence;
        if (ahead < 0)
            return FragmentResult.Repeated;
        if (fragment.Length > MaxMessageLength)
            return ahead == 0 ? FragmentResult.TooLong : FragmentResult.Dropped;
        if (ahead >= MaxMessages)
            return FragmentResult.Dropped;

        ref Slot slot = ref _slots[fragment.Sequence % MaxMessages];
        if (slot.Whole is null)
        {
            if (ahead > 0 && _bytesAhead + fragment.Length > MaxBytesAhead)
                return FragmentResult.Dropped;
            if (ahead > 0)
                _bytesAhead += fragment.Length;
            slot = Slot.Begin(fragment, epoch, isAhead: ahead > 0);
        }
        else if (slot.Type != fragment.Type || slot.Length != fragment.Length || slot.Epoch != epoch)
        {
            return FragmentResult.Dropped;
        }

        slot.Add(fragment);
        return FragmentResult.Taken;
    }

    /// <summary>Gives out the message whose turn it is, once it is whole.</summary>
    public bool TryTakeNext(out HandshakeMessage message)
    {
        ref Slot slot = ref _slots[NextSequence % MaxMessages];
        if (slot.Whole is null || slot.Missing > 0)
        {
            message = default;
            return false;
        }

        if (slot.IsAhead)
            _bytesAhead -= slot.Length;
        message = new HandshakeMessage(slot.Type, NextSequence, slot.Epoch, slot.Whole);
        slot = default;
        NextSequence++;
        return true;
    }

    private struct Slot
    {
        private ulong[]? _have;     // a bit for each byte of the body; none while a single fragment is all there is

        public byte[]? Whole { get; private set; }

        public HandshakeType Type { get; private set; }

        public ushort Epoch { get; private set; }

        public bool IsAhead { get; private set; }

        /// <summary>How many bytes of the body have not come yet.</summary>
        public int Missing { get; private set; }

        public readonly int Length => Whole!.Length - HandshakeFragment.HeaderSize;

        public static Slot Begin(in HandshakeFragment fragment, ushort epoch, bool isAhead)
        {
            var slot = new Slot
            {
                Whole = new byte[HandshakeFragment.HeaderSize + fragment.Length],
                Type = fragment.Type,
                Epoch = epoch,
                IsAhead = isAhead,
                Missing = fragment.Length,
            };
            HandshakeFragment.WriteHeader(slot.Whole, fragment.Type, fragment.Length, fragment.Sequence, 0, fragment.Length);
            return slot;
        }

        public void Add(in HandshakeFragment fragment)
        {
            if (Missing == 0)
                return;
            Span<byte> body = Whole.AsSpan(HandshakeFragment.HeaderSize);
            if (fragment.Body.Length == body.Length)
            {
                fragment.Body.CopyTo(body);
                Missing = 0;
                return;
            }

            // Bytes that have come are not written again: what was checked stays as it is.
            _have ??= new ulong[(body.Length + 63) / 64];
            for (int i = 0; i < fragment.Body.Length; i++)
            {
                int at = fragment.Offset + i;
                ulong bit = 1UL << (at & 63);
                if ((_have[at >> 6] & bit) != 0)
                    continue;
                _have[at >> 6] |= bit;
                body[at] = fragment.Body[i];
                Missing--;
            }
        }
    }
}
