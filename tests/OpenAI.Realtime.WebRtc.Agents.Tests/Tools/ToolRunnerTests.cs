using System.ComponentModel;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Moq;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Tools;

/// <summary>Whatever a function or a model does, the model gets something to read.</summary>
public sealed class ToolRunnerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Arguments_go_in_and_a_result_comes_out_as_text()
    {
        AIFunction weather = AIFunctionFactory.Create((string city, int days) => $"{city}: sun for {days} days", "weather");
        Assert.Equal(new ToolOutput("Rome: sun for 3 days", ToolCallStatus.Completed), await RunAsync(weather, """{"city":"Rome","days":3}"""));
    }

    [Theory]
    [InlineData("text", "text")]
    [InlineData(42, "42")]
    [InlineData(null, "Done.")]
    [InlineData(true, "true")]
    public async Task Whatever_a_function_returns_can_be_read(object? result, string text) =>
        Assert.Equal(text, (await RunAsync(AIFunctionFactory.Create(() => result, "f"))).Text);

    [Fact]
    public async Task Objects_are_JSON_and_a_function_without_a_result_is_done()
    {
        Assert.Equal("""{"seats":4,"place":"window"}""", (await RunAsync(AIFunctionFactory.Create(() => new { seats = 4, place = "window" }, "f"))).Text);
        Assert.Equal("Done.", (await RunAsync(AIFunctionFactory.Create(() => { }, "f"))).Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    public async Task A_function_without_parameters_needs_no_arguments(string arguments) =>
        Assert.Equal(ToolCallStatus.Completed, (await RunAsync(AIFunctionFactory.Create(() => 1, "f"), arguments)).Status);

    [Theory]
    [InlineData("no JSON")]
    [InlineData("[1]")]
    [InlineData("""{"city":"Rome","city":"Paris"}""")]
    [InlineData("""{"\ud800":1}""")]
    public async Task Arguments_that_are_no_object_are_said_to_be_none_and_nothing_is_run(string arguments)
    {
        ToolOutput output = await RunAsync(Forbidden(), arguments);
        Assert.Equal(ToolCallStatus.Rejected, output.Status);
        Assert.Contains("no JSON object", output.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "'city' is missing")]
    [InlineData("""{"city":7}""", "'city' has to be of type string")]
    [InlineData("""{"city":"Rome","days":[1]}""", "'days' has to be of type integer")]
    [InlineData("""{"city":{}}""", "'city' has to be of type string")]
    public async Task Arguments_that_do_not_fit_are_named_and_nothing_is_run(string arguments, string problem)
    {
        ToolOutput output = await RunAsync(AIFunctionFactory.Create([Description("Never to be run")] (string city, int days = 1) => Assert.Fail(), "weather"), arguments);
        Assert.Equal(ToolCallStatus.Rejected, output.Status);
        Assert.Contains(problem, output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exception_is_a_sentence_whose_details_are_told_only_when_asked_for()
    {
        AIFunction broken = AIFunctionFactory.Create(string () => throw new InvalidOperationException("The password is 'swordfish'."), "broken");
        Assert.Equal(new ToolOutput("The tool 'broken' failed.", ToolCallStatus.Failed), await RunAsync(broken));
        ToolOutput detailed = await RunAsync(broken, options: new() { IncludeErrorDetails = true });
        Assert.Equal("The tool 'broken' failed: The password is 'swordfish'.", detailed.Text);
    }

    [Fact]
    public async Task A_function_that_takes_too_long_is_stopped_and_its_late_result_is_dropped()
    {
        var started = new TaskCompletionSource<CancellationToken>();
        var finish = new TaskCompletionSource<string>();
        AIFunction stubborn = AIFunctionFactory.Create((CancellationToken token) =>
        {
            started.SetResult(token);
            return finish.Task;
        }, "stubborn");
        Task<ToolOutput> running = Runner().RunAsync(stubborn, "{}");
        CancellationToken token = await started.Task.WaitAsync(Patience);
        var cancelled = new TaskCompletionSource();
        using CancellationTokenRegistration registration = token.Register(cancelled.SetResult);
        _time.Advance(TimeSpan.FromMinutes(1));
        ToolOutput output = await running.WaitAsync(Patience);
        Assert.Equal(("The tool 'stubborn' did not end within 60 s and was stopped.", ToolCallStatus.TimedOut), (output.Text, output.Status));
        await cancelled.Task.WaitAsync(Patience);
        finish.SetResult("too late");
    }

    [Fact]
    public async Task A_tool_may_have_a_time_of_its_own()
    {
        var started = new TaskCompletionSource();
        AIFunction slow = new VoiceTool(AIFunctionFactory.Create(async (CancellationToken token) =>
        {
            started.SetResult();
            await Task.Delay(Timeout.Infinite, token);
        }, "slow"))
        { Timeout = TimeSpan.FromSeconds(5) };
        Task<ToolOutput> running = Runner().RunAsync(slow, "{}");
        await started.Task.WaitAsync(Patience);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(ToolCallStatus.TimedOut, (await running.WaitAsync(Patience)).Status);
    }

    [Fact]
    public async Task Cancelling_ends_the_wait_at_once_even_when_the_function_does_not_listen()
    {
        using var stop = new CancellationTokenSource();
        var started = new TaskCompletionSource();
        var never = new TaskCompletionSource<string>();
        AIFunction deaf = AIFunctionFactory.Create(() =>
        {
            started.SetResult();
            return never.Task;
        }, "deaf");
        Task<ToolOutput> running = Runner().RunAsync(deaf, "{}", cancellationToken: stop.Token);
        await started.Task.WaitAsync(Patience);
        await stop.CancelAsync();
        Assert.Equal(ToolCallStatus.Cancelled, (await running.WaitAsync(Patience)).Status);
    }

    [Fact]
    public async Task A_result_that_is_too_large_is_cut_and_says_so()
    {
        ToolOutput output = await RunAsync(AIFunctionFactory.Create(() => new string('x', 99) + string.Concat(Enumerable.Repeat("\U0001F600", 500)), "f"), options: new() { MaxOutputLength = 1_000 });
        Assert.InRange(output.Text.Length, 800, 1_000);
        Assert.EndsWith("of 1099 characters. Ask for less at a time.)", output.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(output.Text, c => char.IsHighSurrogate(c) && !char.IsLowSurrogate(output.Text[output.Text.IndexOf(c, StringComparison.Ordinal) + 1]));
    }

    [Theory]
    [InlineData('x', 230_000, true)]            // a byte each
    [InlineData('x', 300_000, false)]
    [InlineData('\u00e9', 39_000, true)]        // six: \u00e9
    [InlineData('\u00e9', 60_000, false)]
    [InlineData('"', 60_000, false)]
    public async Task Whatever_the_limit_a_result_is_cut_to_what_the_channel_carries(char character, int length, bool isWhole)
    {
        string result = new(character, length);
        ToolOutput output = await RunAsync(AIFunctionFactory.Create(() => result, "f"), options: new() { MaxOutputLength = 10_000_000 });
        int size = new ConversationItemCreate(ConversationItem.FunctionOutput("call_1", output.Text) with { Id = "item_1" }) { EventId = "event_1" }.ToUtf8Json().Length;
        Assert.InRange(size, 1, 256 * 1024);
        if (isWhole)
        {
            Assert.Equal(result, output.Text);
            return;
        }

        Assert.EndsWith($"of {length} characters. Ask for less at a time.)", output.Text, StringComparison.Ordinal);
        Assert.InRange(size, 200 * 1024, 256 * 1024);       // and to no less
    }

    [Fact]
    public async Task A_function_that_blocks_does_not_hold_up_who_calls_the_runner()
    {
        using var hold = new SemaphoreSlim(0);
        Task<ToolOutput> running = Runner().RunAsync(AIFunctionFactory.Create(() => hold.Wait(Patience), "blocking"), "{}");
        Assert.False(running.IsCompleted);
        hold.Release();
        Assert.Equal("true", (await running.WaitAsync(Patience)).Text);
    }

    [Fact]
    public async Task Services_and_context_reach_the_function()
    {
        var services = new Mock<IServiceProvider>();
        services.Setup(s => s.GetService(typeof(string))).Returns("from the services");
        AIFunction f = AIFunctionFactory.Create((IServiceProvider given, AIFunctionArguments arguments) => $"{given.GetService(typeof(string))}, {arguments.Context![typeof(int)]}", "f");
        var runner = new ToolRunner(services: services.Object);
        Assert.Equal("from the services, 7", (await runner.RunAsync(f, "{}", new Dictionary<object, object?> { [typeof(int)] = 7 })).Text);
    }

    [Fact]
    public async Task A_result_that_cannot_be_written_down_is_a_failure()
    {
        var odd = new Mock<AIFunction>();
        odd.SetupGet(f => f.Name).Returns("odd");
        odd.SetupGet(f => f.JsonSerializerOptions).Returns(new JsonSerializerOptions { TypeInfoResolver = System.Text.Json.Serialization.Metadata.JsonTypeInfoResolver.Combine() });
        Moq.Protected.ProtectedExtension.Protected(odd).Setup<ValueTask<object?>>("InvokeCoreAsync", Moq.Protected.ItExpr.IsAny<AIFunctionArguments>(), Moq.Protected.ItExpr.IsAny<CancellationToken>())
            .Returns(new ValueTask<object?>(new Version(1, 2)));
        Assert.Equal(ToolCallStatus.Failed, (await RunAsync(odd.Object)).Status);
    }

    private static AIFunction Forbidden() => AIFunctionFactory.Create((string city) => Assert.Fail(), "forbidden");

    private ToolRunner Runner(VoiceToolOptions? options = null) => new(options, timeProvider: _time);

    private Task<ToolOutput> RunAsync(AIFunction function, string arguments = "{}", VoiceToolOptions? options = null) => Runner(options).RunAsync(function, arguments).WaitAsync(Patience);
}
