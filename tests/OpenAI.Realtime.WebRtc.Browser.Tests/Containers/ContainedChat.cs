using System.Diagnostics;
using System.Reflection;
using System.Runtime.Versioning;
using Microsoft.Playwright;
using OpenAI.Realtime.WebRtc.Browser.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace OpenAI.Realtime.WebRtc.Browser.Tests.Containers;

/// <summary>The sample as a process inside, set up by environment variables as in a container, and a Chromium outside that knows the router's address alone.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ContainedChat : IAsyncDisposable
{
    private static readonly string s_address = $"http://{PublishedPorts.PublicAddress}:{PublishedPorts.HttpPort}";

    private readonly Process _program;
    private readonly string _wrapper = Path.Combine(Path.GetTempPath(), $"chromium-outside-{Guid.NewGuid():N}");
    private readonly List<ChatPage> _pages = [];
    private IBrowser? _outside;

    private ContainedChat(PublishedPorts ports)
    {
        Ports = ports;
        string program = typeof(ContainedChat).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "AspNetVoiceChat").Value!;
        ProcessStartInfo start = new("nsenter", [ports.Inside.Entry, "dotnet", Path.GetFullPath(program)])
        {
            RedirectStandardOutput = true,
            Environment =
            {
                ["ASPNETCORE_URLS"] = $"http://0.0.0.0:{PublishedPorts.HttpPort}",
                ["AllowedHosts"] = PublishedPorts.PublicAddress,
                ["VoiceChat__UdpPorts"] = $"{PublishedPorts.UdpPort}",
                ["VoiceChat__TcpPort"] = $"{PublishedPorts.TcpPort}",
                ["VoiceChat__AnnouncedAddresses"] = PublishedPorts.PublicAddress,
            },
        };
        start.Environment.Remove("OPENAI_API_KEY");
        _program = Process.Start(start)!;
    }

    public PublishedPorts Ports { get; }

    public static async Task<ContainedChat> StartAsync(BrowserFixture browser)
    {
        ContainedChat chat = new(await PublishedPorts.CreateAsync());
        try
        {
            Assert.StartsWith("Open http://", await chat._program.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(2)), StringComparison.Ordinal);
            _ = chat._program.StandardOutput.ReadToEndAsync();
            await File.WriteAllTextAsync(chat._wrapper, $"#!/bin/sh\nexec nsenter {chat.Ports.Outside.Entry} {BrowserFixture.WholePath} \"$@\"\n");
            File.SetUnixFileMode(chat._wrapper, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            // A real host has HTTPS, without which browsers give no microphone.
            chat._outside = await browser.LaunchByAsync(chat._wrapper, $"--unsafely-treat-insecure-origin-as-secure={s_address}");
            return chat;
        }
        catch
        {
            await chat.DisposeAsync();
            throw;
        }
    }

    /// <summary>A new person outside opens the page.</summary>
    public async Task<ChatPage> OpenAsync()
    {
        IBrowserContext context = await _outside!.NewContextAsync();
        await context.AddInitScriptAsync(scriptPath: Path.Combine(AppContext.BaseDirectory, "Support", "watch.js"));
        ChatPage page = new(await context.NewPageAsync());
        _pages.Add(page);
        await page.Page.GotoAsync(s_address);
        await Expect(page.Page.Locator("#service")).Not.ToBeEmptyAsync();
        return page;
    }

    public async ValueTask DisposeAsync()
    {
        if (_outside is not null)
            await _outside.DisposeAsync();
        File.Delete(_wrapper);
        _program.Kill(entireProcessTree: true);
        await _program.WaitForExitAsync();
        _program.Dispose();
        await Ports.DisposeAsync();
        foreach (ChatPage page in _pages)
            page.AssertConsoleIsClean();
    }
}
