using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;
using OpenAI.Realtime.WebRtc.Agents;
using OpenAI.Realtime.WebRtc.AspNetCore;
using OpenAI.Realtime.WebRtc.Engine.Peer;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Orleans;
using OpenAI.Realtime.WebRtc.Packages.Tests.Support;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Packages.Tests;

/// <summary>No package sees the internals of another: what it needs of one is public there, or stands in the wrong package.</summary>
public sealed class PackageBoundaryTests
{
    private const string Attribute = "InternalsVisibleTo";

    /// <summary>Every project below <c>src</c>, the adapter outside the solution included.</summary>
    public static TheoryData<string> Projects =>
        [.. Directory.GetFiles(Repository.PathOf("src"), "*.csproj", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Repository.Root, path)).Order(StringComparer.Ordinal)];

    public static TheoryData<Assembly> Assemblies =>
        [typeof(WebRtcPeer).Assembly, typeof(MediaPort).Assembly, typeof(RealtimeWebRtcClient).Assembly, typeof(VoiceAgent).Assembly, typeof(RealtimeBridge).Assembly, typeof(RealtimeTestEndpoint).Assembly, typeof(ICallAgent).Assembly];

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
