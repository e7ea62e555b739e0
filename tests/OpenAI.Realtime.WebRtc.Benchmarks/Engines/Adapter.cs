using System.Reflection;
using System.Runtime.Loader;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Engines;

/// <summary>An assembly with an engine or a codec behind the seam, loaded by its path, so that this project never needs what it depends on.</summary>
internal sealed class Adapter
{
    private readonly Assembly _assembly;

    /// <summary>Loads it; what it depends on lies beside it.</summary>
    public Adapter(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        AssemblyLoadContext.Default.Resolving += (context, name) =>
        {
            string file = Path.Combine(folder, name.Name + ".dll");
            return File.Exists(file) ? context.LoadFromAssemblyPath(file) : null;
        };
        _assembly = AssemblyLoadContext.Default.LoadFromAssemblyPath(Path.GetFullPath(path));
    }

    /// <summary>Makes its one public implementation of a factory, with all defaults.</summary>
    public T Create<T>()
        where T : class
    {
        Type type = _assembly.GetExportedTypes().Single(t => t is { IsClass: true, IsAbstract: false } && typeof(T).IsAssignableFrom(t));
        ConstructorInfo constructor = type.GetConstructors().Single(c => c.GetParameters().All(p => p.IsOptional));
        return (T)constructor.Invoke(BindingFlags.OptionalParamBinding, null, [.. constructor.GetParameters().Select(_ => Type.Missing)], null);
    }
}
