using System.Runtime.CompilerServices;
using ConsoleVoiceChat;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Samples.Tests.Support;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Samples.Tests.ConsoleVoiceChat;

/// <summary>Each failure has an exit code of its own and one clear line on standard error.</summary>
public sealed class FailureTests
{
    public static TheoryData<string, RealtimeTestRoute, int, string, string> Faults => new()
    {
        { nameof(RealtimeTestFault.KeyRefused), RealtimeTestRoute.ClientSecrets, 3, "key refused", "key_refused" },
        { nameof(RealtimeTestFault.KeyExpired), RealtimeTestRoute.Calls, 3, "key refused", "key_refused" },
        { nameof(RealtimeTestFault.ServerError), RealtimeTestRoute.Calls, 5, "request rejected", "request_rejected" },
        { nameof(RealtimeTestFault.TruncatedAnswer), RealtimeTestRoute.Calls, 6, "answer unusable", "answer_unusable" },
        { nameof(RealtimeTestFault.JsonInsteadOfSdp), RealtimeTestRoute.Calls, 6, "answer unusable", "answer_unusable" },
        { nameof(RealtimeTestFault.AnswerWithoutFingerprint), RealtimeTestRoute.Calls, 6, "answer unusable", "answer_unusable" },
        { nameof(RealtimeTestFault.NobodyListens), RealtimeTestRoute.Calls, 7, "ICE failed", "ice_failed" },
        { nameof(RealtimeTestFault.WrongFingerprint), RealtimeTestRoute.Calls, 8, "fingerprint mismatch", "fingerprint_mismatch" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_service_that_fails_is_told_apart(string fault, RealtimeTestRoute route, int exitCode, string says, string name)
    {
        using var folder = new TestFolder();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.FailNext(route, Named(fault), times: 20);
        SampleProgram.Ended ended = await SampleProgram.RunAsync(folder, endpoint, "--seconds", "5", "--stats", "stats.json");
        AssertFailed(ended, exitCode, says);
        Assert.DoesNotContain(endpoint.ApiKey, ended.ToString());
        Assert.Equal(name, RunFiles.ReadStats(folder.File("stats.json"))["ended"]!.GetValue<string>());
        Assert.Equal(0, endpoint.OpenCalls);
    }

    [Fact]
    public async Task A_dead_endpoint_is_unreachable()
    {
        using var folder = new TestFolder();
        RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        await endpoint.DisposeAsync();      // its port is closed now
        AssertFailed(await SampleProgram.RunAsync(folder, endpoint, "--seconds", "5"), 4, "endpoint unreachable");
    }

    [Fact]
    public async Task A_session_that_expires_says_so()
    {
        using var folder = new TestFolder();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnConnected = (call, _) => call.ExpireSessionAsync();
        SampleProgram.Ended ended = await SampleProgram.RunAsync(folder, endpoint, "--seconds", "30", "--stats", "stats.json");
        AssertFailed(ended, 10, "session expired");
        Assert.Equal("session_expired", RunFiles.ReadStats(folder.File("stats.json"))["ended"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_service_that_hangs_up_is_no_end_as_asked()
    {
        using var folder = new TestFolder();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        endpoint.Script.OnConnected = (call, _) => call.HangUpAsync();
        AssertFailed(await SampleProgram.RunAsync(folder, endpoint, "--seconds", "30"), 11, "hung up");
    }

    [Theory]
    [InlineData("--input", "missing.wav")]
    [InlineData("--input", "text.wav")]
    [InlineData("--output", "missing/answer.wav")]
    [InlineData("--events", "missing/events.jsonl")]
    [InlineData("--stats", "missing/stats.json")]
    public async Task A_file_that_cannot_be_used_is_named_before_anybody_is_called(string option, string file)
    {
        using var folder = new TestFolder();
        await File.WriteAllTextAsync(folder.File("text.wav"), "This is no sound.");
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        SampleProgram.Ended ended = await SampleProgram.RunAsync(folder, endpoint, option, file, "--seconds", "1");
        AssertFailed(ended, 12, option);
        Assert.Empty(endpoint.Requests);
        Assert.DoesNotContain("Talking to", ended.Text);
    }

    [Fact]
    public async Task A_key_that_can_be_none_is_a_bad_argument()
    {
        using var folder = new TestFolder();
        SampleProgram.Ended ended = await SampleProgram.RunAsync(folder, "--api-key", "sk bad key");
        AssertFailed(ended, 2, "ApiKey holds a character");
        Assert.DoesNotContain("sk bad key", ended.ToString());
    }

    [Fact]
    public async Task A_player_that_goes_away_ends_the_conversation()
    {
        using var folder = new TestFolder();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        string command = $"dotnet '{SampleProgram.Path}' --endpoint {endpoint.BaseAddress} --api-key {endpoint.ApiKey} --input silence --output - | head -c 960 >/dev/null; exit ${{PIPESTATUS[0]}}";
        using SampleProgram program = SampleProgram.Start(folder, "bash", ["-c", command]);
        SampleProgram.Ended ended = await program.WaitAsync();
        Assert.Equal(12, ended.ExitCode);
        Assert.Contains("--output", ended.ErrorLines[^1]);
    }

    [Theory]
    [InlineData("--sekonds", "3")]
    [InlineData("--seconds", "-1")]
    [InlineData("--seconds", "soon")]
    [InlineData("--dialect", "gamma")]
    [InlineData("--api", "chat")]
    [InlineData("--endpoint", "nowhere")]
    [InlineData("--endpoint", "http://127.0.0.1:1/v1")]      // without a key
    [InlineData("--output", "same.wav", "--input", "same.wav")]
    [InlineData("--api-key", "sk-1", "--key-url", "http://127.0.0.1:1/")]
    [InlineData("--api-key", "")]
    [InlineData("--input", "")]
    public async Task A_command_line_that_makes_no_sense_is_refused_in_one_line(params string[] arguments)
    {
        using var folder = new TestFolder();
        SampleProgram.Ended ended = await SampleProgram.RunAsync(folder, arguments);
        AssertFailed(ended, 2, "--");
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Theory]
    [InlineData("--agent", "--agent")]
    [InlineData("--agent, --resume, --rotate-after", "--agent", "--resume", "ada.json", "--rotate-after", "60")]
    [InlineData("--resume", "--resume", "ada.json")]
    [InlineData("--rotate-after", "--rotate-after", "60")]
    [InlineData("--dialect", "--dialect", "beta")]
    [InlineData("--dialect", "--dialect", "ga")]
    [InlineData("--key-url", "--key-url", "http://127.0.0.1:1/")]
    [InlineData("ephemeral", "--endpoint", "http://127.0.0.1:1/v1", "--api-key", "ek_1")]
    public async Task The_Live_API_is_refused_with_what_only_the_Realtime_API_has(string says, params string[] arguments)
    {
        using var folder = new TestFolder();
        SampleProgram.Ended ended = await SampleProgram.RunAsync(folder, ["--api", "live", .. arguments]);
        AssertFailed(ended, 2, says);
        Assert.Contains("--api live", ended.ErrorLines[0]);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task The_help_names_every_option_and_every_exit_code()
    {
        using var folder = new TestFolder();
        SampleProgram.Ended ended = await SampleProgram.RunAsync(folder, "--help");
        Assert.Equal(0, ended.ExitCode);
        foreach (string option in new[] { "api", "endpoint", "api-key", "key-url", "dialect", "model", "voice", "instructions", "input", "output", "list-devices", "no-echo-cancellation", "seconds", "say", "agent", "resume", "rotate-after", "events", "stats" })
            Assert.Contains($"--{option} ", ended.Text);
        foreach (ExitCode code in Enum.GetValues<ExitCode>())
            Assert.Matches($@"(?m)^  {(int)code} ", ended.Text);
    }

    // What no service does on demand.
    [Fact]
    public void Every_way_of_failing_to_connect_has_its_code()
    {
        Dictionary<RealtimeFailure, ExitCode> expected = new()
        {
            [RealtimeFailure.KeyRefused] = ExitCode.KeyRefused,
            [RealtimeFailure.KeyUnusable] = ExitCode.AnswerUnusable,
            [RealtimeFailure.EndpointUnreachable] = ExitCode.EndpointUnreachable,
            [RealtimeFailure.RequestRejected] = ExitCode.RequestRejected,
            [RealtimeFailure.AnswerUnusable] = ExitCode.AnswerUnusable,
            [RealtimeFailure.NoLocalAddress] = ExitCode.IceFailed,
            [RealtimeFailure.IceFailed] = ExitCode.IceFailed,
            [RealtimeFailure.DtlsFailed] = ExitCode.DtlsFailed,
            [RealtimeFailure.FingerprintMismatch] = ExitCode.DtlsFailed,
            [RealtimeFailure.ChannelNeverOpened] = ExitCode.ChannelNeverOpened,
            [RealtimeFailure.SessionNeverStarted] = ExitCode.SessionNeverStarted,
            [RealtimeFailure.ClosedByPeer] = ExitCode.ConnectionLost,
            [RealtimeFailure.Internal] = ExitCode.Internal,
        };
        IEnumerable<RealtimeFailure> ofConnecting = Enum.GetValues<RealtimeFailure>().Where(failure => failure is not (RealtimeFailure.CommandFailed or RealtimeFailure.SessionEnded or RealtimeFailure.NoAnswer));
        Assert.Equal(expected, ofConnecting.ToDictionary(failure => failure, failure => Failures.Explain(Exception(default, failure, "x", null)).Code));
        Assert.Equal(ExitCode.OpusMissing, Failures.Explain(new OpusLibraryNotFoundException("x")).Code);
        Assert.Equal(ExitCode.Internal, Failures.Explain(new InvalidOperationException("x")).Code);
    }

    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern RealtimeConnectException Exception(ConnectPhase phase, RealtimeFailure failure, string message, Exception? inner);

    private static RealtimeTestFault Named(string name) => name == nameof(RealtimeTestFault.ServerError)
        ? RealtimeTestFault.ServerError()
        : (RealtimeTestFault)typeof(RealtimeTestFault).GetProperty(name)!.GetValue(null)!;

    private static void AssertFailed(SampleProgram.Ended ended, int exitCode, string says)
    {
        Assert.True(ended.ExitCode == exitCode, $"Expected {exitCode}: {ended}");
        Assert.Single(ended.ErrorLines);
        Assert.StartsWith("ConsoleVoiceChat: ", ended.ErrorLines[0]);
        Assert.Contains(says, ended.ErrorLines[0]);
    }
}
