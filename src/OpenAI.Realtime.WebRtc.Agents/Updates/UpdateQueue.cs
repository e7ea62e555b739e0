using Microsoft.Extensions.AI;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// Updates between the conversation and its reader. Adding never waits: words of one item that nobody has read yet are joined, and beyond the capacity the oldest go and are counted, so that the reader
/// is told. Thread-safe; one reader at a time.
/// </summary>
internal sealed class UpdateQueue(int capacity)
{
    private const int LongestJoined = 4_096;

    /// <summary>What the updates that wait may hold together, in characters, roughly: a long text would count as one.</summary>
    private const long MaxCharacters = 8_000_000;

    private readonly Lock _lock = new();
    private readonly LinkedList<ConversationUpdate> _updates = new();
    private TaskCompletionSource? _arrived;
    private long _missing;
    private long _characters;
    private bool _reading;
    private bool _completed;

    /// <summary>How many have been lost until now.</summary>
    public long Lost { get; private set; }

    /// <summary>Whether the reader, if there is one, has read all there is and waits for more: for tests, which let time pass only then.</summary>
    internal bool IsRead
    {
        get
        {
            lock (_lock)
                return !_reading || _completed || _arrived is not null;
        }
    }

    public void Add(ConversationUpdate update)
    {
        lock (_lock)
        {
            if (_completed)
                return;
            if (_updates.Last is { Value: TranscriptUpdate { IsFinal: false } last } node && update is TranscriptUpdate { IsFinal: false } next
                && last.ItemId == next.ItemId && last.Role == next.Role && last.Text.Length < LongestJoined)
            {
                node.Value = last with { Text = last.Text + next.Text };
                _characters += next.Text.Length;
            }
            else
            {
                _updates.AddLast(update);
                _characters += CostOf(update);
                while (_updates.Count > capacity || (_characters > MaxCharacters && _updates.Count > 1))
                {
                    RemoveFirst();
                    _missing++;
                    Lost++;
                }
            }

            Signal();
        }
    }

    /// <summary>No more will come.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _completed = true;
            Signal();
        }
    }

    /// <summary>Claims the reader's place.</summary>
    /// <exception cref="InvalidOperationException">Somebody reads already.</exception>
    public void StartReading()
    {
        lock (_lock)
        {
            if (_reading)
                throw new InvalidOperationException("The updates are being read already; one reader at a time.");
            _reading = true;
        }
    }

    public void StopReading()
    {
        lock (_lock)
            _reading = false;
    }

    /// <summary>The next update, or null when no more will come.</summary>
    public async ValueTask<ConversationUpdate?> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Task arrived;
            lock (_lock)
            {
                if (_missing > 0)
                {
                    (long missing, _missing) = (_missing, 0);
                    return new UpdatesLostUpdate(missing);
                }

                if (_updates.First is { } first)
                {
                    RemoveFirst();
                    return first.Value;
                }

                if (_completed)
                    return null;
                arrived = (_arrived ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await arrived.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void RemoveFirst()
    {
        _characters -= CostOf(_updates.First!.Value);
        _updates.RemoveFirst();
    }

    private static long CostOf(ConversationUpdate update) => update switch
    {
        TranscriptUpdate words => words.Text.Length,
        HistoryUpdate { Change.Item: HistoryMessage message } => message.Text.Length,
        HistoryUpdate { Change.Item: HistoryToolCall call } => call.Arguments.Length + (call.Output?.Length ?? 0),
        ToolCallUpdate { Call: var call } => call.Arguments.Length + (call.Output?.Length ?? 0),
        ResponseUpdate or ServerEventUpdate => 4_096,
        _ => 0,
    };

    private void Signal()
    {
        _arrived?.TrySetResult();
        _arrived = null;
    }
}
