using System.Runtime.ExceptionServices;
using System.Security.Cryptography;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;

/// <summary>
/// Sees every exception of this thread when it is thrown, caught or not. The engine has one excuse: AesGcm, which says "bad tag" by throwing.
/// </summary>
internal sealed class ExceptionWatch : IDisposable
{
    private readonly int _thread = Environment.CurrentManagedThreadId;

    public ExceptionWatch() => AppDomain.CurrentDomain.FirstChanceException += Note;

    public long BadTags { get; private set; }

    /// <summary>The first exception that has no excuse.</summary>
    public Exception? Unexpected { get; private set; }

    public void Dispose() => AppDomain.CurrentDomain.FirstChanceException -= Note;

    private void Note(object? sender, FirstChanceExceptionEventArgs e)
    {
        if (Environment.CurrentManagedThreadId != _thread)
            return;
        if (e.Exception is AuthenticationTagMismatchException)
            BadTags++;
        else if (e.Exception is not FuzzFailureException)
            Unexpected ??= e.Exception;
    }
}
