using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ConsoleVoiceChat;

/// <summary>Writes every event as a line of JSON: <c>{"at_ms":106.2,"direction":"received","event":{…}}</c>.</summary>
/// <remarks>
/// Each line goes to the operating system at once, so that the file is whole up to the last event when the process is killed. A disk that fills up is
/// reported at the end and does not disturb the conversation.
/// </remarks>
internal sealed class EventFile : IDisposable
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly FileStream _file;
    private readonly Timeline _timeline;
    private readonly Lock _lock = new();
    private readonly MemoryStream _line = new();
    private Exception? _trouble;
    private bool _closed;

    /// <exception cref="IOException">The file cannot be made.</exception>
    public EventFile(string path, Timeline timeline)
    {
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        _timeline = timeline;
    }

    /// <summary>Called for both directions, possibly at the same time.</summary>
    public void Write(bool sent, ReadOnlySpan<byte> utf8Json)
    {
        lock (_lock)
        {
            if (_closed || _trouble is not null)
                return;
            _line.SetLength(0);
            using (var writer = new Utf8JsonWriter(_line, Readable))
            {
                writer.WriteStartObject();
                writer.WriteNumber("at_ms", Math.Round(_timeline.Elapsed.TotalMilliseconds, 3));
                writer.WriteString("direction", sent ? "sent" : "received");
                writer.WritePropertyName("event");
                WriteEvent(writer, utf8Json);
                writer.WriteEndObject();
            }
            _line.WriteByte((byte)'\n');
            try
            {
                _file.Write(_line.GetBuffer(), 0, (int)_line.Length);
            }
            catch (IOException e)
            {
                _trouble = e;
            }
        }
    }

    /// <summary>Closes the file.</summary>
    /// <exception cref="ChatException">Not everything could be written.</exception>
    public void Close()
    {
        Dispose();
        if (_trouble is { } e)
            throw Files.Problem("--events", e);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            _file.Dispose();
        }
    }

    /// <summary>Written anew, so that an event with line breaks in it is one line as well. What is no JSON is a string.</summary>
    private static void WriteEvent(Utf8JsonWriter writer, ReadOnlySpan<byte> utf8Json)
    {
        JsonElement e;
        try
        {
            e = JsonElement.Parse(utf8Json);
        }
        catch (JsonException)
        {
            writer.WriteStringValue(Encoding.UTF8.GetString(utf8Json));
            return;
        }
        e.WriteTo(writer);
    }
}
