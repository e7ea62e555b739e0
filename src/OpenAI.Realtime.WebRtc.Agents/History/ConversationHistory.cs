using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>
/// What both sides said and did, in the order of the conversation, made of the service's events: also when the user's transcript comes late, and when the assistant is cut off. Bounded: of a long
/// conversation the oldest items go. A pure machine without clock or lock, with one caller at a time; a <see cref="Snapshot"/> is anybody's.
/// </summary>
public sealed class ConversationHistory
{
    private const int MaxOutside = 64;
    private const int LongestId = 256;
    private const int LeastMeasured = 20;       // characters
    private const int MaxTotalText = 4_000_000;
    private const int MaxAwaited = 32;

    private readonly int _maxItems;
    private readonly List<HistoryEntry> _order = [];
    private readonly Dictionary<string, HistoryEntry> _entries = new(StringComparer.Ordinal);
    private readonly Queue<string> _outside = new();        // responses beside the conversation: their items are not in it
    private readonly Queue<HistoryChange> _changes = new();
    private HistorySnapshot? _snapshot = HistorySnapshot.Empty;
    private long _forgotten;
    private long _totalText;

    /// <summary>Makes an empty one.</summary>
    /// <param name="maxItems">How many items it keeps, those that show nothing included. Default: 1,000.</param>
    public ConversationHistory(int maxItems = 1_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxItems, 1);
        _maxItems = maxItems;
    }

    /// <summary>How fast the assistant speaks, in characters a second, by which the words that were heard are told from those that were not. Default: 15.</summary>
    public double CharactersPerSecond { get; set; } = HeardText.UsualCharactersPerSecond;

    /// <summary>The history as it is now.</summary>
    public HistorySnapshot Snapshot() =>
        _snapshot ??= new HistorySnapshot { Items = [.. _order.Select(entry => entry.Show()).OfType<HistoryItem>()], Forgotten = _forgotten };

    /// <summary>The next change, in order. Changes are to be taken after each event.</summary>
    public bool TryTakeChange([NotNullWhen(true)] out HistoryChange? change) => _changes.TryDequeue(out change);

    /// <summary>Begins with a conversation of before. Its items keep their ids, by which those of <see cref="HistorySnapshot.ToItems"/> are known again.</summary>
    /// <exception cref="InvalidOperationException">There is something in it already.</exception>
    public void Load(HistorySnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (_order.Count > 0)
            throw new InvalidOperationException("The history is not empty.");
        _forgotten = snapshot.Forgotten;
        foreach (HistoryItem item in snapshot.Items)
        {
            HistoryEntry entry = Add(item.Id, item.At);
            (entry.IsTold, entry.IsRetold) = (true, true);
            switch (item)
            {
                case HistoryMessage message:
                    entry.SetRole(message.Role);
                    entry.Set(0, message.Text);
                    entry.SetImages(message.Images);
                    if (message.TranscriptionFailed)
                        entry.FailTranscription();
                    if (message.Heard is { } heard)     // the estimate of then, whatever the voice of today
                        entry.CutOff(heard, heard > TimeSpan.Zero ? (message.HeardText ?? "").Length / heard.TotalSeconds : 0);
                    break;
                case HistoryToolCall call:
                    entry.SetTool(call.Name, call.CallId, call.ServerLabel);
                    entry.Set(0, call.Arguments);
                    entry.SetOutput(call.Output);
                    break;
            }

            entry.Complete();
            _totalText += entry.Length;
        }

        _snapshot = null;
        MakeRoom();
    }

    /// <summary>Handles an event of the service; those that say nothing of the conversation do nothing.</summary>
    /// <param name="serverEvent">The event.</param>
    /// <param name="at">The time.</param>
    public void Handle(ServerEvent serverEvent, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(serverEvent);
        switch (serverEvent)
        {
            case ResponseCreated { Response: { Id: { } outside } response } when ResponseGate.IsOutsideConversation(response):
                Ignore(outside);
                break;
            case ConversationItemAdded added:
                Place(added.Item, added.PreviousItemId, at, isDone: false);
                break;
            case ConversationItemDone done:
                Place(done.Item, done.PreviousItemId, at, isDone: true);
                break;
            case ConversationItemCreated created:
                Place(created.Item, created.PreviousItemId, at, isDone: created.Item.Status != ItemStatus.InProgress);
                break;
            case ConversationItemRetrieved { Item.Id: { } known } retrieved when _entries.ContainsKey(Key(known)):
                Place(retrieved.Item, null, at, isDone: true);
                break;
            case ConversationItemDeleted deleted:
                Remove(deleted.ItemId);
                break;
            case ConversationItemTruncated truncated:
                if (_entries.TryGetValue(Key(truncated.ItemId), out HistoryEntry? cut))
                    Tell(cut, cut.CutOff(truncated.AudioEnd, CharactersPerSecond));
                break;
            case InputAudioBufferCommitted committed:
                HistoryEntry spoken = Find(committed.ItemId, at);
                Move(spoken, committed.PreviousItemId);
                spoken.SetRole(ChatRole.User);
                Tell(spoken, true);
                break;
            case ConversationItemInputAudioTranscriptionDelta { Delta: { } delta } said:
                Append(Find(said.ItemId, at, ChatRole.User), said.ContentIndex ?? 0, delta);
                break;
            case ConversationItemInputAudioTranscriptionCompleted said:
                Complete(Find(said.ItemId, at, ChatRole.User), said.ContentIndex, said.Transcript);
                break;
            case ConversationItemInputAudioTranscriptionFailed failed:
                HistoryEntry unheard = Find(failed.ItemId, at, ChatRole.User);
                Tell(unheard, unheard.FailTranscription() | unheard.Complete());
                break;
            case ResponseOutputItemAdded { Item.Id: not null } added when !IsOutside(added.ResponseId):
                Place(added.Item, null, at, isDone: false, added.ResponseId);
                break;
            case ResponseOutputItemDone { Item.Id: not null } done when !IsOutside(done.ResponseId):
                Place(done.Item, null, at, isDone: true, done.ResponseId);
                break;
            case ResponseOutputAudioTranscriptDelta delta when !IsOutside(delta.ResponseId):
                Append(OfResponse(delta, at), delta.ContentIndex, delta.Delta);
                break;
            case ResponseOutputTextDelta delta when !IsOutside(delta.ResponseId):
                Append(OfResponse(delta, at), delta.ContentIndex, delta.Delta);
                break;
            case ResponseDone { Response: { } over } when !IsOutside(over.Id):
                foreach (ConversationItem item in over.Output.Where(item => item.Id is not null && _entries.ContainsKey(Key(item.Id))))
                    Place(item, null, at, isDone: true, over.Id);
                break;
            case ResponseOutputAudioTranscriptDone done when !IsOutside(done.ResponseId):
                Set(OfResponse(done, at), done.ContentIndex, done.Transcript);
                break;
            case ResponseOutputTextDone done when !IsOutside(done.ResponseId):
                Set(OfResponse(done, at), done.ContentIndex, done.Text);
                break;
        }
    }

    /// <summary>
    /// The assistant's speech was cut off, and the service has not said by itself how much of it was played (<c>conversation.item.truncated</c>), as a server that is no WebRTC peer may not. Several
    /// messages of one response count as one stretch of speech.
    /// </summary>
    /// <param name="responseId">The response.</param>
    /// <param name="heard">How long it was heard.</param>
    public void CutOff(string responseId, TimeSpan heard)
    {
        ArgumentNullException.ThrowIfNull(responseId);
        foreach (HistoryEntry entry in _order.Where(e => e.ResponseId == responseId && e.Role == ChatRole.Assistant).ToArray())
        {
            if (entry.Heard is { } known)
            {
                heard -= known;
                continue;
            }

            TimeSpan whole = TimeSpan.FromSeconds(entry.Length / CharactersPerSecond);
            if (entry.IsComplete && whole <= heard)
                heard -= whole;
            else
            {
                Tell(entry, entry.CutOff(heard, CharactersPerSecond));
                heard = TimeSpan.Zero;
            }
        }
    }

    /// <summary>Whether something that the user said not long ago is still to be written down.</summary>
    /// <param name="since">What came before is not waited for.</param>
    internal bool AwaitsTranscript(DateTimeOffset since) =>
        _order.Skip(_order.Count - MaxAwaited).Any(entry => entry.Role == ChatRole.User && !entry.IsComplete && entry.At >= since);

    /// <summary>Whether the user's words are the last of all.</summary>
    internal bool EndsWithUser => _order.FindLast(entry => entry.IsShown) is { Text.Length: > 0 } last && last.Role == ChatRole.User;

    /// <summary>Whether what the user said last was written down.</summary>
    internal bool KnowsUser => _order.FindLast(entry => entry.Role == ChatRole.User) is { Text.Length: > 0 };

    /// <summary>Whether words of a response were not heard because it was cut off.</summary>
    internal bool IsCutShort(string? responseId) =>
        responseId is null || _order.Any(entry => entry.ResponseId == responseId && entry.Show() is HistoryMessage { HeardText: { } heard, Text: { } text } && heard.Length < text.Length);

    /// <summary>Whether any word of a response was heard.</summary>
    internal bool IsHeard(string? responseId) => responseId is null || _order.Any(entry => entry.ResponseId == responseId && entry.Show() is HistoryMessage { Spoken.Length: > 0 });

    /// <summary>
    /// The call ends here: nothing more comes for what is not complete. Of the assistant's words that nobody has heard a mark is left, of a call of a function that was being written nothing.
    /// </summary>
    /// <param name="isKnownCall">Whether a function's call has been taken up, by its call id.</param>
    /// <param name="unheard">The response of which nothing was heard, unless the history knows that something was; null for none.</param>
    internal void BreakOff(Func<string?, bool> isKnownCall, string? unheard)
    {
        foreach (HistoryEntry entry in _order.Where(entry => entry is { IsShown: true, IsComplete: false }).ToArray())
        {
            if (entry.Role == ChatRole.User)
                Tell(entry, (entry.Text.Length == 0 && entry.Images == 0 && entry.FailTranscription()) | entry.Complete());
            else if (entry.ToolName is not null)
            {
                if (entry.ServerLabel is null && entry.Output is null && !isKnownCall(entry.CallId))
                    Remove(entry.Id);
            }
            else
                Tell(entry, (unheard is not null && entry.ResponseId == unheard && entry.Heard is null && entry.CutOff(TimeSpan.Zero, CharactersPerSecond)) | entry.Complete());
        }
    }

    /// <summary>These items are told to another call as they stand; of all others it does not know.</summary>
    internal void Retell(IEnumerable<string?> ids)
    {
        HashSet<string> told = [.. ids.OfType<string>().Select(Key)];
        foreach (HistoryEntry entry in _order)
        {
            entry.IsUntold = !told.Contains(entry.Id);
            entry.IsRetold |= !entry.IsUntold;
        }
    }

    /// <summary>A response stands beside the conversation: what it says is not part of it.</summary>
    internal void Ignore(string responseId)
    {
        if (_outside.Contains(responseId))
            return;
        _outside.Enqueue(responseId);
        if (_outside.Count > MaxOutside)
            _outside.Dequeue();
    }

    /// <summary>A response was played to its end: how fast its voice speaks is how long it took. One that says too little to tell is left out.</summary>
    internal void MeasureVoice(string responseId, TimeSpan took)
    {
        int length = _order.Where(e => e.ResponseId == responseId && e.Role == ChatRole.Assistant).Sum(e => e.Length);
        if (length >= LeastMeasured && took > TimeSpan.Zero)
            CharactersPerSecond = Math.Clamp(length / took.TotalSeconds, 2, 60);
    }

    private bool IsOutside(string? responseId) => responseId is not null && _outside.Contains(responseId);

    private void Place(ConversationItem item, string? previousId, DateTimeOffset at, bool isDone, string? responseId = null)
    {
        if (item.Id is not { } id)
            return;
        HistoryEntry entry = Find(id, at);
        entry.ResponseId ??= responseId;
        if (previousId is not null)
            Move(entry, previousId);
        int before = entry.Length;
        bool changed = !entry.IsRetold && Fill(entry, item);
        if (isDone && !entry.IsRetold && !(entry.Role == ChatRole.User && IsWaitingForTranscript(item, entry)))
            changed |= entry.Complete();
        _totalText += entry.Length - before;
        Tell(entry, changed);
        MakeRoom();
    }

    // Spoken words come afterwards, by events of their own.
    private static bool IsWaitingForTranscript(ConversationItem item, HistoryEntry entry) =>
        item is MessageItem message && message.Content.Any(part => part.Type == ContentPartType.InputAudio) && entry.Text.Length == 0;

    private bool Fill(HistoryEntry entry, ConversationItem item)
    {
        switch (item)
        {
            case MessageItem message:
                if (message.Role is { } role)
                    entry.SetRole(role == ItemRole.User ? ChatRole.User : role == ItemRole.Assistant ? ChatRole.Assistant : ChatRole.System);
                bool changed = entry.SetImages(message.Content.Count(part => part.Type == ContentPartType.InputImage));
                for (int i = 0; i < message.Content.Count; i++)
                    changed |= entry.Set(i, message.Content[i].Text ?? message.Content[i].Transcript);
                return changed;
            case FunctionCallItem call:
                entry.SetTool(call.Name, call.CallId, null);
                return entry.Set(0, call.Arguments);
            case McpCallItem call:
                entry.SetTool(call.Name, null, call.ServerLabel);
                return entry.Set(0, call.Arguments) | entry.SetOutput(call.Output ?? (call.Error is { } error ? $"Failed: {error}" : null));
            case FunctionCallOutputItem output:
                if (_order.FindLast(e => e.CallId == output.CallId) is { } asked && asked.SetOutput(output.Output))
                {
                    _totalText += asked.Output!.Length;
                    Tell(asked, true);
                }

                return false;
            default:
                return false;
        }
    }

    private HistoryEntry OfResponse(ResponseContentEvent part, DateTimeOffset at)
    {
        HistoryEntry entry = Find(part.ItemId, at, ChatRole.Assistant);
        entry.ResponseId ??= part.ResponseId;
        return entry;
    }

    private void Set(HistoryEntry entry, int part, string text)
    {
        int before = entry.Length;
        bool changed = entry.Set(part, text);
        _totalText += entry.Length - before;
        Tell(entry, changed);
        MakeRoom();
    }

    private void Complete(HistoryEntry entry, int part, string text)
    {
        int before = entry.Length;
        bool changed = entry.Set(part, text);
        _totalText += entry.Length - before;
        Tell(entry, entry.Complete() | changed);
        MakeRoom();
    }

    private HistoryEntry Find(string id, DateTimeOffset at, ChatRole? role = null)
    {
        id = Key(id);
        if (!_entries.TryGetValue(id, out HistoryEntry? entry))
            entry = Add(id, at);
        if (role is { } known && !entry.IsShown)
        {
            entry.SetRole(known);
            Tell(entry, true);
        }

        return entry;
    }

    // What is longer is no id of the service's, and would fill the memory.
    private static string Key(string id) => id.Length <= LongestId ? id : id[..LongestId];

    private HistoryEntry Add(string id, DateTimeOffset at)
    {
        var entry = new HistoryEntry(id, at);
        _entries[id] = entry;
        _order.Add(entry);
        return entry;
    }

    /// <summary>Puts an item behind the one that the service names. One that is not known leaves it where it is: at the end, when it is new.</summary>
    private void Move(HistoryEntry entry, string? previousId)
    {
        if (entry.IsPlaced || previousId is null || previousId == entry.Id || !_entries.TryGetValue(Key(previousId), out HistoryEntry? previous))
            return;
        entry.IsPlaced = true;
        int from = _order.LastIndexOf(entry);
        int to = _order.LastIndexOf(previous) + 1;
        while (to < _order.Count && _order[to].IsUntold)
            to++;       // the service does not know what stands there, and what it puts behind the one before came later
        if (from == to)
            return;
        _order.RemoveAt(from);
        _order.Insert(from < to ? to - 1 : to, entry);
        _snapshot = null;
    }

    private void Tell(HistoryEntry entry, bool changed)
    {
        if (!entry.IsShown || (entry.IsTold && !changed))
            return;
        _snapshot = null;
        _changes.Enqueue(new HistoryChange(entry.IsTold ? HistoryChangeKind.Updated : HistoryChangeKind.Added, entry.Show()!));
        entry.IsTold = true;
    }

    private void Remove(string id)
    {
        if (!_entries.Remove(Key(id), out HistoryEntry? entry))
            return;
        _order.Remove(entry);
        _totalText -= entry.Length;
        _snapshot = null;
        if (entry.IsTold && entry.Show() is { } shown)
            _changes.Enqueue(new HistoryChange(HistoryChangeKind.Removed, shown));
    }

    private void Append(HistoryEntry entry, int part, string delta)
    {
        _totalText += entry.Append(part, delta);
        _snapshot = null;
        MakeRoom();
    }

    private void MakeRoom()
    {
        while (_order.Count > _maxItems || (_totalText > MaxTotalText && _order.Count > 1))
        {
            HistoryEntry oldest = _order[0];
            _order.RemoveAt(0);
            _entries.Remove(oldest.Id);
            _totalText -= oldest.Length;
            if (oldest.IsShown)
                _forgotten++;
            _snapshot = null;
        }
    }
}
