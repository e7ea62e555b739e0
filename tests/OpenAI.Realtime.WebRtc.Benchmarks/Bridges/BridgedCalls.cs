using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Bridges;

/// <summary>
/// Both ends of bridged calls: pages, and the service behind the host. One thread has each end send a packet every 20 ms that says when it left; the engine says when it arrived.
/// </summary>
internal sealed class BridgedCalls : IAsyncDisposable
{
    private const int PacketLength = 80, TimeAt = 8; // as long as 32 kbit/s; behind the first byte, which is Opus's own

    private readonly PeerConnectionFactory _factory = new();
    private readonly WebApplication _service;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(1) };
    private readonly Lock _gate = new();
    private readonly Thread _pacer;
    private IPeerConnection[] _pages = [], _answerers = [];
    private Delays? _toService, _toPage;
    private bool _isOver;

    private BridgedCalls(WebApplication service)
    {
        _service = service;
        _pacer = new Thread(Pace) { IsBackground = true, Name = "pacer" };
    }

    /// <summary>The base address of the service.</summary>
    public string Service => _service.Urls.First() + "/v1";

    public int Count => _pages.Length;

    public static async Task<BridgedCalls> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        WebApplication app = builder.Build();
        var calls = new BridgedCalls(app);
        app.MapPost("/v1/realtime/calls/{id}/hangup", () => Results.Ok());
        app.MapPost("/v1/realtime/calls", calls.AnswerAsync);
        await app.StartAsync();
        calls._pacer.Start();
        return calls;
    }

    /// <summary>Calls the host so many times, and returns when all are connected from page to service.</summary>
    public async Task AddAsync(int count, Uri host)
    {
        for (int i = 0; i < count; i++)
        {
            IPeerConnection page = _factory.Create(new() { LocalAddresses = [IPAddress.Loopback] });
            using var offer = new ByteArrayContent(Encoding.UTF8.GetBytes(await page.CreateOfferAsync()));
            offer.Headers.ContentType = new MediaTypeHeaderValue("application/sdp");
            using HttpResponseMessage response = await _http.PostAsync(host, offer);
            string answer = await response.Content.ReadAsStringAsync();
            if (!response.IsSuccessStatusCode)
                throw new InvalidOperationException($"The host answered {(int)response.StatusCode}: {answer}");
            page.SetAnswer(answer);
            await page.ConnectAsync();
            lock (_gate)
                _pages = [.. _pages, page];
        }
    }

    /// <summary>Begins to count.</summary>
    public void Begin()
    {
        lock (_gate)
            (_toService, _toPage) = (new(), new());
    }

    /// <summary>Says what was counted.</summary>
    public (Delays ToService, Delays ToPage) End()
    {
        lock (_gate)
        {
            (Delays toService, Delays toPage) = (_toService!, _toPage!);
            _toService = _toPage = null;
            return (toService, toPage);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _isOver, true);
        _pacer.Join();
        foreach (IPeerConnection peer in _pages.Concat(_answerers))
            await peer.DisposeAsync();
        _http.Dispose();
        await _service.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        IPeerConnection answerer = _factory.Create(new() { IceLite = true, LocalAddresses = [IPAddress.Loopback] });
        string answer = await answerer.CreateAnswerAsync(await reader.ReadToEndAsync());
        _ = answerer.ConnectAsync().ContinueWith(t => _ = t.Exception, TaskScheduler.Default); // a call that does not come about is seen at the page
        lock (_gate)
            _answerers = [.. _answerers, answerer];
        context.Response.StatusCode = 201;
        context.Response.ContentType = "application/sdp";
        context.Response.Headers.Location = $"/v1/realtime/calls/rtc_{Guid.NewGuid():N}";
        await context.Response.WriteAsync(answer);
    }

    private void Pace()
    {
        byte[] packet = new byte[PacketLength], buffer = new byte[EncodedAudio.MaxLength];
        packet[0] = 0x78; // one frame of 20 ms, wideband speech (RFC 6716 §3.1)
        long origin = Stopwatch.GetTimestamp();
        for (ushort frame = 0; !Volatile.Read(ref _isOver); frame++)
        {
            for (int i = 0; i < Math.Max(1, _pages.Length); i++) // spread over the 20 ms
            {
                TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), origin + (long)(Stopwatch.Frequency * 0.02 * i / Math.Max(1, _pages.Length)));
                if (left > TimeSpan.FromMilliseconds(1))
                    Thread.Sleep(left);
                lock (_gate)
                {
                    if (i < _pages.Length)
                        Exchange(_pages[i], frame, packet, buffer, _toService, _toPage);
                    if (i < _answerers.Length)
                        Exchange(_answerers[i], frame, packet, buffer, _toPage, _toService);
                }
            }

            origin += Stopwatch.Frequency / 50;
        }
    }

    private static void Exchange(IPeerConnection end, ushort frame, byte[] packet, byte[] buffer, Delays? sent, Delays? received)
    {
        BinaryPrimitives.WriteInt64LittleEndian(packet.AsSpan(TimeAt), TimeProvider.System.GetElapsedTime(0).Ticks);
        end.Audio.Send(packet, new(frame, frame * 960u, Marker: false));
        if (sent is not null)
            sent.Sent++;
        while (end.Audio.TryRead(buffer, out EncodedAudio arrived))
        {
            if (arrived.Length == PacketLength)
                received?.Add(arrived.Arrival - TimeSpan.FromTicks(BinaryPrimitives.ReadInt64LittleEndian(buffer.AsSpan(TimeAt))));
        }
    }
}
