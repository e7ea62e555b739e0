using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Media;
using Spectre.Console;

namespace ConsoleVoiceChat.Display;

/// <summary>Redraws a scene in place, twelve times a second. What stood on the screen before stays.</summary>
internal sealed class LiveDisplay : IDisplay
{
    private static readonly TimeSpan LevelPeriod = TimeSpan.FromMilliseconds(20);
    private const int LevelsAFrame = 4;

    private readonly IAnsiConsole _console;
    private readonly Scene _scene;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private readonly Task _drawing;
    private SessionView? _session;
    private (int Width, int Height) _size;

    public LiveDisplay(IAnsiConsole console, Scene scene)
    {
        _console = console;
        _scene = scene;
        _size = Size();
        _drawing = RunAsync();
    }

    public void ShowStart()
    {
        // Whom it talks to stands in the title of every frame.
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

    public void ShowSession(SessionView session)
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

    public void WriteLines(IReadOnlyList<string> lines) => Try(() =>
    {
        foreach (string line in lines)
            _console.Profile.Out.Writer.WriteLine(line);
    });

    /// <summary>Draws the last frame and gives the terminal back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _drawing;
        _stop.Dispose();
    }

    public void GiveTerminalBack() => Try(() => _console.Cursor.Show());

    private async Task RunAsync()
    {
        try
        {
            await _console.Live(Frame()).StartAsync(DrawAllTheTimeAsync);
        }
        catch (IOException)
        {
            // The terminal is gone: the conversation goes on.
        }
    }

    private async Task DrawAllTheTimeAsync(LiveDisplayContext live)
    {
        using var timer = new PeriodicTimer(LevelPeriod);
        AudioLevel you = AudioLevel.Silence, assistant = AudioLevel.Silence;
        live.Refresh();
        for (int tick = 1; await NextTickAsync(timer); tick++)
        {
            if (_session is { } session)
            {
                you = Louder(you, session.InputLevel());
                assistant = Louder(assistant, session.OutputLevel());
            }
            if (tick % LevelsAFrame != 0)
                continue;
            lock (_lock)
                _scene.AddLevels(you, assistant);
            (you, assistant) = (AudioLevel.Silence, AudioLevel.Silence);
            if (Size() is var size && size != _size)
            {
                _size = size;
                _console.Clear();       // the terminal has moved the lines about
            }
            live.UpdateTarget(Frame());
        }
        lock (_lock)
            _scene.IsOver = true;
        live.UpdateTarget(Frame());
    }

    private async Task<bool> NextTickAsync(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private Window Frame()
    {
        lock (_lock)
            return _scene.Draw(_size.Width, _size.Height - 1, TimeProvider.System.GetElapsedTime(_start));
    }

    private (int Width, int Height) Size() => (_console.Profile.Width, _console.Profile.Height);

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (IOException)
        {
            // As above.
        }
    }

    private static AudioLevel Louder(AudioLevel a, AudioLevel b) => a.RmsDbfs >= b.RmsDbfs ? a : b;
}
