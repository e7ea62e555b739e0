using System.CommandLine;
using System.Runtime.InteropServices;
using MeetingNotes;
using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Devices;

// What to read first: Meeting.cs, which is the use of the SDK.

ParseResult parsed = CommandLine.Create().Parse(args);
if (parsed.Errors.Count > 0)
    return Fail(2, $"{parsed.Errors[0].Message.TrimEnd('.')}. Try --help.");
if (parsed.Action is not null)
    return parsed.Invoke();     // --help, --version

using var interrupted = new CancellationTokenSource();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    return await Meeting.RunAsync(CommandLine.Read(parsed), interrupted.Token);
}
catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
{
    return 0;       // the person has heard enough
}
catch (Exception e) when (e is RealtimeException or AudioDeviceException or IOException or UnauthorizedAccessException or InvalidDataException)
{
    return Fail(1, e.Message);
}

// The second signal does what signals do.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = !interrupted.IsCancellationRequested;
    _ = interrupted.CancelAsync();
}

static int Fail(int code, string message)
{
    Console.Error.WriteLine($"MeetingNotes: {message.ReplaceLineEndings(" ")}");
    return code;
}
