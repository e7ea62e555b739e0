using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Threading.Channels;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Support;

/// <summary>An engine that does what the test says: each phase can be held, and can fail.</summary>
internal sealed class ScriptedPeer : IPeerConnection, IMessageChannel, IOpusTrack, IPeerConnectionFactory
{
    private Channel<IncomingMessage> _messages = Channel.CreateUnbounded<IncomingMessage>();
    private Channel<PeerStateChange> _states = Channel.CreateUnbounded<PeerStateChange>();
    private TaskCompletionSource<PeerEnd> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _taken;

    public const string Offer = "v=0\r\no=- 7 7 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=ice-pwd:offerpasswordofferpassword00\r\n";

    public PeerConnectionOptions? Options { get; private set; }

    public Func<CancellationToken, Task> OnOffer { get; set; } = _ => Task.CompletedTask;

    public Action<string> OnAnswer { get; set; } = _ => { };

    public Func<CancellationToken, Task> OnConnect { get; set; } = _ => Task.CompletedTask;

    public Func<ReadOnlyMemory<byte>, Task> OnSend { get; set; } = _ => Task.CompletedTask;

    public ConcurrentQueue<string> Log { get; } = new();

    public ConcurrentQueue<string> Sent { get; } = new();

    public string? Answer { get; private set; }

    public bool Disposed { get; private set; }

    /// <summary>Messages that the session has taken.</summary>
    public int Taken => Volatile.Read(ref _taken);

    public PeerState State { get; private set; }

    public ChannelReader<PeerStateChange> StateChanges => _states.Reader;

    public Task<PeerEnd> Completion => _completion.Task;

    public IPeerConnection Create(PeerConnectionOptions options)
    {
        Options = options;
        if (Disposed)
            BeginAgain();
        return this;
    }

    /// <summary>The next call of a test is not to find the end of the one before it.</summary>
    private void BeginAgain()
    {
        _messages = Channel.CreateUnbounded<IncomingMessage>();
        _states = Channel.CreateUnbounded<PeerStateChange>();
        _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        State = PeerState.New;
        Disposed = false;
    }

    public void Enter(PeerState state, double milliseconds = 0, string? reason = null)
    {
        State = state;
        _states.Writer.TryWrite(new PeerStateChange(state, TimeSpan.FromMilliseconds(milliseconds), reason));
    }

    public void Receive(string json) => Receive(Encoding.UTF8.GetBytes(json));

    public void Receive(byte[] bytes)
    {
        byte[] pooled = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(pooled, 0);
        _messages.Writer.TryWrite(new IncomingMessage(pooled, bytes.Length, MessageKind.Text));
    }

    public void End(PeerEndReason reason, string detail = "as scripted")
    {
        if (!_completion.TrySetResult(new PeerEnd(reason, PeerPhase.Connected, detail)))
            return;
        Enter(PeerState.Closed);
        _states.Writer.TryComplete();
        _messages.Writer.TryComplete();
    }

    public void Break(Exception exception)
    {
        _completion.TrySetException(exception);
        _messages.Writer.TryComplete();
    }

    /// <summary>Receiving fails, and the connection goes on.</summary>
    public void BreakReceiving(Exception exception) => _messages.Writer.TryComplete(exception);

    public async ValueTask<string> CreateOfferAsync(CancellationToken cancellationToken = default)
    {
        await OnOffer(cancellationToken);
        return Offer;
    }

    public ValueTask<string> CreateAnswerAsync(string offer, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public void SetAnswer(string sdp)
    {
        Answer = sdp;
        OnAnswer(sdp);
    }

    public async Task ConnectAsync(CancellationToken cancellationToken = default)
    {
        await OnConnect(cancellationToken);
        State = PeerState.Connected;
    }

    public PeerStatistics GetStatistics() => new() { MessagesReceived = Taken };

    public IMessageChannel Messages => this;

    public IOpusTrack Audio => this;

    public async ValueTask<IncomingMessage?> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        while (await _messages.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_messages.Reader.TryRead(out IncomingMessage? message))
            {
                Interlocked.Increment(ref _taken);
                return message;
            }
        }
        return null;
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> message, MessageKind kind, CancellationToken cancellationToken = default)
    {
        if (_completion.Task.IsCompleted)
            throw new PeerConnectionException(new PeerEnd(PeerEndReason.ClosedByPeer, PeerPhase.Connected, "closed"));
        await OnSend(message);
        Sent.Enqueue(Encoding.UTF8.GetString(message.Span));
    }

    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default) => new(false);

    public bool TryRead(Span<byte> destination, out EncodedAudio packet)
    {
        packet = new EncodedAudio(1, 111, 1, 1, false, 1, TimeSpan.FromMilliseconds(33));
        return true;
    }

    public void Send(ReadOnlySpan<byte> opus, OpusPacketHeader header)
    {
    }

    public Task CloseAsync(CancellationToken cancellationToken = default)
    {
        Log.Enqueue("close");
        End(PeerEndReason.ClosedLocally);
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        if (!Disposed)
            Log.Enqueue("dispose");
        Disposed = true;
        End(PeerEndReason.ClosedLocally);
        return default;
    }
}

/// <summary>Both directions of audio, without any; keeps what the session did with them.</summary>
internal sealed class SilentAudio : IAudioUplink, IAudioDownlink
{
    private int _flushes;

    public TaskCompletionSource Flushed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IOpusTrack? Track { get; private set; }

    public int Flushes => Volatile.Read(ref _flushes);

    public int Starts { get; private set; }

    public bool Disposed { get; private set; }

    public bool IsMuted { get; set; }

    public AudioLevel Level => AudioLevel.Silence;

    public MediaPort Create(AudioOptions options, IOpusTrack track)
    {
        Track = track;
        IsMuted = options.StartMuted;
        return new MediaPort(this, this);
    }

    public void Start() => Starts++;

    public void Flush()
    {
        Interlocked.Increment(ref _flushes);
        Flushed.TrySetResult();
    }

    AudioSendStatistics IAudioUplink.GetStatistics() => default;

    AudioReceiveStatistics IAudioDownlink.GetStatistics() => default;

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        return default;
    }
}
