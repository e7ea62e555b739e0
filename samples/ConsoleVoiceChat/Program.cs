using System.CommandLine;
using System.CommandLine.Invocation;
using ConsoleVoiceChat;
using ConsoleVoiceChat.Display;

// Reads the command line, runs one conversation, and turns whatever happens into an exit code and at most one line on standard error.
// What to read first: Conversation.cs, which is the use of the SDK, AgentConversation.cs, which is that of the package for agents, and LiveConversation.cs, that of the Live API.

ParseResult parsed = CommandLine.Create().Parse(args);
if (parsed.Action is ParseErrorAction)
    return Fail(new ChatException(ExitCode.BadArguments, "bad_arguments", $"{parsed.Errors[0].Message.TrimEnd('.')}. Try --help."));
if (parsed.Action is not null)
    return parsed.Invoke();     // --help, --version
if (CommandLine.ListsDevices(parsed))
    return ListDevices();

using var interrupt = new Interrupt();
try
{
    Settings settings = CommandLine.Read(parsed);
    IDisplay display = Displays.Choose(settings, interrupt);
    Report report;
    using Export? export = Export.Start();
    await using (display)
        report = await Chat.RunAsync(settings, display, interrupt.Token);
    display.WriteLines(report.Summary);
    return report.Failure is { } failure ? Fail(failure) : (int)ExitCode.Ended;
}
#pragma warning disable CA1031 // The last line of defence: a person sees one line, not a stack.
catch (Exception e)
#pragma warning restore CA1031
{
    return Fail(Failures.Explain(e));
}

static int ListDevices()
{
    try
    {
        SoundDevices.List(Console.Out);
        return (int)ExitCode.Ended;
    }
    catch (ChatException e)
    {
        return Fail(e);
    }
}

static int Fail(ChatException failure)
{
    Console.Error.WriteLine($"ConsoleVoiceChat: {Clean.OneLine(failure.Message)}");
    return (int)failure.Code;
}
