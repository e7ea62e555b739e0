using System.Text;

namespace ConsoleVoiceChat.Display;

/// <summary>What was said, item by item, in the order in which the items appeared.</summary>
internal sealed class Dialogue
{
    /// <summary>A long conversation keeps its newest items.</summary>
    private const int Kept = 100;

    private readonly List<Entry> _entries = [];

    /// <summary>Adds words to an item, or replaces them all.</summary>
    public Entry Add(Speaker? speaker, string? itemId, string words, bool isWhole)
    {
        Entry? entry = itemId is null ? null : _entries.FindLast(e => e.ItemId == itemId);
        if (entry is null)
        {
            entry = new Entry(speaker, itemId);
            _entries.Add(entry);
            if (_entries.Count > Kept)
                _entries.RemoveAt(0);
        }
        if (isWhole)
            entry.Words.Clear();
        entry.Words.Append(words);
        return entry;
    }

    public IReadOnlyList<Entry> Entries => _entries;

    /// <summary>What somebody says; without a speaker, a note to the reader.</summary>
    internal sealed class Entry(Speaker? speaker, string? itemId)
    {
        public string? ItemId => itemId;

        public string Who => speaker switch { Display.Speaker.You => "you", Display.Speaker.Assistant => "assistant", _ => "note" };

        public Speaker? Speaker => speaker;

        public StringBuilder Words { get; } = new();
    }
}
