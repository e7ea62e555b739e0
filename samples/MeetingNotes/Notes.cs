using System.Text;
using OpenAI.Realtime.WebRtc;

namespace MeetingNotes;

/// <summary>
/// Writes pieces of text as lines. Whole turns are a line each. A translation has no turns: its two texts run on, and a line ends where the other language goes on. On a terminal words are shown as they come.
/// </summary>
internal sealed class Notes(TextWriter output, string? language, bool isTerminal)
{
    private string? _line;      // whose words the line that has begun holds
    private string? _turn;
    private long _lastWord;

    /// <summary>When the last word was written down, for who waits for the next.</summary>
    public long LastWord => Volatile.Read(ref _lastWord);

    public void Write(TranscriptPiece piece)
    {
        Volatile.Write(ref _lastWord, TimeProvider.System.GetTimestamp());
        if (piece.Error is { } error)
            WriteLine($"({(piece.ItemId is null ? "error" : "not understood")}: {error.Message ?? "the service does not say why"})");
        else if (piece.IsFinal)
            WriteTurn(piece);
        else if (piece.ItemId is not null)
            Preview(piece);
        else
            Continue(piece.Source == TranscriptSource.Translation ? language! : "heard", piece.Text);
        output.Flush();
    }

    /// <summary>Ends the line that has begun.</summary>
    public void End()
    {
        if (_line is not null)
            output.WriteLine();
        _line = null;
        output.Flush();
    }

    private void WriteTurn(TranscriptPiece turn)
    {
        string speaker = turn.Speaker is null ? "" : $"{turn.Speaker}: ";
        string text = Clean(turn.Text).Trim();
        if (_line is not null)
            output.Write('\r');     // over what was shown of it until now
        _line = _turn = null;
        output.WriteLine(speaker + text);
    }

    // Only a person wants to see a turn before it is whole; in a file its pieces would stand twice.
    private void Preview(TranscriptPiece piece)
    {
        if (!isTerminal)
            return;
        if (_turn != piece.ItemId)
            End();
        (_turn, _line) = (piece.ItemId, "turn");
        output.Write(Clean(piece.Text));
    }

    private void Continue(string who, string text)
    {
        string clean = Clean(text);
        if (_line != who)
        {
            End();
            _line = who;
            output.Write($"{who,-6} ");
            clean = clean.TrimStart();
        }

        output.Write(clean);
    }

    private void WriteLine(string text)
    {
        End();
        output.WriteLine(Clean(text));
    }

    // What a service sends must not steer a terminal.
    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
            clean.Append(Rune.IsControl(rune) ? " " : rune.ToString());
        return clean.ToString();
    }
}
