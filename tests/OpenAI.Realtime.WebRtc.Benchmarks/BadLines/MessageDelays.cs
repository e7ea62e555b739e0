using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OpenAI.Realtime.WebRtc.Benchmarks.BadLines;

/// <summary>How long the messages of one call took that say when they left, by the one clock that all programs of a machine have.</summary>
internal sealed class MessageDelays
{
    private readonly List<double> _delays = [];

    /// <summary>Milliseconds since 1970, with a fraction, as a page has them.</summary>
    public static double Now => (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds;

    /// <summary>Looks at a message of the client's; when it is one that is measured or asks for the report, says what to answer.</summary>
    public bool TryTake(ReadOnlySpan<byte> message, out byte[]? answer)
    {
        answer = null;
        if (!message.StartsWith("{\"type\":\"benchmark."u8))
            return false;
        double now = Now;
        var reader = new Utf8JsonReader(message);
        using var json = JsonDocument.ParseValue(ref reader);
        if (json.RootElement.TryGetProperty("at", out JsonElement at))
            _delays.Add(now - at.GetDouble());
        else
            answer = Encoding.UTF8.GetBytes($$"""{"type":"benchmark.delays","delays":[{{string.Join(',', _delays.Select(d => d.ToString("0.0", CultureInfo.InvariantCulture)))}}]}""");
        return true;
    }
}
