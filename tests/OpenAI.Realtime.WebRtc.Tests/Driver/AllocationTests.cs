using System.Net;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Driver;

/// <summary>Counts what the whole process allocates, so nothing else may run beside it.</summary>
[CollectionDefinition("Alone", DisableParallelization = true)]
public sealed class AloneGroup;

[Collection("Alone")]
public sealed class AllocationTests
{
    private const int Packets = 5000;

    [Theory]
    [InlineData("default", false)]
    [InlineData("select", false)]
    [InlineData("default", true)]
    public async Task Audio_packets_both_ways_allocate_nothing_after_warm_up(string poller, bool overSharedPort)
    {
        PeerConnectionOptions? shared = overSharedPort ? new() { LocalAddresses = [IPAddress.Loopback], UdpPorts = FreePorts.Find(1) } : null;
        await using DriverPair pair = await DriverPair.ConnectAsync(poller, answerer: shared);
        using var cancellation = new CancellationTokenSource();
        long best = long.MaxValue;
        for (int round = 0; round < 40 && best >= Packets * 12; round++) // the first warms up; then until one passes in which no other test of this process allocates
        {
            int number = round * Packets;
            long before = GC.GetTotalAllocatedBytes(precise: true);
            await Task.Run(() => Exchange(pair, number, cancellation.Token)).WaitAsync(DriverPair.Patience);
            if (round > 0)
                best = Math.Min(best, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        // The test's own tasks and the runtime's own doings: some kilobytes, more on a busy machine. One object a packet would be more than 120,000 bytes.
        Assert.True(best < Packets * 12, $"{best} bytes for {2 * Packets} packets");
    }

    private static async Task Exchange(DriverPair pair, int first, CancellationToken cancellationToken)
    {
        byte[] packet = new byte[80];
        byte[] buffer = new byte[EncodedAudio.MaxLength];
        for (int i = 0; i < Packets; i++)
        {
            pair.Offerer.Audio.Send(packet, new((ushort)(first + i), (uint)(i * 960), Marker: false));
            await pair.Answerer.Audio.WaitAsync(cancellationToken).ConfigureAwait(false);
            while (pair.Answerer.Audio.TryRead(buffer, out _))
            {
            }

            pair.Answerer.Audio.Send(packet, new((ushort)(first + i), (uint)(i * 960), Marker: false));
            await pair.Offerer.Audio.WaitAsync(cancellationToken).ConfigureAwait(false);
            while (pair.Offerer.Audio.TryRead(buffer, out _))
            {
            }
        }
    }
}
