using System.Globalization;
using System.Runtime.CompilerServices;
using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>
/// Both sides of a session in turns, made of the pieces of the two transcripts by their times: a turn ends when the other side speaks, or when the model has said nothing for 2 s. An "mhm" of the model's while the user
/// speaks on is told apart. Thread-safe; may be read while it grows, by several at once.
/// </summary>
public sealed class LiveTranscript
{
    /// <summary>How many turns are kept; then the oldest go.</summary>
    public const int MaxTurns = 1_000;

    /// <summary>How much the service takes as what was said before, in messages.</summary>
    private const int MaxMessages = 128;

    private readonly Lock _lock = new();
    private readonly List<OpenTurn> _turns = [];
    private readonly TranscriptTurns _grouping;
    private readonly ITimer _silence;
    private TaskCompletionSource _grown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count;
    private long _version;
    private bool _ended;

    internal LiveTranscript(TimeProvider timeProvider)
    {
        _grouping = new TranscriptTurns(OnChanged);
        _silence = timeProvider.CreateTimer(static state => ((LiveTranscript)state!).OnSilence(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The newest 1,000 turns as they stand, in the order in which they began to be turns.</summary>
    public IReadOnlyList<LiveTurn> Turns
    {
        get
        {
            lock (_lock)
                return [.. _turns.Select(Show)];
        }
    }

    /// <summary>
    /// Each turn whenever it has begun, grown or ended, those before the call first. Words that come together come as one; a reader that is slow gets fewer and longer steps. Ends when the session has ended. Several may read.
    /// </summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async IAsyncEnumerable<LiveTurn> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        long seen = 0;
        while (true)
        {
            LiveTurn[] changed;
            Task grown;
            bool ended;
            lock (_lock)
            {
                changed = [.. _turns.Where(turn => turn.Version > seen).OrderBy(turn => turn.Version).Select(Show)];
                (seen, grown, ended) = (_version, _grown.Task, _ended);
            }
            foreach (LiveTurn turn in changed)
                yield return turn;
            if (changed.Length > 0)
                continue;
            if (ended)
                yield break;
            await grown.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The newest turns as what was said before, for a session that goes on from this one: set <see cref="LiveSessionSettings.Input"/>. A note to the model stands before them. What the model said beside the user is left out.
    /// </summary>
    /// <param name="note">What the model is told first. Default: that the conversation goes on, and not to greet.</param>
    /// <param name="maxTokens">How much at most, by an estimate; the service takes 8,192 tokens. Default: 6,000.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxTokens"/> is less than 1.</exception>
    public IReadOnlyList<LiveMessage> ToInput(string note = "The conversation goes on in a new session. Go on where it stopped; do not greet.", int maxTokens = 6_000)
    {
        ArgumentNullException.ThrowIfNull(note);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTokens, 1);
        int left = maxTokens - SpokenText.Tokens(note);
        List<LiveMessage> newest = [];
        foreach (LiveTurn turn in Turns.Reverse().Where(turn => !turn.IsBackchannel && !string.IsNullOrWhiteSpace(turn.Text)))
        {
            left -= SpokenText.Tokens(turn.Text);
            if (left < 0 || newest.Count == MaxMessages - 1)
                break;
            newest.Add(turn.Speaker == LiveRole.User ? LiveMessage.User(turn.Text.Trim()) : LiveMessage.Assistant(turn.Text.Trim()));
        }
        newest.Add(LiveMessage.Developer(note));
        newest.Reverse();
        return newest;
    }

    /// <summary>The next piece.</summary>
    internal void Handle(LiveTranscriptDelta piece)
    {
        lock (_lock)
        {
            if (_ended)
                return;
            _grouping.Handle(piece);
            _silence.Change(TranscriptTurns.AssistantSilence, Timeout.InfiniteTimeSpan);
            Wake();
        }
    }

    /// <summary>No more pieces come.</summary>
    internal void End()
    {
        lock (_lock)
        {
            if (_ended)
                return;
            _grouping.End();
            _ended = true;
            _silence.Dispose();
            Wake();
        }
    }

    private void OnSilence()
    {
        lock (_lock)
        {
            if (_ended)
                return;
            _grouping.HandleSilence();
            Wake();
        }
    }

    private void OnChanged(OpenTurn turn)
    {
        turn.Version = ++_version;
        if (turn.Number is not null)
            return;
        turn.Number = ++_count;
        _turns.Add(turn);
        if (_turns.Count > MaxTurns)
            _turns.RemoveAt(0);
    }

    private void Wake()
    {
        _grown.TrySetResult();
        _grown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static LiveTurn Show(OpenTurn turn) => new()
    {
        Id = IdOf(turn.Number!.Value),
        PreviousId = turn.Number > 1 ? IdOf(turn.Number.Value - 1) : null,
        Speaker = turn.Speaker,
        Text = turn.Text,
        Start = turn.Start,
        End = turn.End,
        Closed = turn.Closed,
        IsBackchannel = turn.IsBackchannel,
    };

    private static string IdOf(int number) => string.Create(CultureInfo.InvariantCulture, $"turn_{number}");
}
