namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>A folder given where a file is wanted. Systems call that a lack of permission, which sends the reader the wrong way.</summary>
internal static class FolderGiven
{
    /// <exception cref="IOException">It is a folder.</exception>
    public static void ThrowIfFolder(string path)
    {
        if (Directory.Exists(path))
            throw new IOException($"{path} is a folder; name a file in it.");
    }
}
