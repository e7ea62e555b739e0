using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc;

/// <summary>A short call of this process with itself, the service's part played on a loopback port that takes only a key of this one call. Neither end logs: there is no session yet that a log could be about.</summary>
/// <param name="factory">The engine, of both ends.</param>
/// <param name="codecs">The Opus implementation where the session names none.</param>
/// <param name="like">What the true client is like.</param>
/// <param name="mintsKeys">Whether the true client mints its keys.</param>
internal sealed class Rehearsal(IPeerConnectionFactory factory, IOpusCodecFactory? codecs, OpenAIRealtimeWebRtcOptions like, bool mintsKeys)
{
    /// <summary>Everything takes a second; an engine of somebody else's may hang.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private const int MaxRequest = 256 * 1024;

    /// <summary>The client has two at most; whoever else of this machine comes is not to cost more.</summary>
    private const int MaxConnections = 4;

    private static readonly byte[][] Messages =
    [
        """{"type":"session.created","event_id":"event_1","session":{"id":"sess_1","type":"realtime","model":"m"}}"""u8.ToArray(),
        """{"type":"response.output_audio_transcript.delta","event_id":"event_2","response_id":"resp_1","item_id":"item_1","output_index":0,"content_index":0,"delta":"a"}"""u8.ToArray(),
        """{"type":"response.done","event_id":"event_3","response":{"id":"resp_1","status":"completed","output":[]}}"""u8.ToArray(),
    ];

    /// <summary>20 ms of silence as Opus writes it.</summary>
    private static readonly byte[] SilentPacket = [0xF8, 0xFF, 0xFE];

    private readonly string _secret = RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>Holds the call.</summary>
    public async Task RunAsync(RealtimeConnectOptions options, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = ServeAsync(listener, end.Token);
        try
        {
            await CallAsync(((IPEndPoint)listener.LocalEndpoint).Port, options, end.Token).ConfigureAwait(false);
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task CallAsync(int port, RealtimeConnectOptions options, CancellationToken cancellationToken)
    {
        bool hasApiKey = mintsKeys || like.UseUnifiedInterface;
        var inner = new OpenAIRealtimeWebRtcOptions
        {
            Endpoint = new Uri($"http://127.0.0.1:{port}/v1"),
            ApiKey = hasApiKey ? "sk-" + _secret : null,
            EphemeralKey = hasApiKey ? null : "ek_" + _secret,
            UseUnifiedInterface = like.UseUnifiedInterface,
            Dialect = like.Dialect,
            Model = like.Model,
        };

        // No proxy is asked for loopback, and nobody's instrumentation of HTTP counts these requests.
        using SocketsHttpHandler handler = RealtimeWebRtcClient.CreateHandler();
        handler.UseProxy = false;
        handler.ActivityHeadersPropagator = null;
        using var http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        using var client = new RealtimeWebRtcClient(inner, () => http, null, null, factory, null, null, codecs) { IsRehearsal = true };
        AudioOptions audio = options.Audio;
        RealtimeWebRtcSession session = await client.ConnectAsync(
            new RealtimeConnectOptions
            {
                Session = options.Session,
                Audio = new AudioOptions { Codec = audio.Codec, CodecFactory = audio.CodecFactory, Encoder = audio.Encoder, JitterBuffer = audio.JitterBuffer },
            },
            cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await session.SendAsync(new ResponseCreate(), cancellationToken).ConfigureAwait(false);
            await foreach (ServerEvent e in session.ReadEventsAsync(cancellationToken).ConfigureAwait(false))
            {
                if (e is ResponseDone)
                    break;
            }
        }
    }

    private async Task ServeAsync(TcpListener listener, CancellationToken cancellationToken)
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                TcpClient connection = await listener.AcceptTcpClientAsync(cancellationToken).ConfigureAwait(false);
                connections.RemoveAll(served => served.IsCompleted);
                if (connections.Count < MaxConnections)
                    connections.Add(ServeAsync(connection, cancellationToken));
                else
                    connection.Dispose();
            }
        }
        finally
        {
            await Task.WhenAll(connections).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Answers the requests of one connection. Whoever does not know the secret gets nothing.</summary>
    private async Task ServeAsync(TcpClient connection, CancellationToken cancellationToken)
    {
        using TcpClient owned = connection;
        NetworkStream stream = connection.GetStream();
        Task call = Task.CompletedTask;
        try
        {
            while (await ReadRequestAsync(stream, cancellationToken).ConfigureAwait(false) is var (head, body))
            {
                if (!head.Contains(_secret, StringComparison.Ordinal))
                    return;
                string target = head[..head.IndexOf('\r', StringComparison.Ordinal)];
                (string answer, string type, int status) = ("{}", "application/json", 200);
                if (target.Contains("/client_secrets", StringComparison.Ordinal))
                    answer = $"{{\"value\":\"ek_{_secret}\",\"expires_at\":{KeyExpiry()}}}";
                else if (target.Contains("/sessions", StringComparison.Ordinal))
                    answer = $"{{\"client_secret\":{{\"value\":\"ek_{_secret}\",\"expires_at\":{KeyExpiry()}}}}}";
                else if (!target.Contains("/hangup", StringComparison.Ordinal))
                {
                    var answered = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
                    call = HoldAsync(OfferIn(body), answered, cancellationToken);
                    await Task.WhenAny(answered.Task, call).ConfigureAwait(false);
                    if (!answered.Task.IsCompleted)
                        return;
                    (answer, type, status) = (await answered.Task.ConfigureAwait(false), "application/sdp", 201);
                }

                string written = $"HTTP/1.1 {status} OK\r\nContent-Type: {type}\r\nLocation: /v1/realtime/calls/rtc_warm_up\r\nContent-Length: {Encoding.UTF8.GetByteCount(answer)}\r\n\r\n{answer}";
                await stream.WriteAsync(Encoding.UTF8.GetBytes(written), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await call.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static long KeyExpiry() => DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeSeconds();

    /// <summary>The body itself, or the form's part that is one.</summary>
    private static string OfferIn(string body)
    {
        int start = body.IndexOf("v=0\r\n", StringComparison.Ordinal);
        int end = start < 0 ? -1 : body.IndexOf("\r\n--", start, StringComparison.Ordinal);
        return start < 0 ? body : end < 0 ? body[start..] : body[start..(end + 2)];
    }

    private static async Task<(string Head, string Body)?> ReadRequestAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[MaxRequest];
        int count = 0, head = -1, length = 0;
        while (head < 0 || count < head + length)
        {
            int read = await stream.ReadAsync(buffer.AsMemory(count), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return null;
            count += read;
            if (head < 0 && buffer.AsSpan(0, count).IndexOf("\r\n\r\n"u8) is >= 0 and var at)
            {
                head = at + 4;
                length = ContentLength(Encoding.UTF8.GetString(buffer, 0, head));
            }
        }

        return (Encoding.UTF8.GetString(buffer, 0, head), Encoding.UTF8.GetString(buffer, head, length));
    }

    private static int ContentLength(string head)
    {
        const string Name = "\r\nContent-Length:";
        int at = head.IndexOf(Name, StringComparison.OrdinalIgnoreCase) + Name.Length;
        return at < Name.Length ? 0 : int.Parse(head.AsSpan(at, head.IndexOf('\r', at) - at), CultureInfo.InvariantCulture);
    }

    /// <summary>The service's end of the call: three events, some sound, until the caller has gone.</summary>
    private async Task HoldAsync(string offer, TaskCompletionSource<string> answered, CancellationToken cancellationToken)
    {
        IPeerConnection peer = factory.Create(new PeerConnectionOptions { IceLite = true, LocalAddresses = [IPAddress.Loopback], LoggerFactory = NullLoggerFactory.Instance });
        await using (peer.ConfigureAwait(false))
        {
            answered.SetResult(await peer.CreateAnswerAsync(offer, cancellationToken).ConfigureAwait(false));
            await peer.ConnectAsync(cancellationToken).ConfigureAwait(false);
            byte[] buffer = new byte[EncodedAudio.MaxLength];
            for (int i = 0; i < 3; i++)
                peer.Audio.Send(SilentPacket, new((ushort)i, (uint)i * 960, i == 0));
            if (await peer.Audio.WaitAsync(cancellationToken).ConfigureAwait(false))
                peer.Audio.TryRead(buffer, out _);
            foreach (byte[] message in Messages)
                await peer.Messages.SendAsync(message, MessageKind.Text, cancellationToken).ConfigureAwait(false);
            while (await peer.Messages.ReceiveAsync(cancellationToken).ConfigureAwait(false) is { } message)
                message.Dispose();
        }
    }
}
