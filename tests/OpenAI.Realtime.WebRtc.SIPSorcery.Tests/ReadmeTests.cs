using Microsoft.Extensions.DependencyInjection;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.SIPSorcery.Peers;

namespace OpenAI.Realtime.WebRtc.SIPSorcery.Tests;

/// <summary>The C# of the adapter's README stands here, and so compiles.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void Every_line_of_the_READMEs_code_stands_in_this_file()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "OpenAI.Realtime.WebRtc.sln")))
            root = root.Parent;
        string readme = File.ReadAllText(Path.Combine(root!.FullName, "src/OpenAI.Realtime.WebRtc.SIPSorcery/README.md"));
        string here = File.ReadAllText(Path.Combine(root.FullName, "tests/OpenAI.Realtime.WebRtc.SIPSorcery.Tests/ReadmeTests.cs"));
        string[] code = [.. readme.Split("```csharp\n").Skip(1).SelectMany(fence => fence[..fence.IndexOf("```", StringComparison.Ordinal)].Split('\n', StringSplitOptions.RemoveEmptyEntries))];
        Assert.Equal(3, code.Length);
        Assert.All(code, line => Assert.Contains(line.Trim(), here, StringComparison.Ordinal));
    }

    [Fact]
    public void Registering_them_is_enough()
    {
        var services = new ServiceCollection();
        const string key = "sk-1";
        services.AddOpenAIRealtimeWebRtc(options => options.ApiKey = key).UsePeerConnectionFactory(_ => new SIPSorceryPeerConnectionFactory());
        using ServiceProvider provider = services.BuildServiceProvider(validateScopes: true);
        Assert.NotNull(provider.GetRequiredService<RealtimeWebRtcClient>());
    }

    /// <summary>Compiled, not run: <see cref="ConversationTests"/> does the same against the endpoint.</summary>
    internal static async Task WithoutDependencyInjectionAsync(string key)
    {
        using var client = new RealtimeWebRtcClient(new() { ApiKey = key }, peerFactory: new SIPSorceryPeerConnectionFactory());
        await using var session = await client.ConnectAsync();
    }
}
