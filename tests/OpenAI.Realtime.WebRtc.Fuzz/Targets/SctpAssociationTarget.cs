using System.Buffers.Binary;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp;
using OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Fuzz.Targets;

/// <summary>
/// An established SCTP association that has sent something, and a peer that holds the verification tag. Each step of the input is the chunks of a packet, to which header and
/// checksum are added; or, where its highest bit is set, so many milliseconds pass.
/// </summary>
internal static class SctpAssociationTarget
{
    private const int TimePasses = 0x8000;
    private const int MostSteps = 64;
    private const uint Ppid = 51;

    public static FuzzTarget Create() => new("sctp-association", Read, Seeds) { MayNotCatch = true };

    private static void Read(byte[] input)
    {
        Instant now = Instant.Zero;
        SctpAssociation victim = Establish(now, out uint tag, packet => { });
        byte[] message = new byte[64 * 1024];
        foreach ((int head, byte[] bytes) in Steps.Read(input, MostSteps))
        {
            if ((head & TimePasses) != 0)
            {
                now = Advance(victim, now, TimeSpan.FromMilliseconds(head & 0x7FFF));
            }
            else
            {
                victim.HandlePacket(Packet(tag, bytes), now);
                Drain(victim, bytes.Length);
            }

            while (victim.TryPeekMessage(out SctpMessage header))
            {
                if (header.Length > message.Length)
                    throw new FuzzFailureException($"A message of {header.Length} bytes came out of {input.Length}.");
                victim.TakeMessage(message, now);
            }

            while (victim.TryTakeEvent(out _))
            {
            }

            Drain(victim, bytes.Length);
        }

        Advance(victim, now, TimeSpan.FromSeconds(5));
    }

    private static Instant Advance(SctpAssociation victim, Instant now, TimeSpan span)
    {
        Instant end = now + span;
        for (int wakes = 0; victim.NextTimeout.At <= end; wakes++)
        {
            if (wakes > Duel.MaxWakesInASecond * (1 + (int)span.TotalSeconds))
                throw new FuzzFailureException($"{wakes} wake-ups within {span}.");
            now = victim.NextTimeout.At > now ? victim.NextTimeout.At : now;
            victim.HandleTimeout(now);
            Drain(victim, 0);
        }

        return end;
    }

    private static List<byte[]> Drain(SctpAssociation association, int inputLength)
    {
        List<byte[]> packets = [];
        byte[] buffer = new byte[1200];
        int bytes = 0;
        while (association.TryTakePacket(buffer, out int length))
        {
            packets.Add(buffer[..length]);
            bytes += length;
            if (packets.Count > Duel.MaxDatagramsForAnInput || bytes > Duel.MaxBytesForAnInput + (3 * inputLength))
                throw new FuzzFailureException($"{packets.Count} packets of {bytes} bytes go out for one input of {inputLength} bytes.");
        }

        return packets;
    }

    private static byte[] Packet(uint tag, byte[] chunks)
    {
        // The packet's header: ports, verification tag, checksum (RFC 9260 §3.1).
        byte[] packet = [0x13, 0x88, 0x13, 0x88, 0, 0, 0, 0, 0, 0, 0, 0, .. chunks];
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), tag);
        SctpPacket.Seal(packet);
        return packet;
    }

    /// <summary>Connects two associations and lets both send; the numbers that they draw are always the same.</summary>
    private static SctpAssociation Establish(Instant now, out uint tag, Action<byte[]> toVictim)
    {
        SctpAssociation victim = new(new SctpOptions { Random = new SeededRandomSource(7) });
        SctpAssociation honest = new(new SctpOptions { Random = new SeededRandomSource(8) });
        victim.Start(now);
        honest.Start(now);
        tag = 0;
        for (int round = 0; round < 12; round++)
        {
            if (round == 6)
            {
                victim.Send(0, Ppid, new byte[3000], now);
                honest.Send(0, Ppid, new byte[1500], now);
                honest.ResetStream(2, now);
            }

            foreach (byte[] packet in Drain(victim, 0))
                honest.HandlePacket(packet, now);
            foreach (byte[] packet in Drain(honest, 0))
            {
                uint told = BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(4));
                tag = told == 0 ? tag : told;
                toVictim(packet);
                victim.HandlePacket(packet, now);
            }
        }

        if (!victim.IsEstablished || tag == 0)
            throw new FuzzFailureException("The two do not connect even before anything hostile is sent.");
        victim.Send(0, Ppid, new byte[3000], now);
        Drain(victim, 0);
        return victim;
    }

    private static IEnumerable<byte[]> Seeds()
    {
        List<byte[]> honest = [];
        Establish(Instant.Zero, out _, packet => honest.Add(packet[SctpPacket.HeaderLength..]));
        using ParserFuzz parsers = new(1, new FuzzReport());
        honest.AddRange(parsers.CorpusOf("parser: SCTP chunks").DistinctBy(Convert.ToHexString).Take(30));
        foreach (byte[] chunks in honest)
            yield return Steps.Write((0, chunks));
        yield return Steps.Write(honest.Take(8).Select(chunks => (0, chunks)));
        yield return Steps.Write((TimePasses | 0x1000, []), (0, honest[0]), (TimePasses | 0x800, []));
    }
}
