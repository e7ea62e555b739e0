namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>A packet that waits to be played.</summary>
/// <param name="Number">Its sequence number, unwrapped.</param>
/// <param name="Timestamp">Its timestamp, unwrapped.</param>
/// <param name="Arrival">When it arrived.</param>
/// <param name="RelativeDelay">How much later than the fastest it came, in samples.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Samples">How long it lasts.</param>
internal readonly record struct HeldPacket(long Number, long Timestamp, TimeSpan Arrival, int RelativeDelay, int Length, int Samples);

/// <summary>Packets by their sequence number. The memory is there from the start: <see cref="Capacity"/> numbers in a row, with or without a packet.</summary>
internal sealed class PacketStore
{
    /// <summary>The most packets held: 1.28 s of 20 ms.</summary>
    public const int Capacity = 64;

    private readonly HeldPacket[] _packets = new HeldPacket[Capacity];      // number 0 where there is none: a stream's numbers begin above 65,535
    private readonly byte[] _bytes = new byte[Capacity * EncodedAudio.MaxLength];
    private readonly long[] _padding = new long[Capacity];                  // numbers of packets without content

    /// <summary>How many packets are held.</summary>
    public int Count { get; private set; }

    /// <summary>How long they last altogether.</summary>
    public long Samples { get; private set; }

    /// <summary>The packet of a number that is held.</summary>
    public ref readonly HeldPacket this[long number] => ref _packets[At(number)];

    /// <summary>Whether any packet is held in the place of this number: itself, or one of another round.</summary>
    public bool IsTaken(long number) => _packets[At(number)].Number != 0;

    /// <summary>The bytes of a packet that is held; also just after it was removed.</summary>
    public ReadOnlySpan<byte> Opus(scoped in HeldPacket packet) => _bytes.AsSpan(At(packet.Number) * EncodedAudio.MaxLength, packet.Length);

    /// <summary>Copies a packet in; its place is free.</summary>
    public void Add(in HeldPacket packet, ReadOnlySpan<byte> opus)
    {
        _packets[At(packet.Number)] = packet;
        opus.CopyTo(_bytes.AsSpan(At(packet.Number) * EncodedAudio.MaxLength));
        Count++;
        Samples += packet.Samples;
    }

    /// <summary>Gives a held packet up.</summary>
    public void Remove(long number)
    {
        ref HeldPacket packet = ref _packets[At(number)];
        Count--;
        Samples -= packet.Samples;
        packet = default;
    }

    /// <summary>The earliest packet from a number on; at least one is held there.</summary>
    public ref readonly HeldPacket FirstFrom(long number)
    {
        while (!IsTaken(number))
            number++;
        return ref this[number];
    }

    /// <summary>Notes that a number was padding alone.</summary>
    public void AddPadding(long number) => _padding[At(number)] = number;

    /// <summary>Whether a number was padding alone.</summary>
    public bool IsPadding(long number) => _padding[At(number)] == number;

    /// <summary>Gives all packets up.</summary>
    public void Clear()
    {
        Array.Clear(_packets);
        Count = 0;
        Samples = 0;
    }

    /// <summary>Another stream's numbers begin.</summary>
    public void ForgetPadding() => Array.Clear(_padding);

    private static int At(long number) => (int)(number & (Capacity - 1));
}
