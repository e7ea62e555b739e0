using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Packages.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Packages.Tests;

/// <summary>The web sample as its Dockerfile publishes it, without Docker: compiled without a warning, it needs nothing that its base image lacks, and holds a bridged call there.</summary>
[Collection(PublishCollection.Name)]
public sealed class ContainerImageTests(ContainerImage image) : IClassFixture<ContainerImage>
{
    [ContainerImageFact]
    public async Task It_is_a_program_with_its_page_and_needs_no_library_that_the_base_image_lacks()
    {
        (await image.MakeAsync()).ShouldSucceedWithoutWarning();
        Assert.Equal(["AspNetVoiceChat", "appsettings.json", "wwwroot"], Directory.GetFileSystemEntries(image.App).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(image.MissingLibraries);
    }

    [ContainerImageFact]
    public async Task It_holds_a_bridged_call_where_there_is_nothing_else()
    {
        (await image.MakeAsync()).ShouldSucceedWithoutWarning();
        // No shell, no .NET, nothing that it could write to, a user without rights; not even the /proc that a container has.
        ProcessStartInfo start = new("unshare", [$"--root={image.Root}", "--wd=/app", "--setgid=1654", "--setuid=1654", "./AspNetVoiceChat"]) { RedirectStandardOutput = true };
        start.Environment.Clear();
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        using Process program = Process.Start(start)!;
        try
        {
            string line = await program.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)) ?? "";
            Assert.StartsWith("Open http://127.0.0.1:", line, StringComparison.Ordinal);
            _ = program.StandardOutput.ReadToEndAsync();
            using HttpClient http = new() { BaseAddress = new Uri(line.Split(' ')[1]) };
            Assert.Contains("<title>", await http.GetStringAsync("/"), StringComparison.Ordinal);
            Assert.Equal("not_sdp", await CodeOfAsync(await http.PostAsync("/bridge", Offer("nonsense"))));
            Assert.Contains("My tool says:", await AskForTheTimeAsync(http), StringComparison.Ordinal);
        }
        finally
        {
            program.Kill(entireProcessTree: true);
            await program.WaitForExitAsync();
        }
    }

    [Fact]
    public void The_ports_are_the_same_inside_and_outside()
    {
        string compose = Repository.Read("samples/AspNetVoiceChat/compose.yaml");
        string http = Setting("ASPNETCORE_URLS=http://0.0.0.0:"), udp = Setting("VoiceChat__UdpPorts="), tcp = Setting("VoiceChat__TcpPort=");
        Assert.Contains($"\nEXPOSE {http}/tcp {udp}/udp {tcp}/tcp\n", ContainerImage.Dockerfile, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{http}:{http}/tcp\"", compose, StringComparison.Ordinal);
        Assert.Contains($"\"{udp}:{udp}/udp\"", compose, StringComparison.Ordinal);
        Assert.Contains($"\"{tcp}:{tcp}/tcp\"", compose, StringComparison.Ordinal);

        static string Setting(string name) => Regex.Match(ContainerImage.Dockerfile, Regex.Escape(name) + "([0-9]+)").Groups[1].Value;
    }

    private static ByteArrayContent Offer(string sdp) => new(Encoding.UTF8.GetBytes(sdp)) { Headers = { ContentType = new MediaTypeHeaderValue("application/sdp") } };

    // What a program is to know of a problem; a native host has no reflection to write it with.
    private static async Task<string?> CodeOfAsync(HttpResponseMessage response)
    {
        using (response)
            return (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["code"];
    }

    // A page that writes a question, and reads until the answer has been said.
    private static async Task<string> AskForTheTimeAsync(HttpClient http)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(1));
        await using IPeerConnection page = new PeerConnectionFactory().Create(new PeerConnectionOptions { IncludeLoopback = true });
        using HttpResponseMessage response = await http.PostAsync("/bridge", Offer(await page.CreateOfferAsync(patience.Token)), patience.Token);
        string answer = await response.Content.ReadAsStringAsync(patience.Token);
        Assert.True(response.IsSuccessStatusCode, answer);
        page.SetAnswer(answer);
        await page.ConnectAsync(patience.Token);
        foreach (string json in new[]
        {
            """{"type":"conversation.item.create","item":{"type":"message","role":"user","content":[{"type":"input_text","text":"What time is it?"}]}}""",
            """{"type":"response.create"}""",
        })
        {
            await page.Messages.SendAsync(Encoding.UTF8.GetBytes(json), MessageKind.Text, patience.Token);
        }
        while (await page.Messages.ReceiveAsync(patience.Token) is { } message)
        {
            using (message)
            {
                JsonNode e = JsonNode.Parse(message.Memory.Span)!;
                if ((string?)e["type"] == "response.output_audio_transcript.done")
                    return (string?)e["transcript"] ?? "";
            }
        }
        return "The call ended before there was an answer.";
    }
}
