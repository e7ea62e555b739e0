using System.Globalization;
using System.Text;
using OpenAI.Realtime.WebRtc;

namespace ConsoleVoiceChat.Display;

/// <summary>Plain lines, for a file, a pipe or a log: steps, events by name, and what was said once it is whole.</summary>
internal sealed class PlainDisplay : IDisplay
{
    private readonly Lock _lock = new();
    private readonly Stream _stream;
    private readonly EventList _events = new(1);
    private readonly HashSet<string> _said = [];
    private readonly Settings _settings;
    private EventList.Entry? _repeating;

    public PlainDisplay(Stream stream, Settings settings)
    {
        _stream = stream;
        _settings = settings;
    }

    public void ShowStart() => Write($"Talking to {_settings.Model} at {_settings.Service}.");

    public void ShowPhase(ConnectStep step, TimeSpan at) =>
        Write($"{Seconds(at)}   {StepNames.Of(step)}");

    public void ShowEvent(bool sent, string name, TimeSpan at)
    {
        lock (_lock)
        {
            _events.Add(sent, name, at);
            EventList.Entry now = _events.Newest(1).Single();
            if (now.Count > 1)
            {
                _repeating = now;       // told when something else comes
                return;
            }
            TellRepeated();
            Write($"{Seconds(at)} {now.Arrow} {Clean.OneLine(name)}");
        }
    }

    public void ShowSession(SessionView session)
    {
    }

    public void ShowSpeech(Speaker speaker, string itemId, string words, bool isWhole)
    {
        lock (_lock)
        {
            if (isWhole && _said.Add(itemId + words))
                Write($"{(speaker == Speaker.You ? "you" : "assistant")}: {Clean.OneLine(words)}");
        }
    }

    public void ShowNote(string text) => Write($"note: {Clean.OneLine(text)}");

    public void WriteLines(IReadOnlyList<string> lines)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + Environment.NewLine)));
        try
        {
            lock (_lock)
                _stream.Write(bytes);
        }
        catch (IOException)
        {
            // Nobody reads: the conversation goes on.
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (_lock)
            TellRepeated();
        return default;
    }

    private void TellRepeated()
    {
        if (_repeating is { } entry)
            Write($"           {entry.Arrow} {Clean.OneLine(entry.Name)}{entry.Times}");
        _repeating = null;
    }

    private void Write(string line) => WriteLines([line]);

    private static string Seconds(TimeSpan at) => at.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture).PadLeft(8) + " s";
}

/// <summary>The steps of connecting, as people read them.</summary>
internal static class StepNames
{
    public static string Of(ConnectStep step) => step switch
    {
        ConnectStep.Key => "key",
        ConnectStep.Answer => "answer",
        ConnectStep.Ice => "ice",
        ConnectStep.Dtls => "dtls",
        ConnectStep.Channel => "channel",
        ConnectStep.FirstEvent => "first event",
        _ => "first audio",
    };
}
