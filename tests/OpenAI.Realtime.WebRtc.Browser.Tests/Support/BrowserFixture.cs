using Microsoft.Playwright;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;

// Each test is a call that keeps real time: they would only take it from each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace OpenAI.Realtime.WebRtc.Browser.Tests.Support;

/// <summary>Debian's Chromium without its windows, which spares two fifths of the processor time, driven by Playwright; nothing is downloaded. One with a fake microphone for all tests, and one without any for those who miss it.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    public const string Path = "/usr/bin/chromium-headless-shell";

    /// <summary>The whole one: it alone can be told to take a page without HTTPS for a safe one.</summary>
    public const string WholePath = "/usr/bin/chromium";

    /// <summary>What the microphone hears: this tone for <see cref="SpeechLength"/>, then silence, over and over.</summary>
    public const double SpeechFrequency = 880;

    public static readonly TimeSpan SpeechLength = TimeSpan.FromSeconds(1.2);
    private static readonly TimeSpan PauseLength = TimeSpan.FromSeconds(6);

    private readonly string _speech = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"voice-chat-{Environment.ProcessId}.wav");
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private IBrowser? _deviceless;

    /// <summary>Null in CI, where a missing browser is a failure; elsewhere the reason to skip.</summary>
    public static string? Skip => (File.Exists(Path) && File.Exists(WholePath)) || Environment.GetEnvironmentVariable("CI") == "true"
        ? null
        : $"{Path} or {WholePath} is not here; on Debian: apt-get install chromium chromium-headless-shell";

    public async Task InitializeAsync()
    {
        if (!File.Exists(Path))
            return;
        Assertions.SetDefaultExpectTimeout(ChatPage.Patience);
        await WriteSpeechAsync();
        _playwright = await Playwright.CreateAsync();
        _browser = await LaunchAsync(Path, SpeakingFlags);
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        if (_deviceless is not null)
            await _deviceless.DisposeAsync();
        _playwright?.Dispose();
        File.Delete(_speech);
    }

    /// <summary>A person of their own: nothing is shared with other contexts.</summary>
    public Task<IBrowserContext> NewContextAsync(BrowserNewContextOptions? options = null) => _browser!.NewContextAsync(options);

    /// <summary>A person without a microphone.</summary>
    public async Task<IBrowserContext> NewDevicelessContextAsync() => await (_deviceless ??= await LaunchAsync(Path, "--use-fake-ui-for-media-stream")).NewContextAsync();

    /// <summary>A browser of the test's own that has the microphone too, started by a program which becomes Chromium; the test disposes of it.</summary>
    /// <param name="program">What is run in place of Chromium, with its arguments.</param>
    /// <param name="more">Arguments beside the usual ones.</param>
    public Task<IBrowser> LaunchByAsync(string program, params string[] more) => LaunchAsync(program, [.. SpeakingFlags, .. more]);

    private string[] SpeakingFlags => ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", $"--use-file-for-fake-audio-capture={_speech}"];

    private Task<IBrowser> LaunchAsync(string program, params string[] more) => _playwright!.Chromium.LaunchAsync(new()
    {
        ExecutablePath = program,
        // The machine's own microphones are not for tests: neither PulseAudio nor ALSA finds any.
        Env = new Dictionary<string, string> { ["PULSE_SERVER"] = "/dev/null", ["ALSA_CONFIG_PATH"] = "/dev/null" },
        // No --allow-loopback-in-peer-connection: what works here works in a user's browser.
        Args =
        [
            "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", .. more,
        ],
    });

    // A tone that swells and fades four times a second, as syllables do: the browser's noise suppression takes a steady one for noise.
    private async Task WriteSpeechAsync()
    {
        short[] tone = RealtimeTestAudio.Tone(SpeechFrequency, SpeechLength, -12).Samples.ToArray();
        for (int i = 0; i < tone.Length; i++)
            tone[i] = (short)(tone[i] * (0.25 + 0.75 * Math.Abs(Math.Sin(Math.PI * 4 * i / 48_000))));
        using WavFileAudioSink file = new(_speech, AudioFormat.Mono48kHz);
        await file.WriteAsync(tone);
        await file.WriteAsync(RealtimeTestAudio.Silence(PauseLength).Samples);
    }
}

[CollectionDefinition(nameof(BrowserFixture))]
public sealed class BrowserCollection : ICollectionFixture<BrowserFixture>;

/// <summary>A test that needs Chromium. In CI it fails where Chromium is missing; on a developer's own machine it is skipped and says so.</summary>
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = BrowserFixture.Skip;
}

public sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute() => Skip = BrowserFixture.Skip;
}
