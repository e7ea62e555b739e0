using System.Globalization;
using System.Text;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>
/// What the Responses model of a session may still be given. The service takes so many items and bytes in a whole session, as five parties have measured it independently; what does not fit is refused, and the call that it
/// answers stays open for ever. Whether the budget fills up again is not known, so it is taken not to. One caller at a time.
/// </summary>
internal sealed class BackendBudget(int items, int bytes)
{
    /// <summary>A result that small is never cut while there is room.</summary>
    private const int Small = 512;

    /// <summary>Kept for the outputs by which calls are answered when everything else is used up.</summary>
    private const int Reserve = 2_048;

    /// <summary>JSON around an output: its type, the call's id, quotes.</summary>
    private const int Frame = 128;

    public int Items { get; private set; }

    public int Bytes { get; private set; }

    /// <summary>Whether the service has said that it takes no more.</summary>
    public bool IsFull { get; private set; }

    public int BytesLeft => IsFull ? 0 : Math.Max(0, bytes - Reserve - Bytes);

    /// <summary>A result as long as it may be: a quarter of what is left at most, so that one result leaves room for others; the text says so when it was cut.</summary>
    public string Fit(string output)
    {
        int room = Items >= items ? 0 : Math.Min(BytesLeft, Math.Max(BytesLeft / 4, Small)) - Frame;
        int length = Size(output);
        if (length <= room)
            return output;
        string note = string.Create(CultureInfo.InvariantCulture, $" (Cut here: the whole result has {length} bytes, and this session has no room for more. Say what you have.)");
        if (room < 2 * note.Length)
            return Placeholder;
        return Begin(output, room - note.Length) + note;
    }

    /// <summary>What answers a call when nothing else can: small, so that it fits.</summary>
    public static string Placeholder => "No room for the result.";

    /// <summary>An output is sent.</summary>
    public void CountOutput(string output) => Count(Size(output) + Frame);

    /// <summary>An item is sent.</summary>
    /// <param name="size">How many bytes it has, as JSON.</param>
    public void Count(int size)
    {
        Items++;
        Bytes += size;
    }

    /// <summary>The service has refused something because its input is full: what is left was counted wrongly.</summary>
    public void Refused() => IsFull = true;

    private static int Size(string text)
    {
        int size = 0;
        foreach (Rune rune in text.EnumerateRunes())
            size += SizeOf(rune);
        return size;
    }

    private static string Begin(string text, int room)
    {
        int at = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            room -= SizeOf(rune);
            if (room < 0)
                break;
            at += rune.Utf16SequenceLength;
        }
        return text[..Math.Min(at, text.Length)];
    }

    // UTF-8 as JSON has it, where nothing is escaped but what has to be.
    private static int SizeOf(Rune rune) => rune.Value switch
    {
        '"' or '\\' => 2,
        < 0x20 => 6,
        _ => rune.Utf8SequenceLength,
    };
}
