using OpenAI.Realtime.WebRtc.Benchmarks.Host;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;

namespace OpenAI.Realtime.WebRtc.Benchmarks.VirtualTime;

/// <summary>
/// Round trips from the moment the answer is applied to the first server event, on a simulated link of 100 ms there and back, in virtual time: computing
/// takes none, so time divided by the round trip counts them. The server sends its event as soon as its channel is open.
/// <code>
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- round-trips
/// </code>
/// </summary>
internal static class RoundTripBenchmark
{
    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(50);

    public static int Run()
    {
        Figures.PrintMachine("round-trips (virtual time: the load does not matter)");
        Console.WriteLine("| answerer | path | DTLS | channel open here | channel open there | first event |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach ((string name, bool lite, ushort? channelId) in new (string, bool, ushort?)[]
        {
            ("ICE-lite, DTLS client, channel in-band (as production)", true, null),
            ("ICE-lite, DTLS client, channel negotiated", true, 1),
            ("full ICE, DTLS client, channel in-band", false, null),
            ("full ICE, DTLS client, channel negotiated", false, 1),
        })
        {
            using var pair = new VirtualPair(new(OneWay), lite, channelId);
            pair.Connect();
            Instant[] at =
            [
                pair.OffererEvents[PeerEventKind.PathSelected], pair.OffererEvents[PeerEventKind.Secured],
                pair.OffererEvents[PeerEventKind.ChannelOpen], pair.AnswererEvents[PeerEventKind.ChannelOpen], pair.FirstMessage!.Value,
            ];
            Console.WriteLine($"| {name} | {string.Join(" | ", at.Select(t => Figures.Text($"{(t - Instant.Zero) / (2 * OneWay):0.00}")))} |");
        }

        return 0;
    }
}
