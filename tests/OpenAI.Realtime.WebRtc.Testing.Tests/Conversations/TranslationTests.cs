using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Testing.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Conversations;

/// <summary>Sessions that translate, by the SDK's own client and by its loop.</summary>
public sealed class TranslationTests
{
    private static readonly TranslationSessionConfig s_intoSpanish = new() { InputTranscription = new InputTranscription { Model = "gpt-transcribe" }, OutputLanguage = "es" };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_said_is_written_down_and_said_in_the_other_language(bool byKey)
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnTranscription = (_, speech) => speech.Duration > TimeSpan.FromMilliseconds(500) ? "Good morning." : null;
        endpoint.Script.OnTranslation = (_, words, language) => $"{words} ({language})";
        await using Caller caller = await ConnectAsync(endpoint, byKey);
        Assert.Equal(("translation", "gpt-realtime-translate"), ((string?)caller.Call.Session["type"], (string?)caller.Call.Session["model"]));
        caller.Speak(RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1)));
        await caller.Loudspeaker.HeardAsync(TimeSpan.FromMilliseconds(300));
        await caller.Session.SendAsync(new SessionClose());

        Dictionary<TranscriptSource, string> texts = [];
        using var patience = new CancellationTokenSource(Caller.Patience);
        await foreach (TranscriptPiece piece in caller.Session.ReadTranscriptsAsync(patience.Token))
        {
            Assert.False(piece.IsFinal);
            Assert.NotNull(piece.At);
            texts[piece.Source] = texts.GetValueOrDefault(piece.Source) + piece.Text;
        }

        Assert.Equal("Good morning.", texts[TranscriptSource.Speech]);
        Assert.Equal("Good morning. (es)", texts[TranscriptSource.Translation]);
        await caller.Call.Completion.WaitAsync(Caller.Patience);
        Assert.All(caller.ReceivedTypes, type => Assert.StartsWith("session.", type, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_has_begun_is_translated_before_the_session_closes_though_nobody_has_paused()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await ConnectAsync(endpoint);
        caller.Speak(RealtimeTestAudio.Tone(440, TimeSpan.FromSeconds(9)));
        using var patience = new CancellationTokenSource(Caller.Patience);
        while (caller.Call.Uplink.Packets < 50)
            await Task.Delay(20, patience.Token);
        await caller.Session.SendAsync(new SessionClose());
        await caller.WaitAsync("session.closed");
        Assert.Contains("session.output_transcript.delta", caller.ReceivedTypes);
    }

    [Fact]
    public async Task The_language_can_change_and_the_model_cannot()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await ConnectAsync(endpoint);
        await caller.SendAsync("""{"type":"session.update","session":{"audio":{"output":{"language":"fr"}}}}""");
        Assert.Equal("fr", (string?)(await caller.WaitAsync("session.updated"))["session"]!["audio"]!["output"]!["language"]);
        await caller.SendAsync("""{"type":"session.update","event_id":"model","session":{"model":"another"}}""");
        Assert.Equal("session.model", (string?)(await caller.WaitAsync("error", e => (string?)e["error"]!["event_id"] == "model"))["error"]!["param"]);
        await caller.SendAsync("""{"type":"response.create","event_id":"answer"}""");
        Assert.Equal("type", (string?)(await caller.WaitAsync("error", e => (string?)e["error"]!["event_id"] == "answer"))["error"]!["param"]);
    }

    [Fact]
    public async Task A_hook_that_throws_is_told_and_the_ordinary_happens()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnTranslation = (_, _, _) => throw new InvalidOperationException("No dictionary.");
        await using Caller caller = await ConnectAsync(endpoint);
        caller.Speak(RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1)));
        Assert.Contains("No dictionary.", (string?)(await caller.WaitAsync("error"))["error"]!["message"], StringComparison.Ordinal);
        Assert.StartsWith("[es]", (string?)(await caller.WaitAsync("session.output_transcript.delta"))["delta"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_for_translations_opens_no_conversation_and_one_for_conversations_no_translation()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using var http = new HttpClient();
        OpenAIRealtimeWebRtcOptions options = Caller.Options(endpoint);
        async Task<string> MintAsync(SessionConfig session) =>
            (await new Keys.OpenAIEphemeralKeyProvider(options, http).GetKeyAsync(new Keys.EphemeralKeyRequest { Session = session.ToUtf8Json(), Dialect = RealtimeDialect.Ga })).Value;
        string translating = await MintAsync(s_intoSpanish with { Model = TranslationModel.GptRealtimeTranslate }), talking = await MintAsync(new RealtimeSessionConfig());

        await RefusedAsync(translating, new RealtimeSessionConfig());
        await RefusedAsync(talking, s_intoSpanish);

        async Task RefusedAsync(string key, SessionConfig session)
        {
            RealtimeConnectException refused = await Assert.ThrowsAsync<RealtimeConnectException>(() => Caller.ConnectAsync(endpoint, o => (o.ApiKey, o.EphemeralKey) = (null, key), o => o.Session = session));
            Assert.Equal(RealtimeFailure.KeyRefused, refused.Failure);
        }
    }

    private static Task<Caller> ConnectAsync(RealtimeTestEndpoint endpoint, bool byKey = true) =>
        Caller.ConnectAsync(endpoint, o => o.UseUnifiedInterface = !byKey, o => o.Session = s_intoSpanish);
}
