namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>The Opus implementations that come with this package.</summary>
public static class OpusCodecs
{
    private static readonly Lazy<IOpusCodecFactory> Found = new(() => Choose(() => OpusLibrary.Load(path: null)));

    /// <summary>libopus where the machine has it, and Concentus where it has not. It is looked for once a process, at the first call.</summary>
    /// <exception cref="OpusLibraryNotFoundException">The environment variable <c>OPUS_LIBRARY_PATH</c> names a file that cannot be loaded.</exception>
    public static IOpusCodecFactory Auto => Found.Value;

    /// <summary>The implementation that a choice means.</summary>
    /// <param name="choice">Which.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such choice.</exception>
    /// <exception cref="OpusLibraryNotFoundException">The choice is <see cref="OpusCodecChoice.Auto"/>, and the environment variable <c>OPUS_LIBRARY_PATH</c> names a file that cannot be loaded.</exception>
    public static IOpusCodecFactory For(OpusCodecChoice choice) => choice switch
    {
        OpusCodecChoice.Auto => Auto,
        OpusCodecChoice.LibOpus => LibOpusCodecFactory.Default,
        OpusCodecChoice.Concentus => ConcentusCodecFactory.Default,
        _ => throw new ArgumentOutOfRangeException(nameof(choice), choice, "Not an Opus implementation: choose Auto, LibOpus or Concentus."),
    };

    /// <summary>The choice, with the search for libopus given from outside.</summary>
    internal static IOpusCodecFactory Choose(Action loadLibOpus)
    {
        try
        {
            loadLibOpus();
            return LibOpusCodecFactory.Default;
        }
        catch (OpusLibraryNotFoundException e) when (!e.IsOfNamedFile)      // whoever names a file wants that one, and is to learn that it is not there
        {
            return ConcentusCodecFactory.Default;
        }
    }
}
