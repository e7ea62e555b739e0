using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Samples.Tests.Support;
using OpenAI.Realtime.WebRtc.Testing;
using Xunit.Abstractions;

namespace OpenAI.Realtime.WebRtc.Samples.Tests.ConsoleVoiceChat;

/// <summary>The program against a service, which is an endpoint in this process.</summary>
public sealed class ConversationTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Raw_sound_goes_in_and_out_through_pipes_and_nothing_else_comes_out()
    {
        using var folder = new TestFolder();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using SampleProgram program = SampleProgram.Start(folder, endpoint, "--input", "-", "--output", "-");
        RealtimeTestCall call = await endpoint.WaitForCallAsync();
        while (call.Uplink.Packets == 0 && !call.Completion.IsCompleted)
            await Task.Delay(20);       // what is recorded before the call is left out
        await RecordAsync(program.Input, Sound.Tone(1_000, TimeSpan.FromSeconds(2)));
        program.Input.Close();      // silence is sent from here on, and the reply comes
        await program.SaysAsync("← output_audio_buffer.stopped", onError: true);
        SampleProgram.Ended ended = await program.EndAsync();
        Assert.True(ended.ExitCode == 0, ended.Error);

        Assert.Equal(0, ended.Output.Length % 2);
        short[] heard = Sound.FromBytes(ended.Output);
        Assert.InRange(Sound.Frequency(heard), 800, 1_300);       // another rate would halve or double it; frames that a busy machine left out move it a little
        double[] envelope = Sound.Envelope(heard);
        Assert.InRange(envelope.Count(level => level > -30) * 0.02, 0.1, 2.5);      // it came back, once; how much of it a machine leaves out that is held up, as from any live source, nobody can say
        Assert.True(envelope.Take(50).Max() < -50, "Text among the samples would be a loud noise.");
        Assert.Contains("speech_started", ended.Error);     // the display has moved there
        Assert.True(call.Uplink.Duration > TimeSpan.FromSeconds(2.5), $"Silence was sent after the end of the input: {call.Uplink.Duration} in all.");
    }

    // As a recorder does: the program leaves out what comes faster than it is spoken.
    private static async Task RecordAsync(Stream input, byte[] sound)
    {
        const int Piece = 24_000 / 50 * 2;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (int at = 0; at < sound.Length && await timer.WaitForNextTickAsync(); at += Piece)
        {
            await input.WriteAsync(sound.AsMemory(at, Math.Min(Piece, sound.Length - at)));
            await input.FlushAsync();
        }
    }

    // A machine that stands still for 40 ms makes the sender leave frames out, which the timestamps show, as they must. So one run of three has to be without, and
    // the runs count only when this process, which does nothing, has not been held up itself.
    [Fact]
    public async Task The_service_sees_a_packet_every_20_ms_and_no_timestamp_step_off()
    {
        bool stoodStill = false, regular = false;
        for (int run = 0; run < 3 && !regular; run++)
        {
            using var machine = new MachineStalls();
            UplinkStatistics uplink = await ListenForSixSecondsAsync();
            output.WriteLine($"{uplink.Packets} packets, arrival jitter p50 {uplink.JitterP50.TotalMilliseconds:0.00} ms, p95 {uplink.JitterP95.TotalMilliseconds:0.00} ms, "
                + $"{uplink.IrregularTimestamps} irregular timestamps, {uplink.Lost} lost; the machine stood still for at most {machine.Longest.TotalMilliseconds:0.0} ms");
            stoodStill |= machine.Longest > TimeSpan.FromMilliseconds(25);
            regular = uplink.IrregularTimestamps == 0;
            Assert.Equal(0, uplink.Lost);
            Assert.Equal(0, uplink.Undecodable);
            Assert.InRange(uplink.Packets, 200, 350);
        }
        Assert.True(regular || stoodStill, "The timestamps have gaps, and the machine was quiet.");
    }

    private static async Task<UplinkStatistics> ListenForSixSecondsAsync()
    {
        using var folder = new TestFolder();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using SampleProgram program = SampleProgram.Start(folder, endpoint, "--seconds", "6", "--output", "none");
        RealtimeTestCall call = await endpoint.WaitForCallAsync();
        Assert.Equal(0, (await program.WaitAsync()).ExitCode);
        return call.Uplink;
    }

    [Fact]
    public async Task What_is_said_by_text_is_answered()
    {
        using var folder = new TestFolder();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using SampleProgram program = SampleProgram.Start(folder, endpoint,
            "--say", "What is WebRTC?", "--input", "silence", "--output", "answer.wav", "--voice", "cedar", "--instructions", "Be brief.",
            "--model", "gpt-of-the-test", "--events", "events.jsonl");
        RealtimeTestCall call = await endpoint.WaitForCallAsync();
        RealtimeTestEvent item = await call.WaitForEventAsync("conversation.item.create");
        await program.SaysAsync("← output_audio_buffer.stopped");
        SampleProgram.Ended ended = await program.EndAsync();
        Assert.True(ended.ExitCode == 0, ended.ToString());

        Assert.Equal("What is WebRTC?", item.Parse()!["item"]!["content"]![0]!["text"]!.GetValue<string>());
        Assert.Contains("response.create", call.ReceivedEvents.Select(e => e.Type));
        Assert.Equal("gpt-of-the-test", call.Session["model"]!.GetValue<string>());
        Assert.Equal("Be brief.", call.Session["instructions"]!.GetValue<string>());
        Assert.Equal("cedar", call.Session["audio"]!["output"]!["voice"]!.GetValue<string>());
        Assert.NotNull(call.Session["audio"]!["input"]!["transcription"]);
        Assert.Equal(["conversation.item.create", "response.create"], RunFiles.Names(folder.File("events.jsonl"), "sent"));
        Assert.Contains("you: What is WebRTC?", ended.Text);
        Assert.Contains("→ response.create", ended.Text);
        (short[] heard, _) = Sound.ReadWav(folder.File("answer.wav"));
        Assert.Contains(Sound.Envelope(heard), level => level > -30);
    }

    [Fact]
    public async Task The_beta_is_spoken_when_asked_for()
    {
        using var folder = new TestFolder();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnResponse = (_, _) => new(RealtimeTestReply.Say("Hello from the beta."));
        using SampleProgram program = SampleProgram.Start(folder, endpoint,
            "--dialect", "beta", "--say", "Hello", "--input", "silence", "--output", "none", "--events", "events.jsonl", "--stats", "stats.json");
        RealtimeTestCall call = await endpoint.WaitForCallAsync();
        await program.SaysAsync("assistant: Hello from the beta.");
        SampleProgram.Ended ended = await program.EndAsync();
        Assert.True(ended.ExitCode == 0, ended.ToString());

        Assert.True(call.IsBeta);
        Assert.Contains("response.audio_transcript.delta", RunFiles.Names(folder.File("events.jsonl"), "received"));
        Assert.Equal("interrupted", RunFiles.ReadStats(folder.File("stats.json"))["ended"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_Live_API_is_spoken_when_asked_for()
    {
        using var folder = new TestFolder();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using SampleProgram program = SampleProgram.Start(folder, endpoint,
            "--api", "live", "--say", "Hello from GPT-Live", "--instructions", "Be brief.", "--input", "silence", "--output", "none", "--events", "events.jsonl", "--stats", "stats.json");
        LiveTestSession session = await endpoint.WaitForLiveSessionAsync();
        await program.SaysAsync("Hello from GPT-Live");
        SampleProgram.Ended ended = await program.EndAsync();
        Assert.True(ended.ExitCode == 0, ended.ToString());

        Assert.Equal(("gpt-live-1", "Be brief."), ((string?)session.Description["model"], (string?)session.Description["instructions"]));
        Assert.Equal(["session.commentary.append", "session.close"], RunFiles.Names(folder.File("events.jsonl"), "sent"));
        Assert.Contains("session.closed", RunFiles.Names(folder.File("events.jsonl"), "received"));
        JsonNode stats = RunFiles.ReadStats(folder.File("stats.json"));
        Assert.Equal(("interrupted", session.Id), ((string?)stats["ended"], (string?)stats["call_id"]));
        Assert.Contains("charged for", ended.Text);
    }

    [Fact]
    public async Task A_key_is_fetched_from_ones_own_server()
    {
        using var folder = new TestFolder();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        using var keyServer = new HttpListener();
        Uri address = FreeAddress();
        keyServer.Prefixes.Add(address.ToString());
        keyServer.Start();
        Task serving = ServeOneKeyAsync(keyServer, endpoint);

        using SampleProgram program = SampleProgram.Start(folder,
            "--endpoint", endpoint.BaseAddress.ToString(), "--key-url", address + "key", "--input", "silence", "--output", "none");
        RealtimeTestCall call = await endpoint.WaitForCallAsync();
        // The key server decides on the session; what the program wants of it goes over the channel.
        await call.WaitForEventAsync("session.update");
        SampleProgram.Ended ended = await program.EndAsync();
        Assert.True(ended.ExitCode == 0, ended.ToString());
        await serving;
        Assert.Equal(1, endpoint.CallsCreated);
    }

    [Fact]
    public async Task An_event_that_is_made_of_many_lines_and_control_codes_is_one_line_everywhere()
    {
        using var folder = new TestFolder();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnConnected = (call, _) =>
        {
            call.SendEvent("no JSON at all");
            call.SendEvent("{\n  \"type\": \"something.new\\u001b[2J\",\n  \"x\": [1,\n2]\n}");
            return Task.CompletedTask;
        };
        using SampleProgram program = SampleProgram.Start(folder, endpoint, "--input", "silence", "--output", "none", "--events", "events.jsonl");
        await program.SaysAsync("something.new");
        SampleProgram.Ended ended = await program.EndAsync();
        Assert.True(ended.ExitCode == 0, ended.ToString());
        Assert.DoesNotContain('\e', ended.Text);
        string[] lines = File.ReadAllLines(folder.File("events.jsonl"));
        Assert.Contains(lines, line => JsonNode.Parse(line)!["event"] is JsonObject e && e["x"] is JsonArray { Count: 2 });
        Assert.Contains(lines, line => JsonNode.Parse(line)!["event"] is JsonValue text && text.GetValue<string>() == "no JSON at all");
    }

    private static async Task ServeOneKeyAsync(HttpListener server, RealtimeTestEndpoint endpoint)
    {
        HttpListenerContext context = await server.GetContextAsync();
        Assert.Equal("POST", context.Request.HttpMethod);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint.BaseAddress + "/realtime/client_secrets") { Content = JsonContent.Create(new { }) };
        request.Headers.Authorization = new("Bearer", endpoint.ApiKey);
        using HttpResponseMessage minted = await http.SendAsync(request);
        string value = JsonNode.Parse(await minted.Content.ReadAsStringAsync())!["value"]!.GetValue<string>();
        context.Response.ContentType = "application/json";
        await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(new JsonObject { ["value"] = value }.ToJsonString()));
        context.Response.Close();
    }

    private static Uri FreeAddress()
    {
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/");
    }
}
