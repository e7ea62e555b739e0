using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>Who speaks, how long each answer took, and what it cost. Pure, and told the time and what is heard; one caller at a time.</summary>
internal sealed class TurnTracker
{
    /// <summary>Louder than this is heard: quieter than the noise of any voice, louder than what a codec makes of silence.</summary>
    private const float AudibleDbfs = -60;

    private static readonly TimeSpan ListenEvery = TimeSpan.FromMilliseconds(20);      // a frame
    private static readonly TimeSpan ListenFor = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LeastMeasured = TimeSpan.FromSeconds(2);

    private readonly UsageDetails _usage = new();
    private TurnPolicy _policy = TurnPolicy.Default;
    private UsageDetails _turnUsage = new();
    private int _number;
    private int _responses;
    private int _toolCalls;
    private TimeSpan _toolTime;
    private bool _interrupted;
    private TimeSpan? _latency;
    private Instant? _userEnded;
    private Instant? _listeningSince;
    private Instant _listenAt = Instant.Never;
    private Instant _speakingSince;
    private Instant? _silencedAt;

    /// <summary>What the service does about turns.</summary>
    public TurnPolicy Policy => _policy;

    public bool IsUserSpeaking { get; private set; }

    /// <summary>Whether sound of the assistant is being sent here.</summary>
    public bool IsAssistantSpeaking { get; private set; }

    /// <summary>Whether sound of the assistant is being sent here, and nobody has silenced it already.</summary>
    public bool IsAudible => IsAssistantSpeaking && _silencedAt is null;

    /// <summary>The response that is, or was last, heard.</summary>
    public string? SpokenResponseId { get; private set; }

    /// <summary>Which turn of the user's is the last; 0 before the first.</summary>
    public int Number => _number;

    /// <summary>When the user's speech ended that waits for its answer to be heard; null when none does.</summary>
    public Instant? UserEnded => _userEnded;

    /// <summary>When the turn's answer was first heard; null when it has not been, or nobody can tell.</summary>
    public Instant? HeardAt { get; private set; }

    /// <summary>All tokens until now; not to be handed out.</summary>
    public UsageDetails Usage => _usage;

    /// <summary>When to look how loud the loudspeaker is.</summary>
    public Instant NextTimeout => _listenAt;

    /// <summary>A speech that was cut off: the response, and how long it was heard. Null when nothing was.</summary>
    public (string? ResponseId, TimeSpan Heard)? Cut { get; private set; }

    /// <summary>How long the last speech took that was played to its end; null when none has just ended.</summary>
    public (string? ResponseId, TimeSpan Took)? Whole { get; private set; }

    /// <summary>Handles an event. <see cref="Cut"/> and <see cref="Whole"/> are those of this event.</summary>
    public void Handle(ServerEvent serverEvent, Instant now)
    {
        (Cut, Whole) = (null, null);
        switch (serverEvent)
        {
            case SessionCreated or SessionUpdated:
                _policy = _policy.After(serverEvent);
                break;
            case InputAudioBufferSpeechStarted:
                IsUserSpeaking = true;
                break;
            case InputAudioBufferSpeechStopped when IsUserSpeaking:
                IsUserSpeaking = false;
                _userEnded = new Instant(now.Ticks - _policy.Silence.Ticks);
                break;
            case OutputAudioBufferStarted started:
                (IsAssistantSpeaking, SpokenResponseId, _speakingSince, _silencedAt) = (true, started.ResponseId, now, null);
                if (_userEnded is not null)
                    (_listeningSince, _listenAt) = (now, now);
                break;
            case OutputAudioBufferStopped stopped when IsAssistantSpeaking:
                IsAssistantSpeaking = false;
                if (now - _speakingSince >= LeastMeasured)
                    Whole = (stopped.ResponseId ?? SpokenResponseId, now - _speakingSince);
                StopListening();
                break;
            case OutputAudioBufferCleared cleared when IsAssistantSpeaking:
                IsAssistantSpeaking = false;
                _interrupted = true;
                Cut = (cleared.ResponseId ?? SpokenResponseId, (_silencedAt ?? now) - _speakingSince);
                StopListening();
                break;
            case ResponseDone { Response: { } response }:
                _responses++;
                if (response.Usage is { } usage)
                    Add(TokenUsage.Of(usage));
                break;
            case ConversationItemInputAudioTranscriptionCompleted { Usage: { } transcription }:
                Add(TokenUsage.Of(transcription));
                break;
        }
    }

    /// <summary>Nothing of the assistant is heard from a time on, which may have passed, though the service has not said so.</summary>
    public void Silenced(Instant since) => _silencedAt ??= since > _speakingSince ? since : _speakingSince;

    /// <summary>The service does not hear the user any more.</summary>
    /// <returns>Whether the user was speaking.</returns>
    public bool LoseUser()
    {
        bool wasSpeaking = IsUserSpeaking;
        IsUserSpeaking = false;
        return wasSpeaking;
    }

    /// <summary>The user has ended a turn in another way than by a silence that the service heard: by a text, or by letting a button go.</summary>
    public void EndUserTurn(Instant now) => _userEnded = now;

    /// <summary>Looks whether the assistant is heard.</summary>
    public void Listen(AudioLevel output, Instant now)
    {
        if (_listeningSince is not { } since || now < _listenAt)
            return;
        bool isHeard = output.RmsDbfs > AudibleDbfs;
        if (!isHeard && now - since < ListenFor)
        {
            _listenAt = now + ListenEvery;
            return;
        }

        if (isHeard)
            HeardAt ??= now;

        // A sink that takes packets as they are has no level: then it is when the sound began to come.
        _latency ??= _userEnded is { } ended ? (isHeard ? now : since) - ended : null;
        _userEnded = null;
        StopListening();
    }

    public void CountTool(TimeSpan took)
    {
        _toolCalls++;
        _toolTime += took;
    }

    /// <summary>The user's next turn begins.</summary>
    public void Begin() => _number++;

    /// <summary>The turn is over: what it came to. Null when nothing has happened since the last time.</summary>
    public ConversationTurn? Close()
    {
        ConversationTurn? turn = _responses == 0 && _toolCalls == 0 ? null : new ConversationTurn
        {
            Number = _number,
            Latency = _latency,
            Responses = _responses,
            ToolCalls = _toolCalls,
            ToolTime = _toolTime,
            WasInterrupted = _interrupted,
            Usage = _turnUsage,
        };
        (_responses, _toolCalls, _toolTime, _latency, _interrupted, _turnUsage, HeardAt) = (0, 0, TimeSpan.Zero, null, false, new UsageDetails(), null);
        return turn;
    }

    private void StopListening()
    {
        if (_listeningSince is { } since && _latency is null && _userEnded is { } ended)
        {
            _latency = since - ended;
            _userEnded = null;
        }

        (_listeningSince, _listenAt) = (null, Instant.Never);
    }

    private void Add(UsageDetails usage)
    {
        _usage.Add(usage);
        _turnUsage.Add(usage);
    }
}
