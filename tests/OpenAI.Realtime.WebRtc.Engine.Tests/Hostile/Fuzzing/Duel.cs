using System.Globalization;
using System.Net;
using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;
using OpenAI.Realtime.WebRtc.Engine.Sdp;
using OpenAI.Realtime.WebRtc.Engine.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;

/// <summary>
/// A whole <see cref="WebRtcPeer"/>, the victim, against an <see cref="Hostile.Fuzzing.Attacker"/>, in virtual time over a wire without delay. Every input is
/// watched: what came out for it, whether time goes on, whether the two come to rest, whether an end has a name.
/// </summary>
internal sealed class Duel : IDisposable
{
    /// <summary>What one input may bring about: a burst of ten packets (SCTP's Max.Burst), a flight, some answers.</summary>
    public const int MaxDatagramsForAnInput = 64;

    /// <summary>The same in bytes, beside three times the input itself.</summary>
    public const int MaxBytesForAnInput = 16 * 1024;

    /// <summary>ICE alone may check every 5 ms while it connects.</summary>
    public const int MaxWakesInASecond = 1000;

    private const int MaxWakesAtOnce = 20;
    private const int MaxDatagramsUntilRest = 20_000;

    private static readonly DateTimeOffset s_wallClock = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private readonly FuzzReport _report;
    private readonly Queue<byte[]> _toAttacker = new();
    private readonly Queue<string> _story = new();
    private readonly byte[] _buffer = new byte[2048];
    private readonly byte[] _message = new byte[2 * 1024 * 1024];
    private readonly byte[] _audio = new byte[2048];
    private readonly string _name;
    private Instant _second;
    private int _wakesInSecond;
    private int _wakesAtOnce;
    private bool _isSettling;

    public Duel(int seed, string name, FuzzReport report, AttackerOptions attacker, Func<PeerOptions, PeerOptions>? victim = null)
    {
        _name = name;
        _report = report;
        _report.Connections++;
        Now = new Instant(TimeSpan.FromMinutes(seed & 63).Ticks);
        VictimAddress = TransportAddress.From(IPAddress.Parse("192.0.2.1"), 40001);
        AttackerAddress = TransportAddress.From(IPAddress.Parse("192.0.2.2"), 40002);
        Path = new(TransportProtocol.Udp, VictimAddress, AttackerAddress);
        PeerOptions options = new() { WallClockAtZero = s_wallClock, Random = new SeededRandomSource(seed) };
        Victim = new WebRtcPeer(victim?.Invoke(options) ?? options, Now);
        Victim.AddLocalAddress(VictimAddress);
        AttackerOptions = attacker;
        Attacker = new Attacker(unchecked(seed * 31) + 7, attacker, AttackerAddress, VictimAddress);
    }

    public WebRtcPeer Victim { get; }

    public Attacker Attacker { get; }

    public AttackerOptions AttackerOptions { get; }

    public Instant Now { get; private set; }

    public TransportAddress VictimAddress { get; }

    public TransportAddress AttackerAddress { get; }

    /// <summary>From the attacker, as the victim sees it.</summary>
    public TransportPath Path { get; }

    /// <summary>May replace what the attacker sends by none, one or several datagrams.</summary>
    public Func<byte[], IEnumerable<byte[]>>? Intercept { get; set; }

    /// <summary>False: the victim's messages stay in the engine.</summary>
    public bool ReadsMessages { get; set; } = true;

    public bool IsOpen { get; private set; }

    public PeerEnd? End { get; private set; }

    public int MessagesReceived { get; private set; }

    public string LastText { get; private set; } = "";

    public byte[] LastAudio { get; private set; } = [];

    // ── Connecting ─────────────────────────────────────────────────────────────────────────────────────────────────────

    public void Negotiate()
    {
        if (AttackerOptions.Offers)
        {
            if (!Victim.TryCreateAnswer(Attacker.CreateOffer(), Now, out string answer, out SdpError error))
                throw Failure($"The victim does not answer: {error}");
            Attacker.SetAnswer(answer, Now);
        }
        else
        {
            string answer = Attacker.CreateAnswer(Victim.CreateOffer(), Now);
            if (!Victim.TrySetAnswer(answer, Now, out SdpError error))
                throw Failure($"The victim does not take the answer: {error}");
        }

        Drain(0);
        Settle();
    }

    public Duel Connect()
    {
        Negotiate();
        for (int i = 0; i < 200 && !(IsOpen && Attacker.IsOpen); i++)
            Advance(TimeSpan.FromMilliseconds(50));
        return IsOpen && Attacker.IsOpen ? this : throw Failure("The two do not connect even before anything hostile is sent.");
    }

    // ── Inputs ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    /// <summary>Gives the victim one datagram of a kind that is counted, then lets both come to rest.</summary>
    public void Inject(string kind, byte[] datagram, TransportPath? path = null)
    {
        _report.Count(kind);
        Note(kind, datagram);
        Deliver(datagram, path ?? Path);
        Settle();
    }

    /// <summary>Something the victim's own application does.</summary>
    public void Act(Action<WebRtcPeer, Instant> action)
    {
        action(Victim, Now);
        Drain(0, withOwnData: true);
        Settle();
    }

    /// <summary>Notes what is injected another way, for the story of a failure.</summary>
    public void Note(string kind, byte[] bytes)
    {
        if (_story.Count == 12)
            _story.Dequeue();
        _story.Enqueue($"{kind}: {Convert.ToHexString(bytes.AsSpan(0, Math.Min(bytes.Length, 2000)))}");
    }

    private void Deliver(byte[] datagram, in TransportPath path)
    {
        byte[] copy = [.. datagram]; // decrypted in place
        Victim.HandleDatagram(copy, path, Now);
        Drain(datagram.Length);
    }

    /// <summary>Carries datagrams both ways until neither side has any.</summary>
    public void Settle()
    {
        if (_isSettling)
            return;
        _isSettling = true;
        int carried = 0;
        while (true)
        {
            while (_toAttacker.TryDequeue(out byte[]? datagram))
                Attacker.HandleDatagram(datagram, Now);
            if (!Attacker.TryTakeDatagram(out byte[] next))
                break;
            if (++carried > MaxDatagramsUntilRest)
                throw Failure("The two never come to rest.");
            foreach (byte[] datagram in Intercept?.Invoke(next) ?? [next])
                Deliver(datagram, Path);
        }

        _isSettling = false;
    }

    // ── Time ───────────────────────────────────────────────────────────────────────────────────────────────────────────

    public void Advance(TimeSpan span)
    {
        Instant end = Now + span;
        int attackerWakesAtOnce = 0;
        while (true)
        {
            Instant next = Instant.Min(Victim.NextTimeout.At, Attacker.NextTimeout);
            if (next > end)
            {
                Now = end;
                return;
            }

            if (next > Now)
            {
                Now = next;
                _wakesAtOnce = attackerWakesAtOnce = 0;
            }

            if (Victim.NextTimeout.At <= Now)
            {
                CountWake();
                Victim.HandleTimeout(Now);
                Drain(0, withOwnData: true);
            }

            if (Attacker.NextTimeout <= Now)
            {
                if (++attackerWakesAtOnce > 200)
                    throw Failure("Time stands still for the attacker, which is the same engine.");
                Attacker.HandleTimeout(Now);
            }

            Settle();
        }
    }

    /// <summary>Advances in small steps until something holds; says whether it does.</summary>
    public bool AdvanceUntil(Func<bool> condition, TimeSpan limit)
    {
        for (Instant end = Now + limit; !condition(); Advance(TimeSpan.FromMilliseconds(100)))
        {
            if (Now >= end)
                return false;
        }

        return true;
    }

    private void CountWake()
    {
        if (++_wakesAtOnce > MaxWakesAtOnce)
            throw Failure($"Time stands still: the victim wants to be woken at {Victim.NextTimeout}, again and again.");
        if (Now - _second >= TimeSpan.FromSeconds(1))
        {
            _second = Now;
            _wakesInSecond = 0;
        }

        _report.MostWakesInASecond = Math.Max(_report.MostWakesInASecond, ++_wakesInSecond);
        if (_wakesInSecond > MaxWakesInASecond)
            throw Failure($"More than {MaxWakesInASecond} wake-ups in a second, the last one for {Victim.NextTimeout.Reason}.");
    }

    // ── Outputs ────────────────────────────────────────────────────────────────────────────────────────────────────────

    private void Drain(int inputLength, bool withOwnData = false)
    {
        int datagrams = 0;
        int bytes = 0;
        while (Victim.TryTakeDatagram(_buffer, out int length, out _))
        {
            datagrams++;
            bytes += length;
            if (datagrams > MaxDatagramsForAnInput || bytes > MaxBytesForAnInput + (3 * inputLength))
                throw Failure($"{datagrams} datagrams of {bytes} bytes go out for one input of {inputLength} bytes.");
            _toAttacker.Enqueue(_buffer[..length]);
        }

        if (!withOwnData)
        {
            _report.MostDatagramsForAnInput = Math.Max(_report.MostDatagramsForAnInput, datagrams);
            _report.MostBytesForAnInput = Math.Max(_report.MostBytesForAnInput, bytes);
        }

        while (Victim.TryTakeEvent(out PeerEvent e))
            HandleEvent(e);
        while (Victim.TryTakeAudio(_audio, out ReceivedAudio audio))
            LastAudio = _audio[..Math.Min(audio.Length, 16)];
        bool took = false;
        while (ReadsMessages && Victim.TryPeekMessage(out int length, out _))
        {
            Victim.TakeMessage(_message, Now);
            MessagesReceived++;
            LastText = length < 100 ? Encoding.UTF8.GetString(_message.AsSpan(0, length)) : "";
            took = true;
        }

        // Taking messages can open the window and send a SACK.
        if (took)
            Drain(inputLength, withOwnData);
    }

    private void HandleEvent(in PeerEvent e)
    {
        if (End is not null)
            throw Failure($"An event after the last one: {e}");
        IsOpen |= e.Kind == PeerEventKind.ChannelOpen;
        if (e.Kind != PeerEventKind.Ended)
            return;
        End = e.End;
        if (string.IsNullOrEmpty(End?.Detail))
            throw Failure($"It ended without saying why: {e}");
        if (Victim.NextTimeout.At != Instant.Never)
            throw Failure("It ended and still wants to be woken.");
    }

    // ── The story ──────────────────────────────────────────────────────────────────────────────────────────────────────

    public FuzzFailureException Failure(string message, Exception? inner = null)
    {
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"{message} [{_name}; {AttackerOptions}; at {Now}; open {IsOpen}; {(End is { } end ? $"ended {end.Reason}: {end.Detail}" : "not ended")}]");
        text.AppendLine("The last inputs:");
        foreach (string line in _story)
            text.AppendLine(line);
        return new FuzzFailureException(text.ToString(), inner);
    }

    public void Dispose()
    {
        Victim.Dispose();
        Attacker.Dispose();
    }
}
