using Microsoft.Playwright;

namespace OpenAI.Realtime.WebRtc.Interop.Tests.Chromium;

/// <summary>One headless Chromium for all tests of the collection. Debian's, driven by Playwright; nothing is downloaded.</summary>
public sealed class ChromiumBrowser : IAsyncLifetime
{
    public const string Path = "/usr/bin/chromium-headless-shell";

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        if (!File.Exists(Path))
            return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Path,
            // No --allow-loopback-in-peer-connection: what works here works in a user's browser.
            Args =
            [
                "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--autoplay-policy=no-user-gesture-required", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
            ],
        });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>A page with a peer in it.</summary>
    public async Task<ChromiumPeer> NewPeerAsync()
    {
        IPage page = await _browser!.NewPageAsync();
        ChromiumPeer peer = new(page);
        await page.GotoAsync("about:blank");
        await page.AddScriptTagAsync(new() { Content = await File.ReadAllTextAsync(System.IO.Path.Combine(AppContext.BaseDirectory, "Chromium", "peer.js")) });
        return peer;
    }
}

[CollectionDefinition(nameof(ChromiumBrowser))]
public sealed class ChromiumCollection : ICollectionFixture<ChromiumBrowser>;

/// <summary>A test that needs Chromium. In CI it fails where Chromium is missing; on a developer's own machine it is skipped and says so.</summary>
public sealed class ChromiumTheoryAttribute : TheoryAttribute
{
    public ChromiumTheoryAttribute() => Skip = Peers.SkipWithout(ChromiumBrowser.Path, "chromium-headless-shell");
}

public sealed class ChromiumFactAttribute : FactAttribute
{
    public ChromiumFactAttribute() => Skip = Peers.SkipWithout(ChromiumBrowser.Path, "chromium-headless-shell");
}
