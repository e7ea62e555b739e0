using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Dtls;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Certificates;

namespace OpenAI.Realtime.WebRtc.Interop.Tests.OpenSsl;

/// <summary>Gives one <see cref="DtlsConnection"/> a loopback socket and a clock.</summary>
internal sealed class DtlsPump : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly StringBuilder _received = new();
    private readonly byte[] _buffer = new byte[65536];
    private EndPoint? _peer;

    public DtlsPump(DtlsRole role, ReadOnlySpan<byte> peerCertificate, EndPoint? peer = null, int maxDatagramSize = 1200)
    {
        Certificate = DtlsCertificate.Create(DateTimeOffset.UtcNow, new PlatformRandom());
        Connection = new DtlsConnection(new DtlsOptions
        {
            Role = role,
            Certificate = Certificate,
            PeerFingerprints = [CertificateFingerprint.Sha256Of(peerCertificate)],
            Random = new PlatformRandom(),
            MaxDatagramSize = maxDatagramSize,
        });
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _peer = peer;
    }

    public DtlsCertificate Certificate { get; }

    public DtlsConnection Connection { get; }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public List<DtlsEvent> Events { get; } = [];

    /// <summary>Application data received so far, as text.</summary>
    public string Received => _received.ToString();

    public DtlsFailure? Failure => Events.Select(e => e.Failure).FirstOrDefault(f => f is not null);

    private Instant Now => new(_clock.Elapsed.Ticks);

    /// <summary>A port on loopback that was free a moment ago.</summary>
    public static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    public void Start()
    {
        Connection.Start(Now);
        Drain();
    }

    public void Send(string text)
    {
        var datagram = new byte[text.Length + DtlsConnection.RecordOverhead];
        Assert.True(Connection.TryProtect(Encoding.ASCII.GetBytes(text), datagram, out int length));
        _socket.SendTo(datagram.AsSpan(0, length), _peer!);
    }

    public void Close()
    {
        Connection.Close(Now);
        Drain();
    }

    /// <summary>Moves datagrams until <paramref name="done"/> holds; says false after 20 seconds.</summary>
    public bool RunUntil(Func<bool> done)
    {
        Instant end = Now + TimeSpan.FromSeconds(20);
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        while (!done())
        {
            if (Now > end)
                return false;
            Instant wake = Instant.Min(Connection.NextTimeout.At, Now + TimeSpan.FromMilliseconds(20));
            int wait = (int)Math.Clamp((wake - Now).TotalMicroseconds, 1, 20_000);
            if (_socket.Poll(wait, SelectMode.SelectRead))
                Receive(ref from);
            Connection.HandleTimeout(Now);
            Drain();
        }

        return true;
    }

    public void Dispose()
    {
        _socket.Dispose();
        Connection.Dispose();
        Certificate.Dispose();
    }

    private void Receive(ref EndPoint from)
    {
        int length;
        try
        {
            length = _socket.ReceiveFrom(_buffer, ref from);
        }
        catch (SocketException)
        {
            return;     // ICMP port unreachable: openssl is not listening yet
        }

        _peer ??= from;
        Span<byte> rest = _buffer.AsSpan(0, length);
        while (Connection.TryHandleRecord(ref rest, Now, out ReadOnlySpan<byte> data))
            _received.Append(Encoding.ASCII.GetString(data));
        Drain();
    }

    private void Drain()
    {
        var buffer = new byte[1500];
        while (Connection.TryTakeDatagram(buffer, out int length))
            _socket.SendTo(buffer.AsSpan(0, length), _peer!);
        while (Connection.TryTakeEvent(out DtlsEvent e))
            Events.Add(e);
    }

    private sealed class PlatformRandom : RandomSource
    {
        public override void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
    }
}
