namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>libopus is not on this machine, or the file that is named for it cannot be loaded. The message says which package has it, or which name to correct.</summary>
public class OpusLibraryNotFoundException : DllNotFoundException
{
    /// <summary>Makes one.</summary>
    public OpusLibraryNotFoundException(string message)
        : base(message)
    {
    }

    /// <summary>Whether somebody named the file. Then no other codec takes its place unasked.</summary>
    internal bool IsOfNamedFile { get; init; }
}
