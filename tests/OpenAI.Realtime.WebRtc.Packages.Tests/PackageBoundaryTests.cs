using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;
using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.AspNetCore;
using OpenAI.Realtime.WebRtc.Devices;
using OpenAI.Realtime.WebRtc.Engine.Peer;
using OpenAI.Realtime.WebRtc.Live;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Orleans;
using OpenAI.Realtime.WebRtc.Packages.Tests.Support;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Packages.Tests;

/// <summary>No package sees the internals of another: what it needs of one is public there, or stands in the wrong package.</summary>
public sealed class PackageBoundaryTests
{
    private const string Attribute = "InternalsVisibleTo";
    private const string LivePackage = "OpenAI.Realtime.WebRtc.Live";

    /// <summary>Every project below <c>src</c>, the adapter outside the solution included.</summary>
    public static TheoryData<string> Projects =>
        [.. Directory.GetFiles(Repository.PathOf("src"), "*.csproj", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Repository.Root, path)).Order(StringComparer.Ordinal)];

    public static TheoryData<Assembly> Assemblies =>
        [typeof(WebRtcPeer).Assembly, typeof(MediaPort).Assembly, typeof(AudioDevices).Assembly, typeof(RealtimeWebRtcClient).Assembly, typeof(VoiceAgent).Assembly, typeof(RealtimeBridge).Assembly, typeof(LiveWebRtcClient).Assembly,
            typeof(RealtimeTestEndpoint).Assembly, typeof(ICallAgent).Assembly];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_shows_its_internals_to_tests_benchmarks_and_the_fuzz_only(string project) => Assert.Empty(Strangers(Repository.Read(project)));

    // Whatever way the attribute came in: a project file, a props file, or the source.
    [Theory]
    [MemberData(nameof(Assemblies))]
    public void So_does_the_assembly_that_is_made_of_it(Assembly assembly)
    {
        string[] friends = [.. assembly.GetCustomAttributes<InternalsVisibleToAttribute>().Select(friend => friend.AssemblyName.Split(',')[0])];
        Assert.NotEmpty(friends);       // the attributes are looked at
        Assert.All(friends, friend => Assert.True(IsTest(friend), friend));
    }

    /// <summary>The packages that a program of the Realtime API may build upon.</summary>
    public static TheoryData<string> RealtimePackages => [.. Repository.Packages.Where(package => package != LivePackage)];

    [Theory]
    [MemberData(nameof(RealtimePackages))]
    public void Nothing_of_Live_is_in_a_program_that_uses_only_Realtime(string package) => Assert.DoesNotContain(LivePackage, BuiltUpon(package));

    [Fact]
    public void What_Live_is_built_upon_is_found()
    {
        Assert.Equal(
            ["OpenAI.Realtime.WebRtc", "OpenAI.Realtime.WebRtc.Agents", "OpenAI.Realtime.WebRtc.Engine", "OpenAI.Realtime.WebRtc.Media"],
            BuiltUpon(LivePackage).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(((IEnumerable<object[]>)Assemblies).Select(row => (Assembly)row[0]).Where(assembly => assembly.GetName().Name != LivePackage),
            assembly => assembly.GetReferencedAssemblies().Any(reference => reference.Name == LivePackage));
    }

    [Fact]
    public void The_rule_finds_a_package_among_tests()
    {
        const string Project = """
            <Project Sdk="Microsoft.NET.Sdk">
              <ItemGroup>
                <InternalsVisibleTo Include="OpenAI.Realtime.WebRtc.Tests" />
                <InternalsVisibleTo Include="OpenAI.Realtime.WebRtc.Benchmarks; OpenAI.Realtime.WebRtc.Agents" />
                <InternalsVisibleTo Include="OpenAI.Realtime.WebRtc.AspNetCore" Condition="'$(Configuration)' == 'Debug'" />
              </ItemGroup>
              <ItemGroup>
                <AssemblyAttribute Include="System.Runtime.CompilerServices.InternalsVisibleTo"><_Parameter1>OpenAI.Realtime.WebRtc.Live, PublicKey=00</_Parameter1></AssemblyAttribute>
              </ItemGroup>
            </Project>
            """;
        Assert.Equal(["OpenAI.Realtime.WebRtc.Agents", "OpenAI.Realtime.WebRtc.AspNetCore", "OpenAI.Realtime.WebRtc.Live"], Strangers(Project));
    }

    /// <summary>The projects that a package references, and those that they reference.</summary>
    private static HashSet<string> BuiltUpon(string package)
    {
        HashSet<string> found = [];
        foreach (XElement reference in XDocument.Parse(Repository.Read($"src/{package}/{package}.csproj")).Descendants("ProjectReference"))
        {
            string name = Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!);
            found.Add(name);
            found.UnionWith(BuiltUpon(name));
        }
        return found;
    }

    /// <summary>Who sees the internals of a project, and is neither a test, a benchmark nor the fuzz.</summary>
    private static string[] Strangers(string project)
    {
        XElement[] items = [.. XDocument.Parse(project).Descendants()];
        IEnumerable<string> named = items.Where(item => item.Name.LocalName == Attribute).SelectMany(item => ((string?)item.Attribute("Include") ?? "").Split(';'));
        IEnumerable<string> spelled = items.Where(item => item.Name.LocalName == "AssemblyAttribute" && ((string?)item.Attribute("Include") ?? "").Contains(Attribute, StringComparison.Ordinal))
            .SelectMany(item => item.Elements()).Select(parameter => parameter.Value);
        return [.. named.Concat(spelled).Select(name => name.Split(',')[0].Trim()).Where(name => name.Length > 0 && !IsTest(name))];
    }

    private static bool IsTest(string name) => name.EndsWith(".Tests", StringComparison.Ordinal) || name.EndsWith(".Benchmarks", StringComparison.Ordinal)
        || name.EndsWith(".Fuzz", StringComparison.Ordinal);
}
