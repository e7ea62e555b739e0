using System.Text.Json;
using Deque.AxeCore.Commons;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace OpenAI.Realtime.WebRtc.Browser.Tests.Support;

/// <summary>One tab with the page in it, and what a person does there.</summary>
internal sealed class ChatPage
{
    public const float Patience = 30_000;

    private static readonly string s_axe = new BundledAxeScriptProvider().GetScript();

    private readonly List<string> _console = [];

    public ChatPage(IPage page)
    {
        Page = page;
        page.SetDefaultTimeout(Patience);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
                _console.Add($"{message.Type}: {message.Text} ({message.Location})");
        };
        page.PageError += (_, error) => _console.Add(error);
    }

    public IPage Page { get; }

    /// <summary>Set by a test in which a request fails on purpose: the browser itself, not the page, writes such a line.</summary>
    public bool ExpectsFailedRequests { get; set; }

    /// <summary>Set by a test in which the page asks for what its policy forbids.</summary>
    public bool ExpectsPolicyViolation { get; set; }

    public ILocator Connect => Page.Locator("#connect");

    public ILocator Status => Page.Locator("#status");

    public ILocator Failure => Page.Locator("#failure");

    public ILocator Interrupt => Page.Locator("#interrupt");

    public ILocator Mute => Page.Locator("#mute");

    public ILocator Lines => Page.Locator("#lines > li");

    public ILocator YourLines => Page.Locator("#lines > li.user");

    public ILocator TheirLines => Page.Locator("#lines > li.assistant");

    /// <summary>The tools that the host's agent, or in a call of GPT-Live the page, has called, the newest first.</summary>
    public ILocator Tools => Page.Locator("#tools > li");

    /// <summary>What the host's agent, or the page, asks.</summary>
    public ILocator Asks => Page.Locator("#asks > .ask");

    public ILocator Events(string type) => Page.Locator($"#events > li[data-type='{type}']");

    public async Task ConnectAsync(string way = "key")
    {
        await Page.Locator($"input[name=way][value={way}]").CheckAsync();
        await Connect.ClickAsync();
        await Expect(Status).ToHaveTextAsync("Connected");
    }

    /// <summary>Connects with GPT-Live.</summary>
    /// <param name="delegation">To whom work is handed over.</param>
    public async Task ConnectLiveAsync(string delegation = "client")
    {
        await ChooseLiveAsync(delegation);
        await Connect.ClickAsync();
        await Expect(Status).ToHaveTextAsync("Connected");
    }

    public async Task ChooseLiveAsync(string delegation = "client")
    {
        await Page.Locator("input[name=way][value=live]").CheckAsync();
        await Page.SelectOptionAsync("#delegation", delegation);
    }

    public async Task WriteAsync(string text)
    {
        await Page.Locator("#message").FillAsync(text);
        await Page.Locator("#send").ClickAsync();
    }

    /// <summary>The failure with this code is what the page says, aloud for who does not see it, and the page is ready for another try.</summary>
    public async Task ExpectFailureAsync(string code)
    {
        await Expect(Failure).ToBeVisibleAsync();
        await Expect(Failure).ToHaveAttributeAsync("data-code", code);
        await Expect(Failure).ToHaveAttributeAsync("role", "alert");
        await Expect(Failure.Locator(".title")).Not.ToBeEmptyAsync();
        await Expect(Failure.Locator(".advice")).Not.ToBeEmptyAsync();
        await Expect(Connect).ToHaveTextAsync("Connect");
        await ExpectAccessibleAsync();
    }

    /// <summary>axe finds nothing in the state that the page is in, as it looks now.</summary>
    public async Task ExpectAccessibleAsync()
    {
        // Brought in once a page: by its library's own call for Playwright, axe took a third of these tests' processor time.
        if (!await Page.EvaluateAsync<bool>("() => 'axe' in window"))
            await Page.EvaluateAsync(s_axe);
        string result = await Page.EvaluateAsync<string>("""
            async () => {
              await Promise.allSettled(document.getAnimations().filter((a) => a instanceof CSSTransition).map((a) => a.finished)); // a colour on its way to another is no colour to judge
              const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
              const { passes, violations } = await axe.run(document, { runOnly: rules, resultTypes: ['violations'] });
              return violations.map(v => `${v.id}: ${v.help}\n${v.nodes.map(n => `    ${n.html}\n      ${n.failureSummary}`).join('\n')}`).join('\n')
                || (passes.length > 10 ? '' : `axe has hardly looked at anything: ${passes.length} rules passed.`);
            }
            """);
        Assert.True(result == "", result);
    }

    /// <summary>Until the page plays a tone of this frequency.</summary>
    public Task HearAsync(double frequency) => UntilAsync(
        () => Page.EvaluateAsync<double>("() => watch.frequency()"), heard => Math.Abs(heard - frequency) < 12, $"to hear {frequency} Hz");

    /// <summary>Until the page plays nothing.</summary>
    public Task HearSilenceAsync() => UntilAsync(() => Page.EvaluateAsync<double>("() => watch.frequency()"), heard => heard == 0, "silence");

    public async Task<AudioReport> ReceivedAsync() =>
        JsonSerializer.Deserialize<AudioReport>(await Page.EvaluateAsync<string>("async () => JSON.stringify(await watch.received())"), JsonSerializerOptions.Web)!;

    /// <summary>Until something tall is drawn at the waveform's newest end, and the drawing moves.</summary>
    public async Task ExpectWaveAsync(string id)
    {
        await UntilAsync(() => Page.EvaluateAsync<double>($"() => watch.wave('{id}')"), tall => tall > 0.3, $"a tall wave in {id}");
        Assert.True(await Page.EvaluateAsync<bool>($"() => watch.moves('{id}')"), $"{id} does not move.");
    }

    public Task ExpectFlatWaveAsync(string id) => UntilAsync(() => Page.EvaluateAsync<double>($"() => watch.wave('{id}')"), tall => tall < 0.15, $"a flat wave in {id}");

    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> satisfies, string expectation)
    {
        using CancellationTokenSource limit = new(TimeSpan.FromMilliseconds(Patience));
        while (true)
        {
            T answer = await ask();
            if (satisfies(answer))
                return answer;
            Assert.False(limit.IsCancellationRequested, $"Expected {expectation} within {Patience / 1_000} s. Last: {answer}");
            await Task.Delay(30, CancellationToken.None);
        }
    }

    /// <summary>Nothing went wrong in the page but what the test has made go wrong.</summary>
    public void AssertConsoleIsClean() => Assert.DoesNotContain(_console, line =>
        !(ExpectsFailedRequests && line.Contains("Failed to load resource", StringComparison.Ordinal))
        && !(ExpectsPolicyViolation && line.Contains("Permissions policy violation", StringComparison.OrdinalIgnoreCase)));
}

/// <summary>What the browser counts of the audio that comes in.</summary>
internal sealed record AudioReport(long Bytes, long Packets, double Energy, double Level);
