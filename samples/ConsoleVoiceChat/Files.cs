namespace ConsoleVoiceChat;

/// <summary>What goes wrong with files, as the program says it.</summary>
internal static class Files
{
    /// <summary>Opens a file, or says which option's could not be opened.</summary>
    /// <exception cref="ChatException">It could not.</exception>
    public static T Open<T>(Func<T> open, string option)
    {
        try
        {
            return open();
        }
        catch (Exception e) when (IsFileProblem(e))
        {
            throw Problem(option, e);
        }
    }

    /// <summary>Does something with a file; returns what went wrong, or null.</summary>
    public static ChatException? Try(Action work, string option)
    {
        try
        {
            work();
            return null;
        }
        catch (Exception e) when (IsFileProblem(e))
        {
            return Problem(option, e);
        }
    }

    public static ChatException Problem(string option, Exception e) => new(ExitCode.FileProblem, "file_problem", $"{option}: {e.Message}", e);

    private static bool IsFileProblem(Exception e) =>
        e is IOException or UnauthorizedAccessException or InvalidDataException or ArgumentException or NotSupportedException;
}
