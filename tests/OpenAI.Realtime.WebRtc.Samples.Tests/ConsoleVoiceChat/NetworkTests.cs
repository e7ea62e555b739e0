using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Samples.Tests.Support;
using OpenAI.Realtime.WebRtc.Testing;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Samples.Tests.ConsoleVoiceChat;

/// <summary>The program in a network whose kernel drops UDP, and where it is told what to use.</summary>
public sealed class NetworkTests
{
    [BlockedNetworkTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_UDP_is_blocked_the_conversation_is_held_over_TCP(bool silently)
    {
        using var folder = new TestFolder();
        using SampleProgram program = BlockedNetwork.Start(folder, silently, "--stats", "stats.json");
        SampleProgram.Ended ended = await program.WaitAsync();
        Assert.True(ended.ExitCode == 0, ended.ToString());
        JsonObject stats = RunFiles.ReadStats(folder.File("stats.json"));
        Assert.Equal("tcp", stats["path"]!["transport"]!.GetValue<string>());
        Assert.Equal("reply_played", stats["ended"]!.GetValue<string>());
        Assert.True(stats["audio"]!["received_packets"]!.GetValue<long>() > 50, stats.ToString());
        Assert.Contains("tcp, 127.0.0.1:", ended.Text, StringComparison.Ordinal);
    }

    [BlockedNetworkFact]
    public async Task Where_UDP_is_blocked_and_nothing_else_allowed_the_end_says_what_was_tried()
    {
        using var folder = new TestFolder();
        using SampleProgram program = BlockedNetwork.Start(folder, silently: true, "--network", "udp");
        SampleProgram.Ended ended = await program.WaitAsync();
        Assert.True(ended.ExitCode == 7, ended.ToString());
        Assert.Contains("UDP: 1 pair(s)", ended.Error, StringComparison.Ordinal);
        Assert.Contains("0 answered", ended.Error, StringComparison.Ordinal);
        Assert.Contains("TCP: no pair", ended.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public async Task The_network_that_is_asked_for_is_used_and_told(string network)
    {
        using var folder = new TestFolder();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync(new RealtimeTestEndpointOptions { TcpPort = 0 });
        SampleProgram.Ended ended = await SampleProgram.RunAsync(folder, endpoint, "--network", network, "--stats", "stats.json", "--seconds", "2", "--output", "none");
        Assert.True(ended.ExitCode == 0, ended.ToString());
        JsonObject path = RunFiles.ReadStats(folder.File("stats.json"))["path"]!.AsObject();
        Assert.Equal(["local", "proxy", "remote", "transport"], path.Select(m => m.Key).Order());
        Assert.Equal(network, path["transport"]!.GetValue<string>());
        Assert.Null(path["proxy"]);
    }

    [Fact]
    public async Task The_systems_proxy_with_its_credentials_carries_the_call()
    {
        using var folder = new TestFolder();
        await using var proxy = new TestProxy(ProxyManner.Connects, credential: "user@work:s3cr/t");
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync(new RealtimeTestEndpointOptions { TcpPort = 0 });
        string known = new UriBuilder(proxy.Address) { UserName = "user%40work", Password = "s3cr%2Ft" }.Uri.ToString();
        using SampleProgram program = SampleProgram.Start(folder, "env",
        [
            "HTTPS_PROXY=" + known, "dotnet", SampleProgram.Path,
            "--endpoint", endpoint.BaseAddress.ToString(), "--api-key", endpoint.ApiKey, "--network", "tcp", "--stats", "stats.json", "--seconds", "2", "--output", "none",
        ]);
        SampleProgram.Ended ended = await program.WaitAsync();
        Assert.True(ended.ExitCode == 0, ended.ToString());
        Assert.Equal(proxy.Address.ToString().TrimEnd('/'), RunFiles.ReadStats(folder.File("stats.json"))["path"]!["proxy"]!.GetValue<string>());
        Assert.Equal([false, true], proxy.Requests.Select(r => r.Authorization is not null));
        Assert.DoesNotContain("s3cr", ended.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://proxy.example:3128")]
    [InlineData("socks5://user:secret@proxy.example")]
    [InlineData("proxy")]
    public async Task A_proxy_of_another_kind_is_refused_without_telling_its_password(string proxy)
    {
        using var folder = new TestFolder();
        SampleProgram.Ended ended = await SampleProgram.RunAsync(folder, "--proxy", proxy);
        Assert.Equal(2, ended.ExitCode);
        Assert.Contains("--proxy is an address such as http://proxy.example:3128", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", ended.Error, StringComparison.Ordinal);
    }
}
