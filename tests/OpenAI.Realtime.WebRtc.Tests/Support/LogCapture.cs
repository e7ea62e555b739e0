using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Tests.Support;

/// <summary>Keeps all that is logged, at every level, with scopes, values and exceptions.</summary>
internal sealed class LogCapture : ILoggerProvider, ILoggerFactory
{
    public ConcurrentQueue<(LogLevel Level, EventId Id, string Text)> Entries { get; } = new();

    public string All => string.Join('\n', Entries.Select(e => e.Text));

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    // HTTP headers come as lists: a list's own text would be the name of its type, and hide what is in it.
    private static string? Text(object? value) => value is IEnumerable<string> many ? string.Join(',', many) : value?.ToString();

    private sealed class Logger(LogCapture capture) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull
        {
            capture.Entries.Enqueue((LogLevel.Trace, default, "scope " + state));
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            string values = state is IEnumerable<KeyValuePair<string, object?>> pairs ? string.Join(' ', pairs.Select(p => $"{p.Key}={Text(p.Value)}")) : "";
            capture.Entries.Enqueue((logLevel, eventId, $"{formatter(state, exception)} {values} {exception}"));
        }
    }
}
