using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using OpenAI.Realtime.WebRtc.Packages.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Packages.Tests;

[Collection(PackedPackagesCollection.Name)]
public sealed class PackageContentTests(PackedPackages packages)
{
    private const string Sdk = "OpenAI.Realtime.WebRtc";

    public static TheoryData<string> Ids => [.. Repository.Packages];

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_package_holds_its_library_its_documentation_and_nothing_else(string id)
    {
        using ZipArchive package = packages.Open(id);
        string[] own = [.. package.Entries.Select(e => e.FullName).Where(name => !IsContainer(name)).Order(StringComparer.Ordinal)];
        Assert.Equal([$"{id}.nuspec", "README.md", "icon.png", $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml"], own.OrderBy(n => n, StringComparer.Ordinal));
        Assert.Equal(File.ReadAllBytes(Repository.PathOf($"src/{id}/README.md")), Bytes(package, "README.md"));

        static bool IsContainer(string name) => name is "[Content_Types].xml" || name.StartsWith("_rels/", StringComparison.Ordinal) || name.StartsWith("package/", StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_package_says_what_it_is_and_under_which_licence(string id)
    {
        XElement nuspec = packages.Nuspec(id);
        XElement licence = nuspec.Element("license")!;
        Assert.Equal("expression", licence.Attribute("type")!.Value);
        Assert.Equal("MIT", licence.Value);
        Assert.Equal("README.md", nuspec.Element("readme")!.Value);
        Assert.Equal("icon.png", nuspec.Element("icon")!.Value);
        Assert.True(nuspec.Element("description")!.Value.Length > 40);
        Assert.False(string.IsNullOrWhiteSpace(nuspec.Element("copyright")?.Value));
        Assert.Contains("webrtc", nuspec.Element("tags")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void The_engine_depends_on_nothing() => Assert.Empty(Dependencies("OpenAI.Realtime.WebRtc.Engine"));

    [Fact]
    public void A_call_depends_on_its_engine_on_Opus_in_managed_code_and_on_where_it_logs() => Assert.Equal(
        [
            ("Concentus", false),
            ("Microsoft.Extensions.Logging.Abstractions", false),
            ("OpenAI.Realtime.WebRtc.Engine", true),
        ],
        Dependencies("OpenAI.Realtime.WebRtc.Media"));

    [Fact]
    public void Devices_depend_on_the_call_alone_and_on_what_reaches_Windows_sound() => Assert.Equal(
        [
            ("Microsoft.Extensions.Logging.Abstractions", false),
            ("NAudio.Wasapi", false),
            ("OpenAI.Realtime.WebRtc.Media", true),
        ],
        Dependencies("OpenAI.Realtime.WebRtc.Devices"));

    [Fact]
    public void The_SDK_depends_on_the_call_below_it_and_on_what_it_uses_itself() => Assert.Equal(
        [
            ("Microsoft.Extensions.DependencyInjection.Abstractions", false),
            ("Microsoft.Extensions.Http", false),
            ("Microsoft.Extensions.Logging.Abstractions", false),
            ("Microsoft.Extensions.Options", false),
            ("Microsoft.Extensions.Options.ConfigurationExtensions", false),
            ("OpenAI.Realtime.WebRtc.Media", true),
        ],
        Dependencies(Sdk));

    [Fact]
    public void Agents_depend_on_the_SDK_and_on_the_words_of_Microsoft_Extensions_AI() => Assert.Equal(
        [
            ("Microsoft.Extensions.AI.Abstractions", false),
            ("Microsoft.Extensions.Logging.Abstractions", false),
            (Sdk, true),
        ],
        Dependencies("OpenAI.Realtime.WebRtc.Agents"));

    [Fact]
    public void Agents_as_grains_depend_on_Orleans() => Assert.Equal(
        [
            ("Microsoft.Orleans.Reminders", false),
            ("Microsoft.Orleans.Runtime", false),
            ("Microsoft.Orleans.Sdk", false),
            ("OpenAI.Realtime.WebRtc.Agents", true),
        ],
        Dependencies("OpenAI.Realtime.WebRtc.Orleans"));

    [Fact]
    public void The_routes_for_pages_depend_on_the_SDK_and_on_the_web_server_that_comes_with_NET()
    {
        const string id = "OpenAI.Realtime.WebRtc.AspNetCore";
        Assert.Equal([(Sdk, true)], Dependencies(id));
        Assert.Equal(["Microsoft.AspNetCore.App"], packages.Nuspec(id).Descendants("frameworkReference").Select(e => e.Attribute("name")!.Value));
    }

    [Fact]
    public void The_test_endpoint_depends_on_the_SDK_and_on_the_web_server_that_comes_with_NET()
    {
        const string id = "OpenAI.Realtime.WebRtc.Testing";
        Assert.Equal([(Sdk, true)], Dependencies(id));
        Assert.Equal(["Microsoft.AspNetCore.App"], packages.Nuspec(id).Descendants("frameworkReference").Select(e => e.Attribute("name")!.Value));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Symbols_come_in_a_package_of_their_own_and_fit_the_library(string id)
    {
        using ZipArchive package = packages.Open(id);
        using ZipArchive symbols = packages.Open(id, "snupkg");
        using var library = new PEReader(new MemoryStream(Bytes(package, $"lib/net10.0/{id}.dll")));
        using MetadataReaderProvider pdb = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(Bytes(symbols, $"lib/net10.0/{id}.pdb")));

        DebugDirectoryEntry codeView = library.ReadDebugDirectory().Single(e => e.Type == DebugDirectoryEntryType.CodeView);
        var idOfPdb = new BlobContentId(pdb.GetMetadataReader().DebugMetadataHeader!.Id);
        Assert.Equal(library.ReadCodeViewDebugDirectoryData(codeView).Guid, idOfPdb.Guid);
        Assert.Equal(codeView.Stamp, idOfPdb.Stamp);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_library_is_compiled_deterministically(string id)
    {
        using ZipArchive package = packages.Open(id);
        using var library = new PEReader(new MemoryStream(Bytes(package, $"lib/net10.0/{id}.dll")));
        Assert.Contains(library.ReadDebugDirectory(), e => e.Type == DebugDirectoryEntryType.Reproducible);
    }

    private (string Id, bool IsExact)[] Dependencies(string id) =>
    [
        .. packages.Nuspec(id).Descendants("dependency")
            .Select(e => (Id: e.Attribute("id")!.Value, IsExact: e.Attribute("version")!.Value == $"[{packages.Version}]"))
            .OrderBy(d => d.Id, StringComparer.Ordinal),
    ];

    private static byte[] Bytes(ZipArchive archive, string name)
    {
        using Stream stream = archive.GetEntry(name)!.Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }
}
