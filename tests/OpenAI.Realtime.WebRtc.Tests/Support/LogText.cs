using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace OpenAI.Realtime.WebRtc.Tests.Support;

/// <summary>All that a log says, for tests that nothing secret stands in it.</summary>
internal static class LogText
{
    extension(FakeLogRecord record)
    {
        /// <summary>The message with its values, its exception and the scopes around it.</summary>
        public string Text => $"{record.Message} {Values(record.State)} {record.Exception} {string.Join(' ', record.Scopes.Select(Values))}";
    }

    extension(FakeLogCollector log)
    {
        public string All => string.Join('\n', log.GetSnapshot().Select(record => record.Text));

        /// <summary>A factory whose loggers write here, at every level.</summary>
        public ILoggerFactory Factory() => LoggerFactory.Create(b => b.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(log)));
    }

    private static string? Values(object? state) => state switch
    {
        IEnumerable<KeyValuePair<string, string?>> pairs => string.Join(' ', pairs),
        IEnumerable<KeyValuePair<string, object?>> pairs => $"{state} {string.Join(' ', pairs.Select(pair => $"{pair.Key}={Value(pair.Value)}"))}",
        _ => state?.ToString(),
    };

    // HTTP headers come as lists, whose own text would be the name of their type.
    private static string? Value(object? value) => value is IEnumerable<string> many ? string.Join(',', many) : value?.ToString();
}
