using System.Globalization;
using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Media;
using Spectre.Console;
using Spectre.Console.Rendering;

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
    private const int NameWidth = 11;
    private const int BarWidth = 14;
    private const int NumberWidth = 9;
    private const int FixedRows = 12;       // everything but speech and events
    private static readonly Style Plain = Style.Plain;
    private static readonly Style Bold = new(decoration: Decoration.Bold);
    private static readonly Style Dim = new(decoration: Decoration.Dim);
    private static readonly Style You = Color.Teal;
    private static readonly Style Assistant = Color.Purple;
    private static readonly Style Good = Color.Green;
    private static readonly Style Warn = Color.Olive;
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

    public void AddEvent(bool sent, string name, TimeSpan at) => _events.Add(sent, Clean.OneLine(name), at);

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
    public Window Draw(int width, int height, TimeSpan elapsed)
    {
        int free = Math.Max(4, height - FixedRows);
        int speechRows = Math.Clamp(free / 2, 2, 8);
        int eventRows = Math.Clamp(free - speechRows, 2, 8);
        width = Math.Max(1, width - 2 * Margin);
        var blank = new Text(" ");
        List<IRenderable> parts =
        [
            Title(width, elapsed), blank, Connecting(), blank, Meters(width), blank,
            new Window(Speech(width, speechRows), speechRows, newest: true), blank, new Window(Events(width, eventRows), eventRows, newest: true),
        ];
        if (!IsOver)
            parts.AddRange([blank, new Text("Ctrl-C ends the call.", Dim)]);
        return new Window(new Padder(new Rows(parts), new Padding(Margin, 0)), Math.Max(1, height));
    }

    private Grid Title(int width, TimeSpan elapsed)
    {
        string time = string.Create(CultureInfo.InvariantCulture, $"{(int)elapsed.TotalMinutes}:{elapsed.Seconds:00}");
        bool isOpen = _passed[(int)ConnectStep.Channel] is not null;
        Paragraph title = new Paragraph().Append(IsOver ? "○ " : "● ", IsOver ? Dim : isOpen ? Good : Warn)
            .Append(Clean.OneLine(model), Bold).Append(" " + Clean.OneLine($"at {service}{(CallId is { } id ? $" · {id}" : "")}"), Dim);
        return Columns(width - time.Length - Margin, time.Length).AddRow(title, new Text(time, Bold));
    }

    private Grid Connecting()
    {
        Paragraph[] names = new Paragraph[Steps.Length];
        Text[] times = new Text[Steps.Length];
        foreach (ConnectStep step in Steps)
        {
            TimeSpan? at = _passed[(int)step];
            bool isSkipped = at is null && Steps.Any(later => later > step && later <= ConnectStep.Channel && _passed[(int)later] is not null);
            string mark = at is not null ? "✓ " : isSkipped ? "– " : "· ";
            names[(int)step] = new Paragraph(mark, at is not null ? Good : Dim).Append(Short(step), at is not null ? Plain : Dim);
            times[(int)step] = new Text(at is { } passed ? string.Create(CultureInfo.InvariantCulture, $"  {passed.TotalMilliseconds:0} ms") : " ", Bold);
        }
        return Columns([.. Steps.Select(_ => 9)]).AddRow(names).AddRow(times);
    }

    private Grid Meters(int width)
    {
        int waveWidth = Math.Max(1, width - NameWidth - BarWidth - NumberWidth - 3 * Margin);
        Grid meters = Columns(NameWidth - Margin, BarWidth, NumberWidth - Margin, waveWidth);
        Add("you", You, _you, _yourWave);
        Add("assistant", Assistant, _assistant, _assistantWave);
        return meters;

        void Add(string name, Style style, AudioLevel level, Waveform wave)
        {
            int filled = (int)MathF.Round(level.Bar * BarWidth);
            string number = level.Bar <= 0 ? "silent" : string.Create(CultureInfo.InvariantCulture, $"{level.RmsDbfs:0} dB").Replace('-', '−');
            meters.AddRow(new Text(name, style), new Paragraph(new string('━', filled), style).Append(new string('─', BarWidth - filled), Dim),
                new Text(number), new Text(wave.Draw(waveWidth), style));
        }
    }

    private Grid Speech(int width, int rows)
    {
        Grid speech = Columns(NameWidth - Margin, Math.Max(8, width - NameWidth));
        speech.Columns[1].NoWrap = false;
        foreach (Dialogue.Entry entry in _dialogue.Entries.TakeLast(rows))
        {
            string words = Clean.OneLine(entry.Words.ToString());
            Style style = entry.Speaker switch { Speaker.You => You, Speaker.Assistant => Assistant, _ => Warn };
            speech.AddRow(new Text(entry.Who, style), new Text(words.Length == 0 ? "…" : words));
        }
        return speech;
    }

    private Grid Events(int width, int rows)
    {
        Grid events = Columns(NameWidth - 2 * Margin, Math.Max(8, width - NameWidth + Margin));
        foreach (EventList.Entry entry in _events.Newest(rows))
        {
            events.AddRow(new Text(entry.Time, Dim).RightJustified(),
                new Paragraph(entry.Arrow, entry.Sent ? You : Assistant).Append($" {entry.Name}").Append(entry.Times, Dim));
        }
        return events;
    }

    /// <summary>Columns of so many cells, with a gap between; what does not fit is cut off.</summary>
    private static Grid Columns(params int[] widths)
    {
        var grid = new Grid();
        for (int i = 0; i < widths.Length; i++)
            grid.AddColumn(new GridColumn { Width = Math.Max(1, widths[i]), NoWrap = true, Padding = new Padding(0, 0, i < widths.Length - 1 ? Margin : 0, 0) });
        return grid;
    }

    private static string Short(ConnectStep step) => step switch
    {
        ConnectStep.FirstEvent => "event",
        ConnectStep.FirstAudio => "audio",
        _ => StepNames.Of(step),
    };
}
