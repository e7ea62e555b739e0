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
        bool onError = settings.Output == Settings.Pipe;
        bool isTerminal = onError ? !Console.IsErrorRedirected : !Console.IsOutputRedirected;
        if (OperatingSystem.IsWindows())
            Console.OutputEncoding = System.Text.Encoding.UTF8;
        Stream stream = onError ? Console.OpenStandardError() : Console.OpenStandardOutput();
        if (!isTerminal || Environment.GetEnvironmentVariable("TERM") == "dumb")
            return new PlainDisplay(stream, settings);

        bool color = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        var live = new LiveDisplay(stream, new Scene(settings.Model, settings.Service), color);
        interrupt.LastMoment = live.GiveTerminalBack;
        return live;
    }
}
