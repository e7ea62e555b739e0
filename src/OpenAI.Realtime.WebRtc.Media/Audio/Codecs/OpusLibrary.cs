using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.InteropServices;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// Finds libopus. It is loaded once a process, under whichever of its names is there: the -dev package, which alone has the plain name
/// on Linux, is not needed.
/// </summary>
internal static class OpusLibrary
{
    /// <summary>The library's name in our <c>LibraryImport</c>s.</summary>
    public const string ImportName = "opus";

    /// <summary>An environment variable that names the library's file. It is heeded where the caller names none; then nothing else is tried.</summary>
    public const string PathVariable = "OPUS_LIBRARY_PATH";

    private static readonly Lock Gate = new();
    private static nint _handle;
    private static string? _name;
    private static bool _resolverSet;

    /// <summary>The name under which the library was found; null before.</summary>
    public static string? LoadedName => Volatile.Read(ref _name);

    /// <summary>Loads the library unless it is loaded.</summary>
    /// <param name="path">The file, and no other; null to look for it.</param>
    /// <exception cref="OpusLibraryNotFoundException">It is nowhere; the message says what was tried and which package has it. Or the file that is named cannot be loaded.</exception>
    public static void Load(string? path)
    {
        if (Volatile.Read(ref _name) is not null)
            return;
        lock (Gate)
        {
            if (_handle != 0)
                return;
            (nint handle, string name) = Find(path, Environment.GetEnvironmentVariable(PathVariable), CurrentPlatform(), NativeLoad);
            if (!_resolverSet)
            {
                NativeLibrary.SetDllImportResolver(typeof(OpusLibrary).Assembly, Resolve);
                _resolverSet = true;
            }

            _handle = handle;
            Volatile.Write(ref _name, name);
        }
    }

    /// <summary>
    /// The library by the file that is named, or by one of its usual names. A named file that cannot be loaded is not passed over: whoever names one wants that one, and would otherwise not learn that
    /// another runs.
    /// </summary>
    /// <exception cref="OpusLibraryNotFoundException">There is none.</exception>
    internal static (nint Handle, string Name) Find(string? path, string? fromEnvironment, OSPlatform platform, Func<string, nint> load)
    {
        (string? file, string by) = !string.IsNullOrWhiteSpace(path) ? (path, $"{nameof(LibOpusCodecFactory)} was given") : (fromEnvironment, $"the environment variable {PathVariable} names");
        bool isNamed = !string.IsNullOrWhiteSpace(file);
        string[] names = isNamed ? [file!] : [.. Candidates(platform)];
        return TryFind(names, load, out nint handle, out string? name)
            ? (handle, name)
            : throw new OpusLibraryNotFoundException(isNamed ? NotLoadedMessage(file!, by) : NotFoundMessage(names)) { IsOfNamedFile = isNamed };
    }

    /// <summary>Its usual names, in the order in which they are tried.</summary>
    internal static IEnumerable<string> Candidates(OSPlatform platform)
    {
        if (platform == OSPlatform.Windows)
        {
            yield return "opus.dll";
            yield return "libopus-0.dll";       // as MSYS2 and MinGW call it
            yield return "libopus.dll";
        }
        else if (platform == OSPlatform.OSX)
        {
            yield return "libopus.0.dylib";
            yield return "libopus.dylib";
            yield return "/opt/homebrew/lib/libopus.0.dylib";       // Homebrew on Apple silicon; not on the loader's own path
            yield return "/usr/local/lib/libopus.0.dylib";          // Homebrew on Intel
            yield return "/opt/local/lib/libopus.0.dylib";          // MacPorts
        }
        else
        {
            yield return "libopus.so.0";        // the one that the ordinary package has
            yield return "libopus.so";
        }

        yield return "libopus";
        yield return "opus";
    }

    /// <summary>The first of the names that loads.</summary>
    internal static bool TryFind(IEnumerable<string> names, Func<string, nint> load, out nint handle, [NotNullWhen(true)] out string? name)
    {
        foreach (string candidate in names)
        {
            handle = load(candidate);
            if (handle != 0)
            {
                name = candidate;
                return true;
            }
        }

        handle = 0;
        name = null;
        return false;
    }

    private static string NotLoadedMessage(string file, string by) =>
        $"libopus cannot be loaded from '{file}', which {by}. Does the file exist, is it libopus, and of the program's architecture? "
        + "Correct the name, or leave it out: libopus is then looked for under its usual names.";

    internal static string NotFoundMessage(IReadOnlyCollection<string> tried) =>
        "The Opus codec library (libopus) was not found. Install it: "
        + "Debian and Ubuntu: apt-get install libopus0. Alpine: apk add opus. Fedora: dnf install opus. macOS: brew install opus. "
        + "Windows: put opus.dll of the program's architecture beside it, from vcpkg (vcpkg install opus), from MSYS2 "
        + "(mingw-w64-x86_64-opus, libopus-0.dll) or built from opus-codec.org's source. "
        + $"Or name its file in the environment variable {PathVariable}. Tried: {string.Join(", ", tried)}.";

    private static OSPlatform CurrentPlatform() =>
        OperatingSystem.IsWindows() ? OSPlatform.Windows
        : OperatingSystem.IsMacOS() || OperatingSystem.IsIOS() || OperatingSystem.IsMacCatalyst() ? OSPlatform.OSX
        : OSPlatform.Linux;

    private static nint NativeLoad(string name)
    {
        // First beside the program and its packages' native assets, then where the system's loader looks.
        if (NativeLibrary.TryLoad(name, typeof(OpusLibrary).Assembly, searchPath: null, out nint handle))
            return handle;
        return NativeLibrary.TryLoad(name, out handle) ? handle : 0;
    }

    private static nint Resolve(string libraryName, Assembly assembly, DllImportSearchPath? searchPath) =>
        libraryName == ImportName ? _handle : 0;
}
