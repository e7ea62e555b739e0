using Microsoft.Playwright;

namespace OpenAI.Realtime.WebRtc.Benchmarks.BadLines;

/// <summary>A page of Debian's Chromium that makes calls as the seed article's page does.</summary>
internal sealed class ChromiumPage : IAsyncDisposable
{
    private const string Program = "/usr/bin/chromium";

    // What both scripts begin with: from an API's base address to a peer whose channel is open.
    private const string Call = """
          const peer = new RTCPeerConnection();
          peer.addTransceiver('audio');
          const channel = peer.createDataChannel('oai-events');
          const open = new Promise((resolve, reject) => { channel.onopen = resolve; setTimeout(() => reject(new Error('timeout')), 20000); });
          const connect = async url => {
            await peer.setLocalDescription(await peer.createOffer());
            const reply = await fetch(url + '/realtime/calls', { method: 'POST', body: peer.localDescription.sdp, headers: { 'Content-Type': 'application/sdp' } });
            await peer.setRemoteDescription({ type: 'answer', sdp: await reply.text() });
            await open;
          };
        """;

    private const string ConnectScript = $$"""
        async url => {
          const start = performance.now();
        {{Call}}
          try {
            await connect(url);
            return performance.now() - start;
          } catch (e) {
            return -1;
          } finally {
            peer.close();
          }
        }
        """;

    private const string SendScript = $$"""
        async ([url, count, length, pause]) => {
        {{Call}}
          try {
            await connect(url);
            const report = new Promise(resolve => channel.onmessage = e => { if (e.data.includes('benchmark.delays')) resolve(e.data); });
            for (let i = 0; i < count; i++) {
              const head = `{"type":"benchmark.sent","at":${performance.timeOrigin + performance.now()},"text":"`;
              channel.send(head + 'x'.repeat(length - head.length - 2) + '"}');
              await new Promise(resolve => setTimeout(resolve, pause));
            }
            channel.send('{"type":"benchmark.report"}');
            return await report;
          } finally {
            peer.close();
          }
        }
        """;

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly IPage _page;

    private ChromiumPage(IPlaywright playwright, IBrowser browser, IPage page) => (_playwright, _browser, _page) = (playwright, browser, page);

    /// <summary>Starts one at an address from which it calls; null where there is no Chromium.</summary>
    public static async Task<ChromiumPage?> StartAsync(Uri home)
    {
        if (!File.Exists(Program))
        {
            Console.WriteLine($"# no {Program}: the SDK alone");
            return null;
        }

        IPlaywright playwright = await Playwright.CreateAsync();
        IBrowser browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"] });
        IPage page = await browser.NewPageAsync();
        await page.GotoAsync(home.ToString());
        return new(playwright, browser, page);
    }

    /// <summary>Makes a call and ends it; the milliseconds until its channel was open, or null.</summary>
    public async Task<double?> ConnectAsync(Uri endpoint)
    {
        double ms = await _page.EvaluateAsync<double>(ConnectScript, endpoint.ToString());
        return ms < 0 ? null : ms;
    }

    /// <summary>Makes a call, sends messages that say when they left, and returns the server's report.</summary>
    public Task<string> SendAsync(Uri endpoint, int messages, int length, TimeSpan pause) =>
        _page.EvaluateAsync<string>(SendScript, new object[] { endpoint.ToString(), messages, length, pause.TotalMilliseconds });

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
