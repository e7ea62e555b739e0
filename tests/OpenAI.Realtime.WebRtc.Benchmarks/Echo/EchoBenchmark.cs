using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using OpenAI.Realtime.WebRtc.Benchmarks.Host;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Echo;

/// <summary>
/// How long a message, and an audio packet, takes to the server and back: loopback, the server another process that sends each back as soon as it has read
/// it. Audio is read as it comes, by a thread that waits for it.
/// <code>
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- echo [messages] [packets]
/// </code>
/// </summary>
internal static class EchoBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        int messages = Figures.Argument(args, 0, 2_000), packets = Figures.Argument(args, 1, 1_000);
        Figures.PrintMachine("echo");
        using ServerProcess server = ServerProcess.Start();
        await using IPeerConnection peer = await CallAsync(server.Endpoint);
        (await peer.Messages.ReceiveAsync())!.Dispose(); // session.created
        Console.WriteLine($"data-channel echo, 183 bytes: {Figures.Spread(await MessagesAsync(peer, messages), "ms")}");
        Console.WriteLine($"audio echo, 80 bytes every 20 ms: {Figures.Spread(await AudioAsync(peer, packets), "ms")}");
        return 0;
    }

    /// <summary>Opens a call at the seam, without the SDK's audio and events.</summary>
    public static async Task<IPeerConnection> CallAsync(Uri endpoint, IPeerConnectionFactory? engine = null)
    {
        using var http = new HttpClient();
        IPeerConnection peer = (engine ?? new PeerConnectionFactory()).Create(new() { LocalAddresses = [System.Net.IPAddress.Loopback] });
        using var offer = new StringContent(await peer.CreateOfferAsync(), Encoding.UTF8, new MediaTypeHeaderValue("application/sdp"));
        using HttpResponseMessage answer = await http.PostAsync(new Uri(endpoint + "/realtime/calls"), offer);
        peer.SetAnswer(await answer.Content.ReadAsStringAsync());
        await peer.ConnectAsync();
        return peer;
    }

    private static async Task<List<double>> MessagesAsync(IPeerConnection peer, int count)
    {
        const int WarmUp = 200;
        List<double> times = [];
        byte[] message = new byte[183];
        message.AsSpan().Fill((byte)'x');
        for (int i = -WarmUp; i < count; i++)
        {
            long start = Stopwatch.GetTimestamp();
            await peer.Messages.SendAsync(message, MessageKind.Text);
            (await peer.Messages.ReceiveAsync())!.Dispose();
            if (i >= 0)
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return times;
    }

    private static async Task<List<double>> AudioAsync(IPeerConnection peer, int count)
    {
        const int WarmUp = 50;
        List<double> times = [];
        Task reading = ReadAsync();
        byte[] packet = new byte[80];
        long origin = Stopwatch.GetTimestamp(), period = Stopwatch.Frequency / 50;
        await Task.Factory.StartNew(() =>
        {
            for (int i = 0; i < WarmUp + count; i++)
            {
                TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), origin + (i * period));
                if (left > TimeSpan.Zero)
                    Thread.Sleep(left);
                BinaryPrimitives.WriteInt64LittleEndian(packet, i < WarmUp ? 0 : Stopwatch.GetTimestamp());
                peer.Audio.Send(packet, new((ushort)i, (uint)(i * 960), Marker: false));
            }
        }, TaskCreationOptions.LongRunning);
        await Task.Delay(200);
        await peer.CloseAsync();
        await reading;
        return times;

        async Task ReadAsync()
        {
            byte[] buffer = new byte[EncodedAudio.MaxLength];
            while (await peer.Audio.WaitAsync())
            {
                while (peer.Audio.TryRead(buffer, out _))
                {
                    long sent = BinaryPrimitives.ReadInt64LittleEndian(buffer);
                    if (sent != 0)
                        times.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                }
            }
        }
    }
}
