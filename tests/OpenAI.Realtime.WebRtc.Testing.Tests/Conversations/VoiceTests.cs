using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Testing.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Conversations;

/// <summary>
/// Whole conversations, at real pace. A machine that holds the caller up for longer than a turn's silence makes two turns of one, so these look at the first; exact times are in
/// <see cref="VoiceTimingTests"/>.
/// </summary>
public sealed class VoiceTests
{
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task What_the_caller_says_is_noticed_written_down_honestly_and_played_back()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint, configureCall: o => o.Session = new RealtimeSessionConfig
        {
            InputTranscription = new InputTranscription(),
            TurnDetection = new ServerVad { SilenceDuration = TimeSpan.FromSeconds(2) },
        });

        caller.Speak(RealtimeTestAudio.Tone(710, OneSecond));
        JsonNode started = await caller.WaitAsync("input_audio_buffer.speech_started");
        JsonNode stopped = await caller.WaitAsync("input_audio_buffer.speech_stopped");
        await caller.WaitAsync("response.done");
        await caller.Loudspeaker.HeardAsync(TimeSpan.FromMilliseconds(300));

        string[] turn = [.. caller.ReceivedTypes.Where(t => t.StartsWith("input_audio_buffer", StringComparison.Ordinal) || t.StartsWith("conversation", StringComparison.Ordinal) || t is "response.created" or "response.done")];
        Assert.Equal(
        [
            "input_audio_buffer.speech_started",
            "input_audio_buffer.speech_stopped",
            "input_audio_buffer.committed",
            "conversation.item.added",
            "conversation.item.done",
            "conversation.item.input_audio_transcription.delta",
            "conversation.item.input_audio_transcription.completed",
            "response.created",
        ], turn.Take(8));
        Assert.Equal((string?)started["item_id"], (string?)stopped["item_id"]);
        Assert.Equal((string?)started["item_id"], (string?)(await caller.WaitAsync("input_audio_buffer.committed"))["item_id"]);
        Assert.InRange((int)stopped["audio_end_ms"]! - (int)started["audio_start_ms"]!, 2_360, 60_000);    // 300 ms before it, 60 ms at least, 2 s after it
        string transcript = (string)(await caller.WaitAsync("conversation.item.input_audio_transcription.completed"))["transcript"]!;
        Assert.Matches(@"^\[\d\.\d s of speech at -[12][0-9] dBFS; this endpoint does not transcribe words\]$", transcript);
        Assert.InRange(caller.Loudspeaker.Loud.DominantFrequency, 680, 740);       // 710 Hz; a frame made up on a busy machine moves the peak
    }

    [Fact]
    public async Task Speech_during_a_reply_interrupts_it()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnResponse = (turn, _) => ValueTask.FromResult(turn.IsAutomatic
            ? RealtimeTestReply.Nothing
            : RealtimeTestReply.Say("a long reply", RealtimeTestAudio.Tone(500, TimeSpan.FromMinutes(2))));
        await using Caller caller = await Caller.ConnectAsync(endpoint);

        await caller.Session.SendAsync(new ResponseCreate());
        await caller.Loudspeaker.HeardAsync(TimeSpan.FromMilliseconds(200));
        caller.Speak(RealtimeTestAudio.Tone(900, OneSecond));
        JsonNode done = (await caller.WaitAsync("response.done"))["response"]!;
        JsonNode cleared = await caller.WaitAsync("output_audio_buffer.cleared");
        await caller.Loudspeaker.QuietAsync(TimeSpan.FromMilliseconds(300));

        Assert.Equal("cancelled", (string?)done["status"]);
        Assert.Equal("turn_detected", (string?)done["status_details"]!["reason"]);
        Assert.Equal((string?)done["id"], (string?)cleared["response_id"]);
        List<string> types = [.. caller.ReceivedTypes];
        Assert.True(types.IndexOf("input_audio_buffer.speech_started") < types.IndexOf("response.done"));
        Assert.True(types.IndexOf("response.done") < types.IndexOf("output_audio_buffer.cleared"));
    }

    [Fact]
    public async Task Speech_does_not_interrupt_and_is_not_answered_when_the_session_says_so()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnResponse = (_, _) => ValueTask.FromResult(RealtimeTestReply.Say("a reply", RealtimeTestAudio.Silence(TimeSpan.FromSeconds(3))));
        await using Caller caller = await Caller.ConnectAsync(endpoint, configureCall: o => o.Session = new RealtimeSessionConfig { TurnDetection = new ServerVad { CreateResponse = false, InterruptResponse = false } });

        await caller.Session.SendAsync(new ResponseCreate());
        await caller.WaitAsync("output_audio_buffer.started");
        caller.Speak(RealtimeTestAudio.Tone(900, TimeSpan.FromMilliseconds(500)));
        await caller.WaitAsync("input_audio_buffer.committed");
        JsonNode done = (await caller.WaitAsync("response.done"))["response"]!;
        await caller.WaitAsync("output_audio_buffer.stopped");

        Assert.Equal("completed", (string?)done["status"]);
        Assert.Equal(1, caller.ReceivedTypes.Count(t => t == "response.created"));
    }

    [Fact]
    public async Task Without_turn_detection_the_client_commits_and_asks()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint, configureCall: o => o.Session = new RealtimeSessionConfig { TurnDetection = (TurnDetection?)null });

        await caller.Session.SendAsync(new InputAudioBufferClear());
        await caller.WaitAsync("input_audio_buffer.cleared");
        await caller.SendAsync("""{"type":"input_audio_buffer.commit","event_id":"early"}""");
        caller.Speak(RealtimeTestAudio.Tone(640, OneSecond));
        await HeardAtEndpointAsync(caller.Call, 640);
        await caller.Session.SendAsync(new InputAudioBufferCommit());
        await caller.WaitAsync("input_audio_buffer.committed");
        await caller.Session.SendAsync(new ResponseCreate());
        await caller.Loudspeaker.HeardAsync(TimeSpan.FromMilliseconds(100));

        Assert.DoesNotContain("input_audio_buffer.speech_started", caller.ReceivedTypes);
        Assert.InRange(caller.Loudspeaker.Loud.DominantFrequency, 615, 665);       // 640 Hz; as above
    }

    [Fact]
    public async Task The_endpoint_measures_what_arrives()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await using Caller caller = await Caller.ConnectAsync(endpoint, configureCall: o => o.Session = new RealtimeSessionConfig { TurnDetection = (TurnDetection?)null });

        caller.Speak(RealtimeTestAudio.Tone(440, TimeSpan.FromSeconds(3)));
        UplinkStatistics uplink = await HeardAtEndpointAsync(caller.Call, 440);

        Assert.InRange(uplink.Level.RmsDbfs, -40, -9);
        Assert.True(uplink.Packets > 10);
        Assert.True(uplink.Bytes > 100);
        Assert.Equal(0, uplink.Undecodable);
    }

    // The newest second is that tone; by a condition, looked at whenever the client's audio has moved on.
    private static async Task<UplinkStatistics> HeardAtEndpointAsync(RealtimeTestCall call, double frequency)
    {
        using var patience = new CancellationTokenSource(Caller.Patience);
        while (true)
        {
            UplinkStatistics uplink = call.Uplink;
            if (uplink.Duration > TimeSpan.FromMilliseconds(500) && Math.Abs(uplink.DominantFrequency - frequency) < 5 && uplink.Level.RmsDbfs > -30)
                return uplink;
            await Task.Delay(20, patience.Token);
        }
    }
}
