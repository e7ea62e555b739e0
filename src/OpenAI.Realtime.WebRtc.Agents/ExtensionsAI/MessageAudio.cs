using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// Sound that travels in messages: what is appended becomes the microphone, what the loudspeaker would play becomes messages.
/// <code>
///   append ─► bytes to samples ─► Source ─► track          track ─► Sink ─► OutputAudioDelta while a response is being played
/// </code>
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle nobody asks for holds nothing, and an append may still wait at it when the session ends.")]
internal sealed class MessageAudio
{
    // What the track still has to carry when the source is empty: the encoder's frame, the network, the service's own buffer.
    private static readonly TimeSpan s_onItsWay = TimeSpan.FromMilliseconds(120);

    private readonly SampleBytes _input;
    private readonly SampleBytes _output;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Lock _gate = new();
    private MessageQueue? _messages;
    private ResponseContentPartAdded? _part;        // the first of the response whose sound is under way
    private bool _isPlaying, _hasSpoken, _hasDropped;

    /// <exception cref="NotSupportedException">A format is neither PCM nor G.711.</exception>
    public MessageAudio(RealtimeAudioFormat? input, RealtimeAudioFormat? output, TimeSpan capacity)
    {
        _input = new SampleBytes(input);
        _output = new SampleBytes(output);
        Source = new ChannelAudioSource(_input.Format, capacity);
        Sink = new Loudspeaker(this);
    }

    public ChannelAudioSource Source { get; }

    public IAudioSink Sink { get; }

    /// <summary>Where the sound goes; what came before is nobody's.</summary>
    public void Begin(MessageQueue messages)
    {
        lock (_gate)
            _messages = messages;
    }

    /// <summary>Sends sound, at the pace of speech; waits while too much waits.</summary>
    /// <exception cref="NotSupportedException">It is of another format than the session's.</exception>
    public async ValueTask AppendAsync(DataContent content, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await Source.WriteAsync(_input.Read(content), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Waits until what was appended has been sent: the service has only what the track has carried.</summary>
    public async ValueTask WaitUntilSentAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        while (Source.Buffered is { Ticks: > 0 } left)
            await Task.Delay(left, time, cancellationToken).ConfigureAwait(false);
        await Task.Delay(s_onItsWay, time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Looks at what the service says of its sound; returns the message for it where there is a better one than the event's own.</summary>
    public RealtimeServerMessage? Handle(ServerEvent serverEvent)
    {
        lock (_gate)
        {
            switch (serverEvent)
            {
                case ResponseContentPartAdded { Part.Type: var type } added when type == ContentPartType.Audio || type == ContentPartType.OutputAudio:
                    if (!_isPlaying || _part?.ResponseId != added.ResponseId)
                        (_part, _isPlaying, _hasSpoken) = (added, true, false);
                    return null;
                case OutputAudioBufferStarted:
                    _isPlaying = true;
                    return null;
                case OutputAudioBufferStopped or OutputAudioBufferCleared when _isPlaying:
                    _isPlaying = false;
                    return Message(RealtimeServerMessageType.OutputAudioDone, audio: null);
                default:
                    return null;
            }
        }
    }

    private void Play(ReadOnlySpan<short> pcm)
    {
        lock (_gate)
        {
            if (!_isPlaying || _messages is null)
                return;
            if (!_hasSpoken && pcm.IndexOfAnyExceptInRange((short)-1, (short)1) < 0)
                return; // the track is silent until the sound begins
            _hasSpoken = true;
            if (!_messages.AddAudio(Message(RealtimeServerMessageType.OutputAudioDelta, Convert.ToBase64String(_output.Write(pcm)))))
                _hasDropped = true;
        }
    }

    /// <summary>Whether sound went because nobody read; asked once.</summary>
    public bool TakeDropped()
    {
        lock (_gate)
            return Interlocked.Exchange(ref _hasDropped, false);
    }

    private void Drop()
    {
        lock (_gate)
            _messages?.DropAudio();
    }

    private OutputTextAudioRealtimeServerMessage Message(RealtimeServerMessageType type, string? audio) => new(type)
    {
        Audio = audio,
        ItemId = _part?.ItemId,
        ResponseId = _part?.ResponseId,
        OutputIndex = _part?.OutputIndex,
        ContentIndex = _part?.ContentIndex,
    };

    private sealed class Loudspeaker(MessageAudio owner) : IAudioSink
    {
        public AudioFormat Format => owner._output.Format;

        public TimeSpan Buffered => TimeSpan.Zero;

        public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default)
        {
            owner.Play(pcm.Span);
            return default;
        }

        public void Flush() => owner.Drop();
    }
}
