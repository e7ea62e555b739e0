using System.Text;
using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Media;

namespace ConsoleVoiceChat.Display;

/// <summary>
/// Redraws a scene in place, twelve times a second: each frame goes up to the first line of the one before and writes over it, in one piece, so that nothing
/// flickers and what stood on the screen before stays.
/// </summary>
internal sealed class LiveDisplay : IDisplay
{
    private const string HideCursor = "\e[?25l";
    private const string ShowCursor = "\e[?25h";
    private const string WrapOff = "\e[?7l";
    private const string WrapOn = "\e[?7h";
    private const string ClearToEndOfLine = "\e[K";
    private const string ClearBelow = "\e[J";
    private const string ClearAll = "\e[2J\e[H";

    private static readonly TimeSpan LevelPeriod = TimeSpan.FromMilliseconds(20);
    private const int LevelsAFrame = 4;

    private readonly Stream _stream;
    private readonly Scene _scene;
    private readonly bool _color;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private readonly Task _drawing;
    private RealtimeWebRtcSession? _session;
    private (int Width, int Height) _size;
    private int _rows;

    public LiveDisplay(Stream stream, Scene scene, bool color)
    {
        _stream = stream;
        _scene = scene;
        _color = color;
        _size = Size();
        Put(HideCursor);
        Draw();
        _drawing = DrawAllTheTimeAsync();
    }

    public void ShowPhase(ConnectStep step, TimeSpan at)
    {
        lock (_lock)
            _scene.Pass(step, at);
    }

    public void ShowEvent(bool sent, string name, TimeSpan at)
    {
        lock (_lock)
            _scene.AddEvent(sent, name, at);
    }

    public void ShowSession(RealtimeWebRtcSession session)
    {
        lock (_lock)
        {
            _scene.CallId = session.CallId;
            _session = session;
        }
    }

    public void ShowSpeech(Speaker speaker, string itemId, string words, bool isWhole)
    {
        lock (_lock)
            _scene.Say(speaker, itemId, words, isWhole);
    }

    public void ShowNote(string text)
    {
        lock (_lock)
            _scene.Say(null, null, text, isWhole: true);
    }

    public void WriteLines(IReadOnlyList<string> lines) => Put(string.Concat(lines.Select(line => line + "\n")));

    /// <summary>Draws the last frame and gives the terminal back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _drawing;
        lock (_lock)
            _scene.IsOver = true;
        Draw();
        GiveTerminalBack();
        _stop.Dispose();
    }

    public void GiveTerminalBack() => Put(WrapOn + ShowCursor);

    private async Task DrawAllTheTimeAsync()
    {
        using var timer = new PeriodicTimer(LevelPeriod);
        AudioLevel you = AudioLevel.Silence, assistant = AudioLevel.Silence;
        try
        {
            for (int tick = 1; await timer.WaitForNextTickAsync(_stop.Token); tick++)
            {
                if (_session is { } session)
                {
                    you = Louder(you, session.InputLevel);
                    assistant = Louder(assistant, session.OutputLevel);
                }
                if (tick % LevelsAFrame != 0)
                    continue;
                lock (_lock)
                    _scene.AddLevels(you, assistant);
                (you, assistant) = (AudioLevel.Silence, AudioLevel.Silence);
                Draw();
            }
        }
        catch (OperationCanceledException)
        {
            // Over.
        }
    }

    private void Draw()
    {
        (int Width, int Height) size = Size();
        List<string> lines;
        lock (_lock)
            lines = _scene.Draw(size.Width - 1, size.Height - 1, _color, TimeProvider.System.GetElapsedTime(_start));

        var frame = new StringBuilder(WrapOff);
        if (size != _size)
            frame.Append(ClearAll);     // the terminal has moved the lines about
        else if (_rows > 0)
            frame.Append("\e[").Append(_rows).Append("A\r");
        foreach (string line in lines)
            frame.Append(line).Append(ClearToEndOfLine).Append("\r\n");
        frame.Append(ClearBelow).Append(WrapOn);
        _rows = lines.Count;
        _size = size;
        Put(frame.ToString());
    }

    private void Put(string text)
    {
        try
        {
            _stream.Write(Encoding.UTF8.GetBytes(text));
            _stream.Flush();
        }
        catch (IOException)
        {
            // The terminal is gone: the conversation goes on.
        }
    }

    private static AudioLevel Louder(AudioLevel a, AudioLevel b) => a.RmsDbfs >= b.RmsDbfs ? a : b;

    private static (int Width, int Height) Size()
    {
        try
        {
            return (Math.Max(20, Console.WindowWidth), Math.Max(8, Console.WindowHeight));
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or PlatformNotSupportedException)
        {
            return (80, 24);        // only standard error is a terminal
        }
    }
}
