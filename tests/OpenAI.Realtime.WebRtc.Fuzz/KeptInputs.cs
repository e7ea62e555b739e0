using System.Reflection;
using System.Text;

namespace OpenAI.Realtime.WebRtc.Fuzz;

/// <summary>
/// What is kept of a target's inputs, in <c>Corpus/NAME.txt</c>: first a line that says what they are (<c># …</c>), then one input a line, in hexadecimal digits.
/// The tests replay them, and every run begins with them.
/// </summary>
internal static class KeptInputs
{
    private const string Prefix = "corpus/";

    /// <summary>The targets of which something is kept.</summary>
    public static IEnumerable<string> Names =>
        Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)).Select(n => n[Prefix.Length..]);

    public static IEnumerable<byte[]> Of(string target) =>
        Names.Contains(target) ? Inputs(Encoding.UTF8.GetString(Resource(Prefix + target))) : [];

    public static string TextOf(string target) => Encoding.UTF8.GetString(Resource(Prefix + target));

    /// <summary>The resources whose name begins so.</summary>
    public static IEnumerable<byte[]> Resources(string prefix) =>
        Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(Resource);

    /// <summary>Adds the files of a folder that are not kept yet, and says how many that were.</summary>
    public static int Add(string file, IEnumerable<byte[]> inputs)
    {
        string text = File.Exists(file) ? File.ReadAllText(file) : $"# Inputs of the target {Path.GetFileNameWithoutExtension(file)} that afl-fuzz has found.\n";
        HashSet<string> known = [.. text.Split('\n')];
        string[] added = [.. inputs.Select(Convert.ToHexString).Where(known.Add)];
        if (added.Length > 0)
            File.WriteAllText(file, text + string.Join('\n', added) + '\n');
        return added.Length;
    }

    private static IEnumerable<byte[]> Inputs(string text) =>
        text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith('#')).Select(Convert.FromHexString);

    private static byte[] Resource(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using MemoryStream content = new();
        stream.CopyTo(content);
        return content.ToArray();
    }
}
