using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Dtls;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Certificates;
using OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Fuzz.Targets;

/// <summary>
/// A DTLS connection that shakes hands with an honest one, whose datagrams the input changes on their way. The first byte says which side is the victim. Then each
/// step is for the next datagram that goes to it: let it pass, put bytes over it at a place, cut it there, send bytes of the input's own instead or before it, lose it, or
/// repeat it. The keys are new in each process, so that what is kept are the changes, not the bytes.
/// </summary>
internal static class DtlsHandshakeTarget
{
    private const int Overwrite = 1 << 11, Cut = 2 << 11, Instead = 3 << 11, Before = 4 << 11, Lose = 5 << 11, Repeat = 6 << 11, OperationMask = 7 << 11;
    private const int MostSteps = 24;

    private static readonly DtlsCertificate s_ours = DtlsCertificate.Create(DateTimeOffset.UnixEpoch.AddYears(50), new SeededRandomSource(1));
    private static readonly DtlsCertificate s_theirs = DtlsCertificate.Create(DateTimeOffset.UnixEpoch.AddYears(50), new SeededRandomSource(2));

    public static FuzzTarget Create() => new("dtls-handshake", Read, Seeds) { MayNotCatch = true };

    private static void Read(byte[] input)
    {
        if (input.Length == 0)
            return;
        bool victimIsServer = (input[0] & 1) != 0;
        using DtlsConnection victim = New(victimIsServer ? DtlsRole.Server : DtlsRole.Client, s_ours, s_theirs, 3);
        using DtlsConnection honest = New(victimIsServer ? DtlsRole.Client : DtlsRole.Server, s_theirs, s_ours, 4);
        Queue<(int Head, byte[] Bytes)> steps = new(Steps.Read(input.AsSpan(1), MostSteps));
        Instant now = Instant.Zero;
        victim.Start(now);
        honest.Start(now);

        // A lost datagram is sent again by the timers: half a minute of them, then nobody tries any more.
        for (int round = 0; round < 60; round++)
        {
            Exchange(victim, honest, steps, now);
            if (steps.Count == 0 && victim.IsConnected && honest.IsConnected)
                break;
            Instant next = Instant.Min(victim.NextTimeout.At, honest.NextTimeout.At);
            if (next == Instant.Never || next > new Instant(TimeSpan.FromSeconds(30).Ticks))
                break;
            now = next > now ? next : now;
            victim.HandleTimeout(now);
            honest.HandleTimeout(now);
        }

        while (victim.TryTakeEvent(out _))
        {
        }
    }

    private static void Exchange(DtlsConnection victim, DtlsConnection honest, Queue<(int Head, byte[] Bytes)> steps, Instant now)
    {
        bool any = true;
        while (any)
        {
            any = false;
            foreach (byte[] datagram in Drain(victim, int.MaxValue))
            {
                any = true;
                Give(honest, datagram, now);
            }

            foreach (byte[] datagram in Drain(honest, int.MaxValue))
            {
                any = true;
                foreach (byte[] changed in steps.TryDequeue(out (int Head, byte[] Bytes) step) ? Change(datagram, step.Head, step.Bytes) : [datagram])
                {
                    Give(victim, changed, now);
                    foreach (byte[] answer in Drain(victim, changed.Length))
                        Give(honest, answer, now);
                }
            }
        }
    }

    private static byte[][] Change(byte[] datagram, int head, byte[] bytes)
    {
        int at = bytes.Length < 2 ? 0 : ((bytes[0] << 8) | bytes[1]) % (datagram.Length + 1);
        ReadOnlySpan<byte> over = bytes.AsSpan(Math.Min(2, bytes.Length));
        switch (head & OperationMask)
        {
            case Overwrite:
                byte[] changed = [.. datagram];
                over[..Math.Min(over.Length, changed.Length - at)].CopyTo(changed.AsSpan(at));
                return [changed];
            case Cut:
                return [[.. datagram.AsSpan(0, at), .. over]];
            case Instead:
                return [bytes];
            case Before:
                return [bytes, datagram];
            case Lose:
                return [];
            case Repeat:
                return [datagram, datagram];
            default:
                return [datagram];
        }
    }

    private static void Give(DtlsConnection connection, byte[] datagram, Instant now)
    {
        Span<byte> rest = [.. datagram];
        while (connection.TryHandleRecord(ref rest, now, out _))
        {
        }
    }

    private static List<byte[]> Drain(DtlsConnection connection, int inputLength)
    {
        List<byte[]> datagrams = [];
        byte[] buffer = new byte[2048];
        long bytes = 0;
        while (connection.TryTakeDatagram(buffer, out int length))
        {
            datagrams.Add(buffer[..length]);
            bytes += length;
            if (datagrams.Count > Duel.MaxDatagramsForAnInput || bytes > Duel.MaxBytesForAnInput + (3L * inputLength))
                throw new FuzzFailureException($"{datagrams.Count} datagrams of {bytes} bytes go out for one input of {inputLength} bytes.");
        }

        return datagrams;
    }

    private static DtlsConnection New(DtlsRole role, DtlsCertificate own, DtlsCertificate other, int seed) => new(new DtlsOptions
    {
        Role = role,
        Certificate = own,
        PeerFingerprints = [other.Sha256Fingerprint],
        Random = new SeededRandomSource(seed),
    });

    private static IEnumerable<byte[]> Seeds()
    {
        byte[] alert = [21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40];
        byte[] verify = [22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 19, 3, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 7, 0xFE, 0xFF, 4, 1, 2, 3, 4];
        foreach (byte side in (byte[])[0, 1])
        {
            yield return [side];
            yield return [side, .. Steps.Write((0, []), (Lose, []), (Repeat, []))];
            yield return [side, .. Steps.Write((Overwrite, [0, 11, 0, 40]), (0, []), (Overwrite, [0, 25, 1]))];
            yield return [side, .. Steps.Write((Cut, [0, 60, 1, 2, 3]), (Before, alert))];
            yield return [side, .. Steps.Write((Before, verify), (Before, verify), (Instead, alert))];
            yield return [side, .. Steps.Write((0, []), (0, []), (Overwrite, [0, 14, 9]), (Overwrite, [0, 30, 255, 255]))];
        }
    }
}
