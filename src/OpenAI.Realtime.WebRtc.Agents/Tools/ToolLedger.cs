using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>What is to be done next about a call.</summary>
internal abstract record ToolStep
{
    /// <summary>Run the function, then <see cref="ToolLedger.Settle"/> it.</summary>
    public sealed record Run(ToolEntry Entry) : ToolStep;

    /// <summary>Ask the program for its leave, then <see cref="ToolLedger.Approve"/> or <see cref="ToolLedger.Settle"/> it.</summary>
    public sealed record Ask(ToolEntry Entry) : ToolStep;

    /// <summary>Send the output as an item with this id.</summary>
    public sealed record Answer(ToolEntry Entry, string ItemId, string Output) : ToolStep;

    /// <summary>Ask for one response about these outputs; the last one in a row may call no tool any more.</summary>
    public sealed record Respond(IReadOnlyList<string> About, bool IsLast) : ToolStep;
}

/// <summary>
/// Which calls were made, and which of them are answered: the outputs of one response go out in its order, then exactly one response is asked for; no call is run twice, and none goes without an output.
/// Pure: handle one thing, then drain <see cref="TryTakeStep"/>. One caller at a time.
/// </summary>
internal sealed class ToolLedger(VoiceToolOptions options, string idPrefix)
{
    private const int MaxCallsPerResponse = 64;
    private const int MaxRemembered = 128;
    private const int LongestArguments = 64 * 1024;

    /// <summary>A longer id is none of the service's.</summary>
    public const int LongestId = 256;

    private readonly List<ToolBatch> _open = [];
    private readonly Queue<ToolStep> _steps = new();
    private readonly Queue<string> _seenItems = new();
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Queue<string> _oldCalls = new();
    private readonly Dictionary<string, ToolEntry> _calls = new(StringComparer.Ordinal);
    private int _rounds;
    private int _running;
    private int _count;

    /// <summary>How many functions run, those in the background included.</summary>
    public int Running => _running;

    /// <summary>Whether every call has its output, and every output has gone out.</summary>
    public bool IsAtRest => _running == 0 && _open.Count == 0 && _steps.Count == 0;

    /// <summary>Calls whose output has not gone out.</summary>
    public IEnumerable<ToolEntry> Open => _open.SelectMany(batch => batch.Entries).Where(entry => entry.Output is null);

    /// <summary>Whether a call has no output yet, or one that has not gone out.</summary>
    public bool HasOpen => _open.Count > 0;

    /// <summary>The calls that are still remembered.</summary>
    public IEnumerable<ToolEntry> Known => _calls.Values.Concat(_open.SelectMany(batch => batch.Entries)).Distinct();

    /// <summary>A call by its id; null for one that is not remembered.</summary>
    public ToolEntry? Find(string callId) => _calls.GetValueOrDefault(callId) ?? _open.SelectMany(batch => batch.Entries).FirstOrDefault(entry => entry.CallId == callId);

    /// <summary>The user has taken a turn: the model may call tools as often as ever.</summary>
    public void StartTurn() => _rounds = 0;

    /// <summary>A call has been made. A second sight of the same item does nothing.</summary>
    /// <returns>The call; null when there is nothing to be done about it.</returns>
    public ToolEntry? Accept(string responseId, FunctionCallItem item, ToolSet tools)
    {
        if (item.CallId is not { Length: > 0 and <= LongestId } callId || item.Id?.Length > LongestId || !Remember(item.Id ?? callId))
            return null;
        string arguments = item.Arguments.Length <= LongestArguments ? item.Arguments : "";
        if (_calls.TryGetValue(callId, out ToolEntry? before))
            return AnswerAgain(responseId, item.Name, arguments, before);

        KnownTool? tool = tools.Find(item.Name);
        bool needsApproval = tool?.NeedsApproval == true;
        ToolBatch batch = needsApproval ? Single(responseId) : BatchOf(responseId);
        if (batch.Entries.Count >= 2 * MaxCallsPerResponse)
            return null;    // those before have been told already that they are too many
        var entry = new ToolEntry(callId, Short(item.Name), arguments, batch)
        {
            Function = tool?.Function,
            Settings = tool?.Settings,
            NeedsApproval = needsApproval,
        };
        batch.Entries.Add(entry);
        RememberCall(entry);
        string? refusal = tool is null ? $"There is no tool named '{Short(item.Name)}'."
            : item.Arguments.Length > LongestArguments ? "The arguments are too long, so the tool was not run."
            : _rounds >= options.MaxRounds ? string.Create(CultureInfo.InvariantCulture, $"The tool was not run: tools were called {_rounds} times in a row without a word of the user's. Tell the user what you have.")
            : needsApproval && ToolArguments.WhyNot(arguments, tool.Schema, out _) is { } wrong ? FittingText.Cut(wrong, options.MaxOutputLength)        // nobody is asked about what could not be run
            : batch.Entries.Count > MaxCallsPerResponse || _open.Count > MaxCallsPerResponse ? "The tool was not run: too many were called at once."
            : null;
        if (refusal is not null)
            Settle(entry, new ToolOutput(refusal, ToolCallStatus.Rejected));
        else if (needsApproval)
            _steps.Enqueue(new ToolStep.Ask(entry));
        Advance();
        return entry;
    }

    /// <summary>The program gives its leave.</summary>
    public void Approve(ToolEntry entry)
    {
        if (entry.Output is null && !entry.HasStarted)
            Start(entry);
        Advance();
    }

    /// <summary>The output of a call is known. A second one is dropped.</summary>
    public void Settle(ToolEntry entry, ToolOutput output)
    {
        if (entry.HasStarted && entry.Status == ToolCallStatus.Running)
            _running--;
        entry.Status = output.Status;
        entry.Output ??= output.Text;
        Advance();
    }

    /// <summary>No response runs but this: the calls of all others are complete.</summary>
    public void CloseAllBut(string? runningResponseId)
    {
        foreach (ToolBatch batch in _open)
            batch.IsClosed |= batch.ResponseId != runningResponseId;
        Advance();
    }

    /// <summary>A response is to follow a call once more.</summary>
    /// <param name="isLast">Whether it is the last in a row, which may call nothing.</param>
    /// <returns>Whether it may.</returns>
    public bool CountRound(out bool isLast)
    {
        isLast = ++_rounds >= options.MaxRounds;
        return _rounds <= options.MaxRounds;
    }

    /// <summary>The next thing to do, in order.</summary>
    public bool TryTakeStep([NotNullWhen(true)] out ToolStep? step) => _steps.TryDequeue(out step);

    private void Advance()
    {
        for (int i = 0; i < _open.Count; i++)
        {
            ToolBatch batch = _open[i];
            foreach (ToolEntry entry in batch.Entries)
            {
                if (entry is { Output: null, HasStarted: false, NeedsApproval: false })
                    Start(entry);
                if (!options.RunInParallel && entry.Output is null)
                    break;
            }

            for (; batch.Answered < batch.Entries.Count && batch.Entries[batch.Answered] is { Output: { } output } next; batch.Answered++)
            {
                string itemId = string.Create(CultureInfo.InvariantCulture, $"{idPrefix}out{++_count}");
                batch.OutputItems.Add(itemId);
                batch.WantsResponse |= next.Settings?.IsSilent != true || next.Status is not (ToolCallStatus.Completed or ToolCallStatus.Running);
                _steps.Enqueue(new ToolStep.Answer(next, itemId, output));
            }

            if (!batch.IsClosed || batch.Answered < batch.Entries.Count)
                continue;
            _open.RemoveAt(i--);
            if (batch.WantsResponse && CountRound(out bool isLast))
                _steps.Enqueue(new ToolStep.Respond(batch.OutputItems, isLast));
        }
    }

    private void Start(ToolEntry entry)
    {
        if (_running >= options.MaxRunning)
        {
            entry.Status = ToolCallStatus.Rejected;
            entry.Output = "The tool was not run: too many are running.";
            return;
        }

        entry.HasStarted = true;
        entry.Status = ToolCallStatus.Running;
        _running++;
        _steps.Enqueue(new ToolStep.Run(entry));
        if (entry.IsInBackground)
            entry.Output = "The work has begun. Its result will be told later, by itself; go on with the conversation.";
    }

    // The same call once more is given the same output, when there is one; another call under its id is told so. Neither is run.
    private ToolEntry? AnswerAgain(string responseId, string name, string arguments, ToolEntry before)
    {
        bool isSame = before.Name == Short(name) && before.Arguments == arguments;
        if (isSame && before.Output is null)
            return null;    // it is being run, and its output answers both
        ToolBatch batch = BatchOf(responseId);
        if (batch.Entries.Count >= MaxCallsPerResponse)
            return null;
        var entry = new ToolEntry(before.CallId, Short(name), arguments, batch) { Status = isSame ? before.Status : ToolCallStatus.Rejected };
        entry.Output = isSame ? before.Output : "The tool was not run: this call id was used before, for another call.";
        batch.Entries.Add(entry);
        Advance();
        return entry;
    }

    private ToolBatch BatchOf(string responseId)
    {
        // One that was closed too soon, because its response had been given up, takes what still comes: in order all the same.
        if (_open.Find(batch => batch.ResponseId == responseId && !batch.IsSingle) is not { } found)
            _open.Add(found = new ToolBatch(responseId));
        return found;
    }

    private ToolBatch Single(string responseId)
    {
        var batch = new ToolBatch(responseId) { IsSingle = true, IsClosed = true };
        _open.Add(batch);
        return batch;
    }

    private bool Remember(string itemId)
    {
        if (!_seen.Add(itemId))
            return false;
        _seenItems.Enqueue(itemId);
        if (_seenItems.Count > MaxRemembered)
            _seen.Remove(_seenItems.Dequeue());
        return true;
    }

    private void RememberCall(ToolEntry entry)
    {
        _calls[entry.CallId] = entry;
        _oldCalls.Enqueue(entry.CallId);
        if (_oldCalls.Count > MaxRemembered)
            _calls.Remove(_oldCalls.Dequeue());
    }

    private static string Short(string name) => name.Length <= 64 ? name : HeardText.Prefix(name, 64).ToString() + "…";
}
