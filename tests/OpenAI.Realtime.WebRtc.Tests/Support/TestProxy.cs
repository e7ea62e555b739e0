using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OpenAI.Realtime.WebRtc.Tests.Support;

/// <summary>What a <see cref="TestProxy"/> does with who asks it to connect.</summary>
public enum ProxyManner
{
    /// <summary>Connects, and pours bytes both ways.</summary>
    Connects,

    /// <summary>As <see cref="Connects"/>, with its reply cut into single bytes, and the peer's first bytes in one piece with its end.</summary>
    ConnectsInPieces,

    /// <summary>Answers 403.</summary>
    Refuses,

    /// <summary>Takes the connection and says nothing.</summary>
    IsSilent,

    /// <summary>Closes in the middle of its reply.</summary>
    CutsOff,

    /// <summary>Says something that is not HTTP.</summary>
    SpeaksSomethingElse,

    /// <summary>Sends header lines without an end.</summary>
    NeverEnds,
}

/// <summary>An HTTP proxy on 127.0.0.1 that knows CONNECT alone (RFC 9110 §9.3.6), with or without Basic authentication.</summary>
public sealed class TestProxy : IAsyncDisposable, IWebProxy
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ProxyManner _manner;
    private readonly string? _expected;
    private readonly Task _accepting;

    /// <param name="manner">What it does.</param>
    /// <param name="credential">Who may use it, as user:password; null for everybody.</param>
    public TestProxy(ProxyManner manner, string? credential = null)
    {
        _manner = manner;
        _expected = credential is null ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(credential));
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Where it was asked to connect to, with what authorization.</summary>
    public ConcurrentQueue<(string Target, string? Authorization)> Requests { get; } = new();

    /// <summary>Bytes that went through it, both ways.</summary>
    public long BytesPoured => Interlocked.Read(ref _bytesPoured);

    private long _bytesPoured;

    ICredentials? IWebProxy.Credentials { get; set; }

    Uri? IWebProxy.GetProxy(Uri destination) => Address;

    bool IWebProxy.IsBypassed(Uri host) => false;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _accepting;
        _listener.Stop();       // not before: who is about to accept from it would be told that it does not listen
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> serving = [];
        try
        {
            while (true)
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                client.NoDelay = true;
                await ServeAsync(client.GetStream());
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One of the two sides has gone.
        }
    }

    private async Task ServeAsync(NetworkStream stream)
    {
        string head = await ReadHeadAsync(stream);
        string[] lines = head.Split("\r\n");
        string target = lines[0].Split(' ')[1];
        string? authorization = lines.FirstOrDefault(l => l.StartsWith("Proxy-Authorization: ", StringComparison.Ordinal))?["Proxy-Authorization: ".Length..];
        Requests.Enqueue((target, authorization));
        if (_expected is not null && authorization != _expected)
        {
            await SayAsync(stream, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"test\"\r\nContent-Length: 0\r\n\r\n");
            return;
        }

        switch (_manner)
        {
            case ProxyManner.Refuses:
                await SayAsync(stream, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
                return;
            case ProxyManner.IsSilent:
                await Task.Delay(Timeout.Infinite, _end.Token);
                return;
            case ProxyManner.CutsOff:
                await SayAsync(stream, "HTTP/1.1 200 Conn");
                return;
            case ProxyManner.SpeaksSomethingElse:
                await SayAsync(stream, "SSH-2.0-OpenSSH_9.2\r\n\r\n");
                return;
            case ProxyManner.NeverEnds:
                while (true)
                    await SayAsync(stream, "HTTP/1.1 200 OK\r\nX: " + new string('x', 1000));
        }

        using TcpClient peer = new();
        await peer.ConnectAsync(IPEndPoint.Parse(target), _end.Token);
        peer.NoDelay = true;
        const string Reply = "HTTP/1.1 200 Connection established\r\nVia: 1.1 test\r\n\r\n";
        if (_manner == ProxyManner.ConnectsInPieces)
        {
            foreach (char c in Reply)
                await SayAsync(stream, c.ToString());
        }
        else
        {
            await SayAsync(stream, Reply);
        }

        await Task.WhenAny(PourAsync(stream, peer.GetStream()), PourAsync(peer.GetStream(), stream));
    }

    private async Task PourAsync(NetworkStream from, NetworkStream to)
    {
        byte[] buffer = new byte[4096];
        while (await from.ReadAsync(buffer, _end.Token) is > 0 and int count)
        {
            Interlocked.Add(ref _bytesPoured, count);
            await to.WriteAsync(buffer.AsMemory(0, count), _end.Token);
        }
    }

    private async Task<string> ReadHeadAsync(NetworkStream stream)
    {
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, _end.Token);
            head.Append((char)one[0]);
        }

        return head.ToString();
    }

    private async Task SayAsync(NetworkStream stream, string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text), _end.Token);
}
