using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using OpenAI.Realtime.WebRtc.Packages.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Packages.Tests;

/// <summary>
/// A program that uses this SDK beside the OpenAI package opens the namespaces of both. A simple name that stands in both does not compile there, so
/// no public type of ours bears one of theirs. Assemblies are read as data: the OpenAI package is no dependency of anything here.
/// </summary>
public sealed class PublicNameTests
{
    private static readonly string[] TheirNamespaces = ["OpenAI.Realtime", "OpenAI.Responses"];

    [Fact]
    public void No_public_type_shares_its_simple_name_with_the_realtime_or_responses_part_of_the_OpenAI_package()
    {
        Dictionary<string, string> theirs = PublicTypes(OpenAIAssembly)
            .Where(t => TheirNamespaces.Contains(t.Namespace))
            .GroupBy(t => t.Name)
            .ToDictionary(g => g.Key, g => string.Join(", ", g.Select(t => t.Namespace)));
        Assert.True(theirs.Count > 300, $"Only {theirs.Count} names found in {OpenAIAssembly}.");

        string[] shared =
        [
            .. OurAssemblies().SelectMany(PublicTypes)
                .Where(t => theirs.ContainsKey(t.Name))
                .Select(t => $"{t.Namespace}.{t.Name} = {theirs[t.Name]}.{t.Name}"),
        ];
        Assert.True(shared.Length == 0, "Names that the OpenAI package has too:\n" + string.Join('\n', shared));
    }

    [Fact]
    public void The_names_of_every_package_are_looked_at()
    {
        // The adapter to SIPSorcery stands outside the solution: its packages may not be there.
        IEnumerable<string> projects = Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Select(file => Path.GetFileNameWithoutExtension(file)).Where(name => name != "OpenAI.Realtime.WebRtc.SIPSorcery");
        Assert.Equal(projects.Order(), OurAssemblies().Select(Path.GetFileNameWithoutExtension).Order()!);
        Assert.All(OurAssemblies(), a => Assert.NotEmpty(PublicTypes(a)));
    }

    private static string OpenAIAssembly { get; } = typeof(PublicNameTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "OpenAIAssembly").Value!;

    private static string[] OurAssemblies() =>
        [.. Directory.GetFiles(AppContext.BaseDirectory, "OpenAI.Realtime.WebRtc*.dll").Where(f => !f.EndsWith(".Tests.dll", StringComparison.Ordinal))];

    /// <summary>The public types of an assembly, those within public types too.</summary>
    private static List<(string Namespace, string Name)> PublicTypes(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        MetadataReader metadata = file.GetMetadataReader();
        return [.. metadata.TypeDefinitions.Select(metadata.GetTypeDefinition).Where(t => IsPublic(metadata, t)).Select(t => (Namespace(metadata, t), metadata.GetString(t.Name)))];
    }

    private static bool IsPublic(MetadataReader metadata, TypeDefinition type) => (type.Attributes & TypeAttributes.VisibilityMask) switch
    {
        TypeAttributes.Public => true,
        TypeAttributes.NestedPublic => IsPublic(metadata, metadata.GetTypeDefinition(type.GetDeclaringType())),
        _ => false,
    };

    private static string Namespace(MetadataReader metadata, TypeDefinition type) =>
        type.GetDeclaringType() is { IsNil: false } outer ? Namespace(metadata, metadata.GetTypeDefinition(outer)) : metadata.GetString(type.Namespace);
}
