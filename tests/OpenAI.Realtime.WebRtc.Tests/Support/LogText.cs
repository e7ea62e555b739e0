using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace OpenAI.Realtime.WebRtc.Tests.Support;

/// <summary>All that a log says, for tests that nothing secret stands in it.</summary>
internal static class LogText
{
    extension(FakeLogRecord record)
    {
        /// <summary>
        /// The message with its values, its exception and the scopes around it. Of HttpClientFactory's own log the message alone: it redacts headers in the
        /// text, but hands every provider their values in the clear.
        /// </summary>
        public string Text => $"{record.Message} {(IsOfHttpClientFactory(record) ? "" : Values(record.State))} {record.Exception} {string.Join(' ', record.Scopes.Select(Values))}";
    }

    extension(FakeLogCollector log)
    {
        public string All => string.Join('\n', log.GetSnapshot().Select(record => record.Text));

        /// <summary>A factory whose loggers write here, at every level.</summary>
        public ILoggerFactory Factory() => LoggerFactory.Create(b => b.SetMinimumLevel(LogLevel.Trace).AddProvider(new FakeLoggerProvider(log)));
    }

    private static bool IsOfHttpClientFactory(FakeLogRecord record) => record.Category?.StartsWith("System.Net.Http.HttpClient.", StringComparison.Ordinal) == true;

    private static string? Values(object? state) => state switch
    {
        IEnumerable<KeyValuePair<string, string?>> pairs => string.Join(' ', pairs),
        IEnumerable<KeyValuePair<string, object?>> pairs => $"{state} {string.Join(' ', pairs)}",
        _ => state?.ToString(),
    };
}
