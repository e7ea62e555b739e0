using System.IO.Compression;
using System.Xml.Linq;

namespace OpenAI.Realtime.WebRtc.Packages.Tests.Support;

/// <summary>
/// Packs the packages into a folder of its own, restores them from there into an empty console project, and compiles into it every C# fence of the
/// documentation. Done once for all tests; each step that fails fails the tests that ask for it.
/// </summary>
/// <remarks>
/// The version is a new one each time and the packages are unpacked into a folder that is new as well, so that nothing an earlier run left behind can stand in
/// for them. Packages that are not ours are taken from the machine's own cache when they are there.
/// </remarks>
public sealed class PackedPackages : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("realtime-packages-").FullName;
    private Command? _pack;
    private Command? _build;

    public string Version { get; } = $"0.1.0-test.{DateTime.UtcNow:yyyyMMddHHmmss}.{Environment.ProcessId}";

    private string PackageFolder => Path.Combine(_folder, "packages");

    private string Consumer => Path.Combine(_folder, "consumer");

    public async Task InitializeAsync()
    {
        _pack = await PackAsync();
        if (_pack.ExitCode == 0)
            _build = await BuildConsumerAsync();
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>Opens a package.</summary>
    public ZipArchive Open(string id, string extension = "nupkg")
    {
        _pack!.ShouldSucceed();
        return ZipFile.OpenRead(Path.Combine(PackageFolder, $"{id}.{Version}.{extension}"));
    }

    /// <summary>What a package says about itself.</summary>
    public XElement Nuspec(string id)
    {
        using ZipArchive package = Open(id);
        using Stream stream = package.GetEntry($"{id}.nuspec")!.Open();
        XElement root = XElement.Load(stream);
        foreach (XElement element in root.DescendantsAndSelf())
            element.Name = element.Name.LocalName;
        return root.Element("metadata")!;
    }

    public void ShouldCompile()
    {
        _pack!.ShouldSucceed();
        _build!.ShouldSucceed();
    }

    /// <summary>Runs one program of the documentation against an endpoint of the Testing package.</summary>
    internal async Task<Command> RunAsync(string program)
    {
        ShouldCompile();
        return await Command.DotnetAsync(Consumer, TimeSpan.FromSeconds(60), environment: null, Path.Combine(Consumer, "out", "Consumer.dll"), program);
    }

    private async Task<Command> PackAsync()
    {
        string projects = string.Join(';', Repository.Packages.Select(id => Repository.PathOf($"src/{id}/{id}.csproj")));
        File.WriteAllText(Path.Combine(_folder, "pack.proj"), $"""
            <Project>
              <Target Name="Pack">
                <MSBuild Projects="{projects}" Targets="Pack" BuildInParallel="false"
                         Properties="NoBuild=true;Configuration={Repository.Configuration};Version={Version};PackageOutputPath={PackageFolder}/" />
              </Target>
            </Project>
            """);
        return await Command.DotnetAsync(_folder, TimeSpan.FromMinutes(5), null, "msbuild", "pack.proj", "-t:Pack", "-nologo", "-v:minimal", "-nodeReuse:false");
    }

    private async Task<Command> BuildConsumerAsync()
    {
        Directory.CreateDirectory(Consumer);
        Write("nuget.config", $"""
            <configuration>
              <packageSources>
                <add key="packed" value="{PackageFolder}" />
              </packageSources>
            </configuration>
            """);
        Write("Consumer.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <!-- A snippet may declare what it does not go on to use. -->
                <NoWarn>$(NoWarn);CS0168;CS0219;CS8321;CS0649;MEAI001</NoWarn>
                <RestorePackagesPath>{Path.Combine(_folder, "unpacked")}</RestorePackagesPath>
                <RestoreFallbackFolders>{GlobalPackages()}</RestoreFallbackFolders>
                <NuGetAudit>false</NuGetAudit>
                <OutputPath>out/</OutputPath>
                <AppendTargetFrameworkToOutputPath>false</AppendTargetFrameworkToOutputPath>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="OpenAI.Realtime.WebRtc" Version="{Version}" />
                <PackageReference Include="OpenAI.Realtime.WebRtc.Agents" Version="{Version}" />
                <PackageReference Include="Microsoft.Extensions.AI" Version="{Repository.VersionOf("Microsoft.Extensions.AI")}" />
                <PackageReference Include="OpenAI.Realtime.WebRtc.Devices" Version="{Version}" />
                <PackageReference Include="OpenAI.Realtime.WebRtc.Orleans" Version="{Version}" />
                <PackageReference Include="OpenAI.Realtime.WebRtc.AspNetCore" Version="{Version}" />
                <PackageReference Include="OpenAI.Realtime.WebRtc.Live" Version="{Version}" />
                <PackageReference Include="OpenAI.Realtime.WebRtc.Testing" Version="{Version}" />
              </ItemGroup>
            </Project>
            """);
        Snippet[] snippets = [.. Snippet.All()];
        foreach (Snippet snippet in snippets)
            Write($"{snippet.Identifier}.cs", ConsumerSources.Of(snippet));
        Write("Ambient.cs", ConsumerSources.Ambient);
        Write("Program.cs", ConsumerSources.EntryPoint(snippets));
        await WavExcerpt.WriteAsync(Repository.PathOf("samples/ConsoleVoiceChat/question.wav"), Path.Combine(Consumer, "question.wav"), TimeSpan.FromSeconds(2.5));
        return await Command.DotnetAsync(
            Consumer, TimeSpan.FromMinutes(5), null, "build", "Consumer.csproj", "-nologo", "-v:quiet", "-nodeReuse:false", "-p:UseSharedCompilation=false");

        void Write(string name, string text) => File.WriteAllText(Path.Combine(Consumer, name), text);
    }

    private static string? GlobalPackages()
    {
        string folder = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return Directory.Exists(folder) ? folder : null;
    }
}

[CollectionDefinition(Name)]
public sealed class PackedPackagesCollection : ICollectionFixture<PackedPackages>
{
    public const string Name = "packed packages";
}
