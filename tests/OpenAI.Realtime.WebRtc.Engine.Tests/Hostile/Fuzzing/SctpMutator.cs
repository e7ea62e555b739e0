using System.Buffers.Binary;
using OpenAI.Realtime.WebRtc.Engine.Sctp;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;

/// <summary>Changes SCTP packets chunk by chunk, then makes checksum and verification tag right again, most of the time.</summary>
internal sealed class SctpMutator(Mutator bytes)
{
    private static readonly byte[] s_types =
    [
        ChunkType.Data, ChunkType.Data, ChunkType.Init, ChunkType.InitAck, ChunkType.Sack, ChunkType.Sack, ChunkType.Heartbeat, ChunkType.HeartbeatAck,
        ChunkType.Shutdown, ChunkType.ShutdownAck, ChunkType.Error, ChunkType.CookieEcho, ChunkType.CookieAck, ChunkType.ShutdownComplete,
        ChunkType.ReConfig, ChunkType.ReConfig, ChunkType.ForwardTsn, ChunkType.ForwardTsn, ChunkType.Pad, 12, 15, 63, 64, 127, 128, 191, 193, 255,
    ];

    private Random Random => bytes.Random;

    /// <summary>A changed copy, sealed.</summary>
    /// <param name="packet">A packet of the attacker's.</param>
    /// <param name="other">Another one, to take chunks from.</param>
    /// <param name="tag">The verification tag that the victim wants to see.</param>
    public byte[] Mutate(byte[] packet, byte[] other, uint tag)
    {
        if (packet.Length < SctpPacket.HeaderLength)
            return packet;
        List<byte[]> chunks = Split(packet);
        for (int n = Random.Next(1, 4); n > 0; n--)
            MutateChunks(chunks, other);
        byte[] mutant = [.. packet.AsSpan(0, SctpPacket.HeaderLength), .. chunks.SelectMany(c => c)];
        if (mutant.Length > Mutator.MaxLength)
            mutant = mutant[..Mutator.MaxLength];
        if (bytes.Chance(5))
            mutant = bytes.Mutate(mutant, other, SctpPacket.HeaderLength);
        return Seal(mutant, tag);
    }

    /// <summary>Tag and checksum as they should be, but now and then not.</summary>
    public byte[] Seal(byte[] packet, uint tag)
    {
        if (packet.Length < SctpPacket.HeaderLength)
            return packet;
        bool isInit = packet.Length > SctpPacket.HeaderLength && packet[SctpPacket.HeaderLength] == ChunkType.Init;
        uint right = isInit && bytes.Chance(90) ? 0 : tag;
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), bytes.Chance(2) ? bytes.Boundary() : right);
        SctpPacket.Seal(packet);
        if (bytes.Chance(1))
            packet[8] ^= 1;
        return packet;
    }

    /// <summary>The chunks of a packet, each with its padding; what does not parse is the last one.</summary>
    public static List<byte[]> Split(byte[] packet)
    {
        List<byte[]> chunks = [];
        ReadOnlySpan<byte> rest = packet.AsSpan(SctpPacket.HeaderLength);
        while (rest.Length >= Chunk.HeaderLength)
        {
            int length = Chunk.Padded(Math.Max(Chunk.HeaderLength, (int)BinaryPrimitives.ReadUInt16BigEndian(rest[2..])));
            length = Math.Min(length, rest.Length);
            chunks.Add(rest[..length].ToArray());
            rest = rest[length..];
        }

        return chunks;
    }

    private void MutateChunks(List<byte[]> chunks, byte[] other)
    {
        if (chunks.Count == 0)
        {
            chunks.Add([bytes.Pick(s_types), (byte)Random.Next(256), 0, 4]);
            return;
        }

        int which = Random.Next(chunks.Count);
        byte[] chunk = chunks[which];
        switch (Random.Next(12))
        {
            case 0: // repeat
                int times = bytes.Chance(20) ? Random.Next(2, 40) : 1;
                for (int i = 0; i < times && chunks.Count < 200; i++)
                    chunks.Insert(which, [.. chunk]);
                break;
            case 1: // leave out
                chunks.RemoveAt(which);
                break;
            case 2: // another order
                int to = Random.Next(chunks.Count);
                (chunks[which], chunks[to]) = (chunks[to], chunks[which]);
                break;
            case 3: // a chunk of another packet
                if (other.Length > SctpPacket.HeaderLength + Chunk.HeaderLength)
                    chunks.Insert(which, bytes.Pick(Split(other)));
                break;
            case 4: // another type
                chunk[0] = bytes.Pick(s_types);
                break;
            case 5: // other flags
                chunk[1] = (byte)Random.Next(256);
                break;
            case 6 or 7: // a number of 32 bits near what it was: TSN, cumulative TSN, request number
                if (chunk.Length >= 8)
                {
                    Span<byte> number = chunk.AsSpan(4 * Random.Next(1, chunk.Length / 4));
                    uint step = (uint)(bytes.Chance(70) ? Random.Next(-4, 8) : Random.Next(-5000, 5000));
                    BinaryPrimitives.WriteUInt32BigEndian(number, unchecked(BinaryPrimitives.ReadUInt32BigEndian(number) + step));
                }

                break;
            case 8: // a boundary in a field
                if (chunk.Length >= 8)
                {
                    int at = 2 * Random.Next(2, chunk.Length / 2);
                    if (at + 4 <= chunk.Length && bytes.Chance(50))
                        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(at), bytes.Boundary());
                    else
                        BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(at), (ushort)bytes.Boundary());
                }

                break;
            case 9: // a length that lies
                BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(2), (ushort)(bytes.Chance(50) ? chunk.Length + Random.Next(-5, 6) : (int)(bytes.Boundary() & 0xFFFF)));
                break;
            default: // the value, whatever it is; the length then tells the truth
                byte[] value = bytes.Mutate(chunk, other, from: Math.Min(4, chunk.Length));
                if (value.Length >= 4)
                {
                    BinaryPrimitives.WriteUInt16BigEndian(value.AsSpan(2), (ushort)value.Length);
                    chunks[which] = [.. value, .. new byte[Chunk.Padding(value.Length)]];
                }

                break;
        }
    }
}
