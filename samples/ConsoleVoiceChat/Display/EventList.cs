using System.Globalization;

namespace ConsoleVoiceChat.Display;

/// <summary>The newest events; what comes several times in a row is one entry that counts.</summary>
internal sealed class EventList(int capacity)
{
    private readonly Queue<Entry> _entries = new();
    private Entry? _last;

    /// <summary>Adds an event.</summary>
    /// <returns>The entry before it, when this event is another one; otherwise null.</returns>
    public Entry? Add(bool sent, string name, TimeSpan at)
    {
        if (_last is { } same && same.Sent == sent && same.Name == name)
        {
            same.Count++;
            return null;
        }
        Entry? before = _last;
        _entries.Enqueue(_last = new Entry(sent, name, at));
        if (_entries.Count > capacity)
            _entries.Dequeue();
        return before;
    }

    /// <summary>The newest entries, the oldest first.</summary>
    public IEnumerable<Entry> Newest(int count) => _entries.Skip(_entries.Count - count);

    /// <summary>One event, or several of the same name.</summary>
    internal sealed class Entry(bool sent, string name, TimeSpan at)
    {
        public bool Sent => sent;

        public string Name => name;

        public int Count { get; set; } = 1;

        public string Time => at.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);

        public string Arrow => sent ? "→" : "←";

        public string Times => Count > 1 ? $" ×{Count}" : "";
    }
}
