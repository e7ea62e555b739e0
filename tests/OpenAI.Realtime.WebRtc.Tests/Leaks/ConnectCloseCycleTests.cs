using System.Diagnostics;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Leaks;

/// <summary>
/// The client as users have it, on the engine of this package, against answerers in this process: whatever either side leaves behind after a conversation is
/// a thousandfold here.
/// </summary>
[Collection("Alone")]
public sealed class ConnectCloseCycleTests
{
    private const int WarmUp = 100;
    private const int Cycles = 1_000;

    /// <summary>How long the process may take to come to rest: pooled timers, finalizers, the last words of peers.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_thousand_conversations_leave_neither_threads_nor_sockets_nor_memory()
    {
        await using HttpEndpoint endpoint = await HttpEndpoint.StartAsync();
        var factory = new PeerConnectionFactory();
        var ended = new List<Task>();
        endpoint.AnswersCalls();
        endpoint.Routes["/v1/realtime/calls"] = async context =>
        {
            IPeerConnection peer = factory.Create(new() { IceLite = true, LocalAddresses = [IPAddress.Loopback] });
            string answer = await peer.CreateAnswerAsync(Encoding.UTF8.GetString(endpoint.Requests.Last().Body));
            ended.Add(DisposeAtTheEndAsync(peer));
            await HttpEndpoint.WriteAnswerAsync(context, answer: answer);
        };
        using var client = new RealtimeWebRtcClient(
            new OpenAIRealtimeWebRtcOptions { Endpoint = endpoint.Base }, keyProvider: new StaticEphemeralKeyProvider("ek_test"));

        // One conversation goes on all the time, so that the wait thread and its two descriptors are there at both counts.
        await using RealtimeWebRtcSession lasting = await client.ConnectAsync();
        ended.Clear();
        await CycleAsync(WarmUp);
        Resources before = Resources.Count();
        await CycleAsync(Cycles);
        Resources after = Resources.Count();
        for (long start = Stopwatch.GetTimestamp(); !after.IsWithin(before) && Stopwatch.GetElapsedTime(start) < Patience; after = Resources.Count())
            await Task.Delay(500);
        Assert.True(after.IsWithin(before), $"before: {before}; after {Cycles} conversations: {after}");

        async Task CycleAsync(int cycles)
        {
            for (int i = 0; i < cycles; i++)
            {
                RealtimeWebRtcSession session = await client.ConnectAsync();
                await session.DisposeAsync();
                await Task.WhenAll(ended).Within();
                ended.Clear();
                endpoint.Requests.Clear(); // the test's own memory
            }
        }
    }

    private static async Task DisposeAtTheEndAsync(IPeerConnection peer)
    {
        await peer.Completion;
        await peer.DisposeAsync();
    }

    /// <param name="Threads">Without the thread pool's, which come and go as it likes.</param>
    /// <param name="Sockets">0 where the system does not tell.</param>
    /// <param name="Heap">Live bytes.</param>
    private sealed record Resources(int Threads, int Sockets, long Heap)
    {
        public static Resources Count()
        {
            for (int i = 0; i < 2; i++)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
                GC.WaitForPendingFinalizers();
            }

            using Process self = Process.GetCurrentProcess();
            return new(self.Threads.Count - ThreadPool.ThreadCount, CountSockets(), GC.GetTotalMemory(forceFullCollection: true));
        }

        /// <summary>Nothing has grown. Less is no leak: what tests before this one left behind may go meanwhile.</summary>
        public bool IsWithin(Resources before) =>
            Threads <= before.Threads + 2 && Sockets <= before.Sockets + 2 && Heap <= before.Heap * 1.05;

        private static int CountSockets() => OperatingSystem.IsLinux()
            ? Directory.GetFiles("/proc/self/fd").Count(fd => new FileInfo(fd).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true)
            : 0;
    }
}
