using AspNetVoiceChat;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using OpenAI.Realtime.WebRtc.AspNetCore;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Browser.Tests.Support;

/// <summary>The sample's host, on a free port, with the endpoint in it; and pages that have it open.</summary>
internal sealed class VoiceChat : IAsyncDisposable
{
    /// <summary>What the assistant's voice sounds like.</summary>
    public const double AnswerFrequency = 523;

    /// <summary>What a spoken question is answered with.</summary>
    public const string Answer = "That was one clear note and this is another";

    private readonly VoiceChatHost _host;
    private readonly List<ChatPage> _pages = [];
    private readonly List<IBrowserContext> _contexts = [];

    private VoiceChat(VoiceChatHost host) => _host = host;

    public RealtimeTestEndpoint Endpoint => _host.Endpoint!;

    public RealtimeBridge Bridge => _host.App.Services.GetRequiredService<RealtimeBridge>();

    public string Address => _host.App.Urls.First();

    /// <summary>The frequencies of what was said to the endpoint, in order.</summary>
    public List<double> Heard { get; } = [];

    public static async Task<VoiceChat> StartAsync(params string[] args)
    {
        VoiceChat? chat = null;
        RealtimeTestEndpointOptions options = new()
        {
            UseAllMediaAddresses = true,
            Script =
            {
                OnResponse = (turn, _) => ValueTask.FromResult(chat!.Reply(turn)),
            },
            LiveScript = OfflineLiveModel.CreateScript(),
        };
        options.LiveScript.OnSpeech = (session, audio) => chat!.ReplyLive(session, audio);
        chat = new VoiceChat(VoiceChatHost.Create(
            ["--urls", "http://127.0.0.1:0", "--OPENAI_API_KEY", "", "--VoiceChat:CallsPerMinute", "1000", "--VoiceChat:PathTimeout", "00:00:20",
                "--Logging:LogLevel:AspNetVoiceChat", "Warning", .. args], options));
        await chat._host.App.StartAsync();
        return chat;
    }

    /// <summary>A new person opens the page.</summary>
    public async Task<ChatPage> OpenAsync(BrowserFixture browser, BrowserNewContextOptions? options = null) => await OpenAsync(await browser.NewContextAsync(options));

    /// <summary>Somebody opens the page in a tab of theirs.</summary>
    public async Task<ChatPage> OpenAsync(IBrowserContext context, string? init = null)
    {
        if (!_contexts.Contains(context))
        {
            _contexts.Add(context);
            await context.AddInitScriptAsync(scriptPath: System.IO.Path.Combine(AppContext.BaseDirectory, "Support", "watch.js"));
        }
        if (init is not null)
            await context.AddInitScriptAsync(init);
        ChatPage page = new(await context.NewPageAsync());
        _pages.Add(page);
        await page.Page.GotoAsync(Address);
        await Assertions.Expect(page.Page.Locator("#service")).Not.ToBeEmptyAsync();
        return page;
    }

    /// <summary>Stops the host while pages are open.</summary>
    public Task StopAsync() => _host.App.StopAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (IBrowserContext context in _contexts)
            await context.DisposeAsync();
        await _host.App.DisposeAsync();
        foreach (ChatPage page in _pages)
            page.AssertConsoleIsClean();
    }

    // In a call of GPT-Live: the same sentence and tone.
    private string? ReplyLive(LiveTestSession session, RealtimeTestAudio audio)
    {
        lock (Heard)
            Heard.Add(audio.DominantFrequency);
        session.TrySay(Answer, RealtimeTestAudio.Tone(AnswerFrequency, TimeSpan.FromSeconds(2.5)));
        return null;
    }

    // What is said is answered with one sentence and a tone; what is written with itself and a tone that outlasts every wait, so that only an interruption ends it.
    private RealtimeTestReply Reply(RealtimeTestTurn turn)
    {
        if (turn.Audio is { } audio)
        {
            lock (Heard)
                Heard.Add(audio.DominantFrequency);
        }
        RealtimeTestAudio voice = RealtimeTestAudio.Tone(AnswerFrequency, TimeSpan.FromSeconds(turn.Text is null ? 2.5 : 45));
        return RealtimeTestReply.Say(turn.Text is { } text ? $"You wrote {text} and so I speak for a long while about just that" : Answer, voice);
    }
}
