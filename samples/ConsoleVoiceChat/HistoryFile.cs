using System.Text.Json;
using OpenAI.Realtime.WebRtc.Agents;

namespace ConsoleVoiceChat;

/// <summary>The file of --resume: the conversation of before, and at the end all of it.</summary>
internal sealed class HistoryFile : IDisposable
{
    private readonly FileStream _file;

    /// <summary>Opens it, or makes it.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="InvalidDataException">No history stands in it.</exception>
    public HistoryFile(string path)
    {
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            byte[] content = new byte[_file.Length];
            _file.ReadExactly(content);
            if (content.Length > 0)
                Before = HistorySnapshot.Read(content);
        }
        catch (JsonException e)
        {
            _file.Dispose();
            throw new InvalidDataException($"'{path}' is no conversation of this program: {e.Message}", e);
        }
    }

    /// <summary>The conversation of before; null when there was none.</summary>
    public HistorySnapshot? Before { get; }

    /// <summary>Writes the conversation down in place of the one before, which it begins with.</summary>
    /// <exception cref="ChatException">It could not be written.</exception>
    public void Save(HistorySnapshot history)
    {
        ChatException? problem = Files.Try(
            () =>
            {
                _file.SetLength(0);
                _file.Write(history.ToUtf8Json());
                _file.Flush(flushToDisk: true);
            },
            "--resume");
        if (problem is not null)
            throw problem;
    }

    public void Dispose() => _file.Dispose();
}
