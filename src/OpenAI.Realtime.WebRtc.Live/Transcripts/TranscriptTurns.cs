using System.Text;
using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>A turn while it is made.</summary>
internal sealed class OpenTurn(LiveRole speaker, TimeSpan start)
{
    private readonly StringBuilder _text = new();

    public LiveRole Speaker => speaker;

    public TimeSpan Start { get; } = start;

    public TimeSpan End { get; private set; } = start;

    public int Length => _text.Length;

    public string Text => _text.ToString();

    /// <summary>Its place among the turns; null while it is not known whether it is one.</summary>
    public int? Number { get; set; }

    public LiveTurnEnd? Closed { get; set; }

    public bool IsBackchannel { get; set; }

    /// <summary>When it last changed, in changes.</summary>
    public long Version { get; set; }

    public void Append(string text, TimeSpan end)
    {
        _text.Append(text);
        if (end > End)
            End = end;
    }
}

/// <summary>
/// Groups the pieces of two transcripts into turns. Pure: pieces come in, turns that have changed are told; one caller at a time. Two turns are open at most: the one that is being said, and a bit of the model's beside the
/// user's, which may be a turn or no more than an "mhm".
/// </summary>
/// <param name="changed">Told of each turn that has begun, grown or ended.</param>
internal sealed class TranscriptTurns(Action<OpenTurn> changed)
{
    /// <summary>A model that says nothing for so long has ended its turn.</summary>
    public static readonly TimeSpan AssistantSilence = TimeSpan.FromSeconds(2);

    /// <summary>A piece of the model's that comes later than this after the user's last is the beginning of its turn.</summary>
    private static readonly TimeSpan Separation = TimeSpan.FromMilliseconds(500);

    /// <summary>What is longer is no mere "mhm".</summary>
    private static readonly TimeSpan LongestBackchannel = TimeSpan.FromSeconds(1);

    /// <summary>What is closer to other words of the model's belongs to them.</summary>
    private static readonly TimeSpan Isolation = TimeSpan.FromSeconds(2);

    /// <summary>A turn is no longer than this, in characters; it goes on in the next.</summary>
    public const int LongestTurn = 64 * 1024;

    private OpenTurn? _current;
    private OpenTurn? _beside;          // of the model's, while the user's is current
    private TimeSpan _userAt;           // where the last piece of each began
    private TimeSpan _assistantAt;
    private TimeSpan _assistantEnd = -Isolation;        // of the last turn of the model's

    /// <summary>Takes the next piece of what one side says.</summary>
    public void Handle(LiveTranscriptDelta piece)
    {
        if (piece.Delta.Length == 0)
            return;
        LiveRole speaker = piece is LiveInputTranscriptDelta ? LiveRole.User : LiveRole.Assistant;
        bool isUser = speaker == LiveRole.User;
        TimeSpan last = isUser ? _userAt : _assistantAt;
        TimeSpan start = piece.Start ?? (_current?.End is { } end && end > last ? end : last);
        if (start < last)
            Reset();
        (isUser ? ref _userAt : ref _assistantAt) = start;
        TimeSpan until = piece.End is { } given && given > start ? given : start;
        if (_current?.Speaker == LiveRole.Assistant && start - _current.End >= AssistantSilence)
            Close(_current, LiveTurnEnd.Inactivity);
        if (_current is null && _beside is { } left)        // the user's turn beside it was too long
            Promote(left);

        if (_current is null)
            Open(speaker, start);
        else if (isUser && _current.Speaker == LiveRole.Assistant)
            Change(speaker, start);
        else if (isUser && _beside is { } beside && until > beside.End)
            PassBeside(beside, start);
        else if (!isUser && _current.Speaker == LiveRole.User && !TakeBeside(piece.Delta, start, until))
            return;
        Append(_current!, piece.Delta, until);
    }

    /// <summary>Nothing has come from either side for <see cref="AssistantSilence"/>.</summary>
    public void HandleSilence()
    {
        if (_beside is { } beside)
            Promote(beside);
        if (_current?.Speaker == LiveRole.Assistant)
            Close(_current, LiveTurnEnd.Inactivity);
    }

    /// <summary>No more pieces come.</summary>
    public void End()
    {
        if (_beside is { } beside)
            Promote(beside);
        if (_current is { } current)
            Close(current, LiveTurnEnd.SessionEnded);
    }

    /// <summary>A piece of the model's while the user's turn is open: kept beside it, or the end of it.</summary>
    /// <returns>Whether it begins the model's turn, and is still to be put into it; false when it was put aside.</returns>
    private bool TakeBeside(string text, TimeSpan start, TimeSpan until)
    {
        OpenTurn user = _current!;
        string whole = (_beside?.Text ?? "") + text;
        if (start - user.End >= Separation && !Acknowledgement.CanBecome(whole))
        {
            if (_beside is { } aside)
                Promote(aside);
            else
                Change(LiveRole.Assistant, start);
            return true;
        }
        _beside ??= new OpenTurn(LiveRole.Assistant, start);
        _beside.Append(text, until);
        if (_beside.Length > LongestTurn)
            Promote(_beside);
        return false;
    }

    /// <summary>The user speaks on, past the end of what the model said meanwhile: it was an "mhm", or a turn between two of the user's.</summary>
    private void PassBeside(OpenTurn beside, TimeSpan start)
    {
        bool isBackchannel = Acknowledgement.Is(beside.Text) && beside.End - beside.Start <= LongestBackchannel && beside.Start - _assistantEnd >= Isolation;
        if (!isBackchannel)
        {
            Promote(beside);
            Change(LiveRole.User, start);
            return;
        }
        _beside = null;
        beside.IsBackchannel = true;
        beside.Closed = LiveTurnEnd.SpeakerChange;
        changed(beside);
    }

    /// <summary>What was said beside the user's turn is the turn after it.</summary>
    private void Promote(OpenTurn beside)
    {
        _beside = null;
        if (_current is { } user)
            Close(user, LiveTurnEnd.SpeakerChange);
        _current = beside;
        changed(beside);
    }

    private void Change(LiveRole speaker, TimeSpan start)
    {
        if (_current is { } before)
            Close(before, LiveTurnEnd.SpeakerChange);
        Open(speaker, start);
    }

    private void Open(LiveRole speaker, TimeSpan start) => _current = new OpenTurn(speaker, start);

    private void Append(OpenTurn turn, string text, TimeSpan until)
    {
        turn.Append(text, until);
        changed(turn);
        if (turn.Length >= LongestTurn)
            Close(turn, LiveTurnEnd.TooLong);
    }

    private void Close(OpenTurn turn, LiveTurnEnd why)
    {
        if (turn.Speaker == LiveRole.Assistant)
            _assistantEnd = turn.End;
        turn.Closed = why;
        _current = null;
        changed(turn);
    }

    private void Reset()
    {
        if (_beside is { } beside)
            Promote(beside);
        if (_current is { } current)
            Close(current, LiveTurnEnd.ClockReset);
        (_userAt, _assistantAt, _assistantEnd) = (TimeSpan.Zero, TimeSpan.Zero, -Isolation);
    }
}
