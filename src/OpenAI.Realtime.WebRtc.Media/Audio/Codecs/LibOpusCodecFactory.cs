namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// The reference Opus codec, libopus, called directly. Its ordinary package is enough; where it is missing, the exception names the package
/// for each system. The environment variable <c>OPUS_LIBRARY_PATH</c> can name the file.
/// </summary>
public sealed class LibOpusCodecFactory : IOpusCodecFactory
{
    private readonly string? _libraryPath;

    /// <summary>Makes one. Nothing is loaded before the first codec is made.</summary>
    /// <param name="libraryPath">
    /// The library's file; no other is tried, and one that cannot be loaded is an <see cref="OpusLibraryNotFoundException"/>. Default: null, the file that <c>OPUS_LIBRARY_PATH</c> names, or else
    /// its usual names. A process loads libopus once: a path given after that has no effect.
    /// </param>
    public LibOpusCodecFactory(string? libraryPath = null) => _libraryPath = libraryPath;

    /// <summary>One that finds the library by its usual names.</summary>
    public static LibOpusCodecFactory Default { get; } = new();

    /// <inheritdoc/>
    public string Name => "libopus";

    /// <summary>Loads libopus and says which one: the name it was found by, and its version.</summary>
    /// <exception cref="OpusLibraryNotFoundException">It is missing, or the file that is named cannot be loaded.</exception>
    public string Describe()
    {
        OpusLibrary.Load(_libraryPath);
        return $"{OpusNative.Version()} ({OpusLibrary.LoadedName})";
    }

    /// <inheritdoc/>
    public IOpusEncoder CreateEncoder(OpusEncoderOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        OpusLibrary.Load(_libraryPath);
        return new LibOpusEncoder(options);
    }

    /// <inheritdoc/>
    public IOpusDecoder CreateDecoder()
    {
        OpusLibrary.Load(_libraryPath);
        return new LibOpusDecoder();
    }
}
