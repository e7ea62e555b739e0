namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>libopus is not on this machine, or not where it was looked for. The message says which package has it.</summary>
public class OpusLibraryNotFoundException : DllNotFoundException
{
    /// <summary>Makes one.</summary>
    public OpusLibraryNotFoundException(string message)
        : base(message)
    {
    }
}
