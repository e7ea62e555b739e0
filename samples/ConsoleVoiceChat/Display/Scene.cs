using System.Globalization;
using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Media;

namespace ConsoleVoiceChat.Display;

/// <summary>What the live display shows, and how it is laid out. Knows no terminal; has one caller at a time.</summary>
/// <remarks>
/// <code>
///  title, time
///
///  steps of connecting, a column each
///
///  level meters
///
///  what is said
///
///  events
///
///  footer
/// </code>
/// </remarks>
internal sealed class Scene(string model, string service)
{
    private const int Margin = 2;
    private const int NameColumn = 13;
    private const int BarWidth = 14;
    private const int FixedRows = 12;       // everything but speech and events
    private static readonly ConnectStep[] Steps = Enum.GetValues<ConnectStep>();

    private readonly TimeSpan?[] _passed = new TimeSpan?[Steps.Length];
    private readonly EventList _events = new(64);
    private readonly Dialogue _dialogue = new();
    private readonly Waveform _yourWave = new();
    private readonly Waveform _assistantWave = new();
    private AudioLevel _you = AudioLevel.Silence;
    private AudioLevel _assistant = AudioLevel.Silence;

    public string? CallId { get; set; }

    public bool IsOver { get; set; }

    public void Pass(ConnectStep step, TimeSpan at) => _passed[(int)step] = at;

    public void AddEvent(bool sent, string name, TimeSpan at) => _events.Add(sent, Text.OneLine(name), at);

    public void Say(Speaker? speaker, string? itemId, string words, bool isWhole) => _dialogue.Add(speaker, itemId, words, isWhole);

    /// <summary>The next column of the waveforms.</summary>
    public void AddLevels(AudioLevel you, AudioLevel assistant)
    {
        _you = you;
        _assistant = assistant;
        _yourWave.Add(you.Bar);
        _assistantWave.Add(assistant.Bar);
    }

    /// <summary>Lays everything out; never more than <paramref name="height"/> lines of <paramref name="width"/> cells.</summary>
    public List<string> Draw(int width, int height, bool color, TimeSpan elapsed)
    {
        List<Line> lines = [];
        int free = Math.Max(4, height - FixedRows);
        int speechRows = Math.Clamp(free / 2, 2, 8);
        int eventRows = Math.Clamp(free - speechRows, 2, 8);

        DrawTitle(Next(), elapsed);
        Next();
        DrawSteps(Next(), Next());
        Next();
        DrawMeter(Next(), "you", Ink.You, _you, _yourWave);
        DrawMeter(Next(), "assistant", Ink.Assistant, _assistant, _assistantWave);
        Next();
        DrawSpeech(speechRows, width, Next);
        Next();
        DrawEvents(eventRows, Next);
        if (!IsOver)
        {
            Next();
            Next().Add("Ctrl-C ends the call.", Ink.Dim);
        }
        return [.. lines.Take(Math.Max(1, height)).Select(line => line.ToString())];

        Line Next()
        {
            var line = new Line(width, color);
            line.Add(new string(' ', Math.Min(Margin, width)));
            lines.Add(line);
            return line;
        }
    }

    private void DrawTitle(Line line, TimeSpan elapsed)
    {
        string time = string.Create(CultureInfo.InvariantCulture, $"{(int)elapsed.TotalMinutes}:{elapsed.Seconds:00}");
        bool isOpen = _passed[(int)ConnectStep.Channel] is not null;
        line.Add(IsOver ? "○ " : "● ", IsOver ? Ink.Dim : isOpen ? Ink.Good : Ink.Warn);
        line.Add(Text.OneLine(model), Ink.Bold);
        string where = " " + Text.OneLine($"at {service}{(CallId is { } id ? $" · {id}" : "")}");
        int room = line.Room - time.Length - 2 * Margin;
        line.Add(where.Length <= room ? where : where[..Math.Max(0, room)], Ink.Dim);
        if (line.Room >= time.Length + Margin)
            line.Pad(line.Used + line.Room - time.Length - Margin).Add(time, Ink.Bold);
    }

    private void DrawSteps(Line names, Line times)
    {
        const int columnWidth = 11;
        int column = Margin;
        foreach (ConnectStep step in Steps)
        {
            TimeSpan? at = _passed[(int)step];
            bool isSkipped = at is null && Steps.Any(later => later > step && later <= ConnectStep.Channel && _passed[(int)later] is not null);
            string mark = at is not null ? "✓ " : isSkipped ? "– " : "· ";
            names.Pad(column).Add(mark, at is not null ? Ink.Good : Ink.Dim).Add(Short(step), at is not null ? Ink.Plain : Ink.Dim);
            if (at is { } passed)
                times.Pad(column + 2).Add(string.Create(CultureInfo.InvariantCulture, $"{passed.TotalMilliseconds:0} ms"), Ink.Bold);
            column += columnWidth;
        }
    }

    private static void DrawMeter(Line line, string name, string ink, AudioLevel level, Waveform wave)
    {
        int filled = (int)MathF.Round(level.Bar * BarWidth);
        string number = level.Bar <= 0 ? "silent" : string.Create(CultureInfo.InvariantCulture, $"{level.RmsDbfs:0} dB").Replace('-', '−');
        line.Add(name, ink).Pad(NameColumn)
            .Add(new string('━', filled), ink).Add(new string('─', BarWidth - filled), Ink.Dim)
            .Add($" {number,-7} ", Ink.Plain);
        line.Add(wave.Draw(Math.Max(0, line.Room - Margin)), ink);
    }

    /// <summary>The newest lines of what is said.</summary>
    private void DrawSpeech(int rows, int width, Func<Line> next)
    {
        int textWidth = Math.Max(8, width - NameColumn - Margin);
        var shown = new LinkedList<(Dialogue.Entry Entry, string Words, bool IsFirst)>();
        for (int i = _dialogue.Entries.Count - 1; i >= 0 && shown.Count < rows; i--)
        {
            Dialogue.Entry entry = _dialogue.Entries[i];
            string words = Text.OneLine(entry.Words.ToString());
            List<string> wrapped = Text.Wrap(words.Length == 0 ? "…" : words, textWidth);
            for (int j = wrapped.Count - 1; j >= 0 && shown.Count < rows; j--)
                shown.AddFirst((entry, wrapped[j], j == 0));
        }
        foreach ((Dialogue.Entry entry, string words, bool isFirst) in shown)
        {
            string ink = entry.Speaker switch { Speaker.You => Ink.You, Speaker.Assistant => Ink.Assistant, _ => Ink.Warn };
            next().Add(isFirst ? entry.Who : "", ink).Pad(NameColumn).Add(words);
        }
        for (int i = shown.Count; i < rows; i++)
            next();
    }

    private void DrawEvents(int rows, Func<Line> next)
    {
        List<EventList.Entry> newest = [.. _events.Newest(rows)];
        foreach (EventList.Entry entry in newest)
        {
            next().Add(entry.Time.PadLeft(8), Ink.Dim).Pad(NameColumn - 2)
                .Add(entry.Arrow, entry.Sent ? Ink.You : Ink.Assistant).Add($" {entry.Name}").Add(entry.Times, Ink.Dim);
        }
        for (int i = newest.Count; i < rows; i++)
            next();
    }

    private static string Short(ConnectStep step) => step switch
    {
        ConnectStep.FirstEvent => "event",
        ConnectStep.FirstAudio => "audio",
        _ => StepNames.Of(step),
    };
}
