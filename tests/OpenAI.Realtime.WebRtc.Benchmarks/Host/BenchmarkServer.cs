using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Benchmarks.BadLines;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Host;

/// <summary>
/// The other end, in a process of its own so that what it costs does not count: the call endpoint of a Realtime service, with an answer shaped like
/// production's (ICE-lite, <c>setup:active</c>). It says <c>session.created</c> when the channel is open, and sends every message and every audio packet back, but for messages that say when they left
/// (<see cref="MessageDelays"/>).
/// <code>
/// POST /v1/realtime/calls               offer → 201, Location, answer
/// POST /v1/realtime/calls/{id}/hangup   → 200
/// POST /lines/{loss}/{delay}/{kind}/v1/realtime/calls   the same behind a line that loses so many percent each way and takes so many milliseconds one way
/// </code>
/// It lives until its standard input ends. With <c>full</c> it answers as a full ICE agent instead; <c>kind</c> is <c>lite</c>, <c>full</c> or <c>full-server</c> (which is the DTLS server).
/// </summary>
internal static class BenchmarkServer
{
    private const int MaxCalls = 1_000;

    public static async Task<int> RunAsync(string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, Figures.Argument(args, 0, 0)));
        await using WebApplication app = builder.Build();
        var factory = new PeerConnectionFactory();
        string usual = args.Contains("full") ? "full" : "lite";
        using DelayLine line = new();
        int open = 0, made = 0;
        app.MapGet("/", () => Results.Content("<!doctype html><title>caller</title>", "text/html")); // where a browser calls from
        foreach (string prefix in (string[])["", "/lines/{loss:int}/{delay:int}/{kind}"])
        {
            app.MapPost(prefix + "/v1/realtime/calls/{id}/hangup", () => Results.Ok());
            app.MapPost(prefix + "/v1/realtime/calls", (HttpContext context, int? loss, int? delay, string? kind) => AnswerAsync(context, kind ?? usual, loss, delay));
        }

        await app.StartAsync();
        Console.WriteLine(app.Urls.First() + "/v1");
        await Task.Run(Console.In.ReadToEnd);
        return 0;

        async Task AnswerAsync(HttpContext context, string kind, int? loss, int? delay)
        {
            if (Interlocked.Increment(ref open) > MaxCalls)
                throw new InvalidOperationException("Too many calls.");
            using var reader = new StreamReader(context.Request.Body);
            string offer = await reader.ReadToEndAsync();
            int number = Interlocked.Increment(ref made);
            IPeerConnection peer = factory.Create(new() { IceLite = kind == "lite", AnswerAsDtlsServer = kind == "full-server", LocalAddresses = [IPAddress.Loopback] });
            string answer;
            IDisposable? relay = null;
            if (loss is null || delay is null)
            {
                answer = await peer.CreateAnswerAsync(offer);
            }
            else
            {
                answer = await peer.CreateAnswerAsync(BehindLine.WithoutCandidates(offer));
                (answer, relay) = BehindLine.Put(answer, line, seed: number, loss.Value / 100.0, TimeSpan.FromMilliseconds(delay.Value));
            }

            _ = ServeAsync(peer, () =>
            {
                relay?.Dispose();
                Interlocked.Decrement(ref open);
            });
            context.Response.StatusCode = 201;
            context.Response.ContentType = "application/sdp";
            context.Response.Headers.Location = $"/v1/realtime/calls/rtc_{number}";
            await context.Response.WriteAsync(answer);
        }
    }

    private static async Task ServeAsync(IPeerConnection peer, Action ended)
    {
        try
        {
            Task audio = EchoAudioAsync(peer);
            await peer.ConnectAsync();
            await peer.Messages.SendAsync("""{"type":"session.created","event_id":"event_1","session":{"id":"sess_1"}}"""u8.ToArray(), MessageKind.Text);
            var delays = new MessageDelays();
            while (await peer.Messages.ReceiveAsync() is { } message)
            {
                if (!delays.TryTake(message.Memory.Span, out byte[]? report))
                    await peer.Messages.SendAsync(message.Memory, message.Kind);
                else if (report is not null)
                    await peer.Messages.SendAsync(report, MessageKind.Text);
                message.Dispose();
            }

            await audio;
        }
        catch (PeerConnectionException)
        {
            // The client has gone: that is how calls end here.
        }
        finally
        {
            await peer.DisposeAsync();
            ended();
        }
    }

    private static async Task EchoAudioAsync(IPeerConnection peer)
    {
        byte[] buffer = new byte[EncodedAudio.MaxLength];
        while (await peer.Audio.WaitAsync())
        {
            while (peer.Audio.TryRead(buffer, out EncodedAudio packet))
                peer.Audio.Send(buffer.AsSpan(0, packet.Length), new(packet.SequenceNumber, packet.Timestamp, packet.Marker));
        }
    }
}

/// <summary>A <see cref="BenchmarkServer"/> in a child process; disposing it ends it.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    private ServerProcess(Process process, Uri endpoint)
    {
        _process = process;
        Endpoint = endpoint;
    }

    /// <summary>The base address of its API.</summary>
    public Uri Endpoint { get; }

    /// <summary>Starts one.</summary>
    public static ServerProcess Start()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["server"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        Process process = Process.Start(start)!;
        return new ServerProcess(process, new Uri(process.StandardOutput.ReadLine()!));
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
