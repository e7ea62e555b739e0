namespace OpenAI.Realtime.WebRtc.Samples.Tests.Support;

/// <summary>A folder of one test's own.</summary>
internal sealed class TestFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("console-voice-chat-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
