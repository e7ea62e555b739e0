using System.Text.Json;

namespace OpenAI.Realtime.WebRtc.Events.Json;

/// <summary>
/// Joins surrogate pairs that were cut between two pieces of one text. A half at the end of a piece is kept until the next piece of the same text, of which it becomes the
/// beginning: as the whole character, or as U+FFFD where no other half follows. One reader at a time.
/// </summary>
internal abstract class SplitPairs<TEvent>
    where TEvent : class
{
    /// <summary>Texts that come at the same time. With more, the half that has waited longest is given up; the event that ends its text has the whole.</summary>
    private const int MaxWaiting = 16;

    private readonly List<(string Text, string? ItemId, int Part, char Half)> _waiting = [];

    /// <summary>Gives an event the text that belongs into it.</summary>
    /// <param name="read">The event, read from the message with U+FFFD in the place of halves.</param>
    /// <param name="utf8">The message.</param>
    /// <param name="hasHalves">Whether there are halves in the message.</param>
    public TEvent Join(TEvent read, ReadOnlySpan<byte> utf8, bool hasHalves)
    {
        if (_waiting.Count == 0 && !hasHalves)
            return read;
        (string text, string? itemId, int part, string? delta) = PieceOf(read);
        if (text.Length == 0)
            return read;
        int waiting = IndexOf(text, itemId, part);
        if (delta is null or "")
        {
            if (delta is null && waiting >= 0)
                _waiting.RemoveAt(waiting);
            return read;
        }

        ReadOnlySpan<byte> escaped = hasHalves ? EscapedDelta(utf8) : default;
        string joined = delta;
        if (waiting >= 0)
        {
            joined = HalfSurrogates.AtStart(escaped) is { } low ? $"{_waiting[waiting].Half}{low}{joined.AsSpan(1)}" : "\uFFFD" + joined;
            _waiting.RemoveAt(waiting);
        }
        if (HalfSurrogates.AtEnd(escaped) is { } high)
        {
            joined = joined[..^1];
            if (_waiting.Count == MaxWaiting)
                _waiting.RemoveAt(0);
            _waiting.Add((text, itemId, part, high));
        }
        return ReferenceEquals(joined, delta) ? read : With(read, joined);
    }

    private int IndexOf(string text, string? itemId, int part)
    {
        for (int i = 0; i < _waiting.Count; i++)
        {
            if (_waiting[i].Text == text && _waiting[i].ItemId == itemId && _waiting[i].Part == part)
                return i;
        }
        return -1;
    }

    /// <summary>Which text an event belongs to, and the piece in it: null where the event ends the text, which it repeats; empty where it brings none. No name for an event without text.</summary>
    protected abstract (string Text, string? ItemId, int Part, string? Delta) PieceOf(TEvent read);

    /// <summary>The same event with another piece of text.</summary>
    protected abstract TEvent With(TEvent read, string delta);

    /// <summary>What stands between the quotation marks of <c>delta</c>; of two the last counts, as it does to the serializer.</summary>
    private static ReadOnlySpan<byte> EscapedDelta(ReadOnlySpan<byte> utf8)
    {
        ReadOnlySpan<byte> escaped = default;
        var reader = new Utf8JsonReader(utf8);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isDelta = reader.ValueTextEquals("delta"u8);
            reader.Read();
            if (isDelta)
                escaped = reader.ValueSpan;
            reader.Skip();
        }
        return escaped;
    }
}
