using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// A logger of somebody else's that cannot do harm: what it throws ends here. Log messages are written from the thread that runs connections, where an exception would end a call that has nothing
/// wrong with it.
/// </summary>
/// <remarks>Compiled into each package that logs, so that none has to show it.</remarks>
internal sealed class GuardedLogger : ILogger
{
    private readonly ILogger _inner;

    private GuardedLogger(ILogger inner) => _inner = inner;

    /// <summary>The logger, guarded; once only.</summary>
    public static ILogger Guard(ILogger logger) => logger as GuardedLogger ?? new GuardedLogger(logger);

    /// <summary>Makes a guarded logger; one that writes nowhere when it cannot be made.</summary>
    public static ILogger Create(ILoggerFactory? factory, string category)
    {
        try
        {
            return Guard((factory ?? NullLoggerFactory.Instance).CreateLogger(category));
        }
#pragma warning disable CA1031 // This is the place where the exceptions of a logger end.
        catch
#pragma warning restore CA1031
        {
            return NullLogger.Instance;
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        try
        {
            return _inner.BeginScope(state);
        }
#pragma warning disable CA1031 // This is the place where the exceptions of a logger end.
        catch
#pragma warning restore CA1031
        {
            return null;
        }
    }

    public bool IsEnabled(LogLevel logLevel)
    {
        try
        {
            return _inner.IsEnabled(logLevel);
        }
#pragma warning disable CA1031 // As above.
        catch
#pragma warning restore CA1031
        {
            return false;
        }
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        try
        {
            _inner.Log(logLevel, eventId, state, exception, formatter);
        }
#pragma warning disable CA1031 // As above.
        catch
#pragma warning restore CA1031
        {
            // A message is lost; the call is not.
        }
    }
}
