using Spectre.Console;

namespace ConsoleVoiceChat.Display;

/// <summary>Which display fits where we run.</summary>
internal static class Displays
{
    /// <summary>
    /// Standard output belongs to the sound when --output is -: the display then goes to standard error. A terminal gets the live display, anything else
    /// plain lines.
    /// </summary>
    public static IDisplay Choose(Settings settings, Interrupt interrupt)
    {
        if (OperatingSystem.IsWindows())
            Console.OutputEncoding = System.Text.Encoding.UTF8;
        bool onError = settings.Output == Settings.Pipe;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(onError ? Console.Error : Console.Out) });
        if (!console.Profile.Out.IsTerminal || !console.Profile.Capabilities.Ansi)
            return new PlainDisplay(onError ? Console.OpenStandardError() : Console.OpenStandardOutput(), settings);

        var live = new LiveDisplay(console, new Scene(settings.Model, settings.Service));
        interrupt.LastMoment = live.GiveTerminalBack;
        return live;
    }
}
