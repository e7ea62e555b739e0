using System.Diagnostics.CodeAnalysis;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>How a text is meant.</summary>
internal enum DelegationTextKind
{
    /// <summary>To be known.</summary>
    Thinking,

    /// <summary>To be said.</summary>
    Commentary,
}

/// <summary>A text for the voice model, short enough for the service.</summary>
/// <param name="DelegationId">The delegation that it belongs to; null for the session itself.</param>
/// <param name="Kind">How it is meant.</param>
/// <param name="Text">The text.</param>
/// <param name="Told">Completes when it has been taken up; set on the last piece of a text alone.</param>
internal sealed record DelegationText(string? DelegationId, DelegationTextKind Kind, string Text, TaskCompletionSource<bool>? Told);

/// <summary>
/// Which tasks are open, and what has been said for them: each task runs once however often it arrives, each gets an answer, nothing is said twice, and nothing for a task that is over. Pure: handle one thing, then drain
/// <see cref="TryTakeText"/>. One caller at a time.
/// </summary>
internal sealed class ClientLedger
{
    private const int MaxRemembered = 1_024;
    private const int MaxTextsPerTask = 256;
    private const int LongestRequest = 16 * 1024;

    /// <summary>What answers a task whose code has nothing to say; nothing is said because of it.</summary>
    public const string Done = "The task is done; there is nothing more to say about it.";

    /// <summary>What answers a task that a newer one has replaced.</summary>
    public const string Replaced = "The task was replaced by a newer one; no answer to it comes.";

    private readonly RecentIds _seen = new(MaxRemembered);
    private readonly Dictionary<string, Open> _open = new(StringComparer.Ordinal);
    private readonly Queue<DelegationText> _texts = new();
    private string _heard = "";         // of the user's, since the newest task
    private Open? _newest;

    /// <summary>How many tasks are open.</summary>
    public int Count => _open.Count;

    /// <summary>The open tasks.</summary>
    public IEnumerable<string> OpenTasks => _open.Keys;

    /// <summary>The user was written down to have said this.</summary>
    public void Hear(string text)
    {
        _heard = Joined(_heard, text);
        if (_newest is { } newest)
            newest.Request = Joined(newest.Request, text);
    }

    /// <summary>A task has arrived.</summary>
    /// <returns>Whether it is new.</returns>
    public bool TryAccept(string id)
    {
        if (id.Length > RecentIds.LongestId || !_seen.Add(id))
            return false;
        _open[id] = _newest = new Open { Request = _heard };
        _heard = "";
        return true;
    }

    /// <summary>What the user has said about a task; null for one that is over.</summary>
    public string? RequestOf(string id) => _open.GetValueOrDefault(id)?.Request;

    public bool IsOpen(string id) => _open.ContainsKey(id);

    /// <summary>A text for an open task.</summary>
    /// <param name="id">The task.</param>
    /// <param name="kind">How it is meant.</param>
    /// <param name="text">The text, of any length.</param>
    /// <param name="told">Completed when all of it has been taken up.</param>
    /// <returns>Whether it goes out: not for a task that is over, and not when the same was told before.</returns>
    public bool TryTell(string id, DelegationTextKind kind, string text, TaskCompletionSource<bool>? told = null)
    {
        return _open.TryGetValue(id, out Open? task) && task.Told.Count < MaxTextsPerTask && Tell(task, id, kind, text, told);
    }

    /// <summary>A task is over.</summary>
    /// <param name="id">The task.</param>
    /// <param name="kind">How its last text is meant.</param>
    /// <param name="text">The last text; null for none.</param>
    /// <returns>Whether it was open.</returns>
    public bool TryFinish(string id, DelegationTextKind kind, string? text)
    {
        if (!_open.TryGetValue(id, out Open? task))
            return false;
        bool isAnswered = text is not null && Tell(task, id, kind, text, null);
        if (!isAnswered && !task.Told.Any(told => told.Kind == DelegationTextKind.Commentary))
            Tell(task, id, DelegationTextKind.Thinking, Done, null);     // the model waits for something
        _open.Remove(id);
        return true;
    }

    /// <summary>The next text to send, in order.</summary>
    public bool TryTakeText([NotNullWhen(true)] out DelegationText? text) => _texts.TryDequeue(out text);

    private bool Tell(Open task, string id, DelegationTextKind kind, string text, TaskCompletionSource<bool>? told)
    {
        IReadOnlyList<string> pieces = SpokenText.Pieces(text);
        if (pieces.Count == 0 || !task.Told.Add((kind, text.Trim())))
            return false;
        for (int i = 0; i < pieces.Count; i++)
            _texts.Enqueue(new DelegationText(id, kind, pieces[i], i == pieces.Count - 1 ? told : null));
        return true;
    }

    private static string Joined(string before, string text)
    {
        string whole = before + text;
        return whole.Length <= LongestRequest ? whole : whole[^LongestRequest..];       // the newest
    }

    private sealed class Open
    {
        public required string Request { get; set; }

        public HashSet<(DelegationTextKind Kind, string Text)> Told { get; } = [];
    }
}
