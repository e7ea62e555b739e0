namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>The tasks that the Responses model works on, or has. Bounded: of too many, one that rests is forgotten. One caller at a time.</summary>
internal sealed class BackendTasks
{
    private const int MaxTasks = 64;

    private readonly List<BackendTask> _tasks = [];

    /// <summary>Whether no response runs, and none has an open call.</summary>
    public bool AreAtRest => _tasks.TrueForAll(task => task.Response is null);

    /// <summary>Whether a call has no output that has gone out.</summary>
    public bool HaveOpenCalls => _tasks.Exists(task => task.Response is { } response && response.Answered < response.Calls.Count);

    public List<BackendTask>.Enumerator GetEnumerator() => _tasks.GetEnumerator();

    public BackendTask? Find(string key) => _tasks.Find(task => task.Key == key);

    /// <summary>The task with this key, a new one where there is none.</summary>
    public BackendTask Of(string key)
    {
        if (Find(key) is { } known)
            return known;
        if (_tasks.Count >= MaxTasks)
            _tasks.RemoveAt(Math.Max(0, _tasks.FindIndex(task => task.Response is null)));
        var task = new BackendTask(key);
        _tasks.Add(task);
        return task;
    }
}
