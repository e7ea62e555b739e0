using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;
using Xunit.Abstractions;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Calls;

/// <summary>
/// Two hours of conversation in virtual time: calls that are exchanged every few minutes, networks that fail at any moment, tools. Afterwards every word of the script stands in the history once and in
/// order, and every tool has run once.
/// </summary>
public sealed class TwoHoursTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Length = TimeSpan.FromHours(2);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private readonly List<(DateTimeOffset At, SimulatedCall Call, Action Do)> _plan = [];
    private readonly Dictionary<string, int> _runs = [];      // by call, with its turn before the colon
    private readonly ConcurrentDictionary<int, bool> _finished = [];        // by turn, whether its last response has ended
    private Random _random = new(0);
    private Line _line = null!;
    private DateTimeOffset _nextLoss;
    private DateTimeOffset _writtenAt;      // when what the user has said last is written down
    private int _losses;
    private int _calls;

    [Theory]
    [InlineData(1)]
    [InlineData(null)]
    public async Task Every_word_is_in_the_history_once_and_in_order_and_every_tool_has_run_once(int? seed)
    {
        int used = seed ?? Random.Shared.Next();
        output.WriteLine($"Seed {used}");
        _random = new Random(used);
        AIFunction count = AIFunctionFactory.Create(async (int turn, AIFunctionArguments arguments) =>
        {
            string call = $"{turn}: {((ToolCall)arguments.Context![typeof(ToolCall)]!).CallId}";
            lock (_runs)
                _runs[call] = _runs.GetValueOrDefault(call) + 1;
            await Task.Delay(TimeSpan.FromSeconds(turn % 9), _line.Time);
            return $"t{turn}";
        }, "count");
        List<string> script = [];
        await using (_line = await Line.StartAsync(new VoiceAgent { Tools = [count] }, Configure, line =>
        {
            _line = line;
            line.OnOpen = OpenAsync;
            line.OnCall = call => call.OnRespond = (on, request) => Respond(on, request);
        }))
        {
            DateTimeOffset end = _line.Time.GetUtcNow() + Length;
            _nextLoss = _line.Time.GetUtcNow() + Between(2, 12, TimeSpan.FromMinutes(1));
            for (int turn = 1; _line.Time.GetUtcNow() < end; turn++)
            {
                await SayAsync(turn);
                script.AddRange([$"u{turn}", .. Words(turn)]);
                await UntilAsync(() => Spoken(16).Contains(Words(turn)[^1]) && !_line.Conversation.IsAssistantSpeaking);
                await PassAsync(Between(2, 25, TimeSpan.FromSeconds(1)), TimeSpan.FromSeconds(1));
            }

            Assert.Equal(script, Spoken(int.MaxValue));
            Assert.All(_line.Calls, call => Assert.Empty(call.Wrong));
            Assert.All(_runs, run => Assert.Equal(1, run.Value));
            Assert.Equal(script.Count(word => word[0] == 'u' && CallsTool(int.Parse(word[1..], CultureInfo.InvariantCulture))), _runs.Keys.Select(call => call.Split(':')[0]).Distinct().Count());
            int rotations = _line.Updates.Count(u => u is RotatedUpdate), reconnections = _line.Updates.Count(u => u is ReconnectedUpdate);
            output.WriteLine($"{script.Count} words, {_runs.Count} tools, {_losses} losses, {rotations} rotations, {reconnections} reconnections, {_line.Attempts} attempts");
            Assert.True(rotations >= 5 && reconnections >= 5, $"{rotations} rotations and {reconnections} reconnections are too few to show anything.");
            Assert.DoesNotContain(_line.Updates, u => u is ErrorUpdate);
            Assert.False(_line.Conversation.Completion.IsCompleted);
        }
    }

    private static void Configure(VoiceConversationOptions options)
    {
        options.Calls.RotateAfter = TimeSpan.FromMinutes(4);
        options.Calls.MaxAge = TimeSpan.FromMinutes(4.2);
        options.Calls.ReconnectTimeout = TimeSpan.FromMinutes(30);
    }

    // ── The script ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

    private static bool CallsTool(int turn) => turn % 3 == 0;

    private static int TurnOf(string callId) => int.Parse(callId[1..callId.IndexOf('_', StringComparison.Ordinal)], CultureInfo.InvariantCulture);

    private static string[] Words(int turn) => [.. Enumerable.Range(1, 3 + (turn % 12)).Select(i => $"a{turn}.{i}")];

    /// <summary>What both sides said, as it was heard, of the newest items.</summary>
    private string[] Spoken(int items) =>
        [.. _line.Conversation.History.Items.TakeLast(items).OfType<HistoryMessage>().SelectMany(m => m.Spoken.Split(' ', StringSplitOptions.RemoveEmptyEntries))];

    // The user says a sentence, and says it again when nobody has heard it.
    private async Task SayAsync(int turn)
    {
        for (int attempt = 1; !Spoken(16).Contains($"u{turn}"); attempt++)
        {
            await UntilAsync(() => _line.Current is { State: SessionState.Connected, TookAudio: true } || Ended());
            SimulatedCall call = _line.Current;
            call.Emit(new InputAudioBufferSpeechStarted());
            await PassAsync(Between(2, 12, Step), Step);
            if (call != _line.Current || call.State != SessionState.Connected)
                continue;
            call.Emit(new InputAudioBufferSpeechStopped());
            string id = $"u{turn}_{attempt}";
            call.Commit(id, $"u{turn}", isWrittenDown: false);
            TimeSpan writing = Between(0, 8, Step);
            _writtenAt = _line.Time.GetUtcNow() + writing;
            if (!call.IsResponding)
                Respond(call, null);
            Plan(call, writing, () => call.Emit(Service.Hears(id, $"u{turn}")));
            await UntilAsync(() => Spoken(16).Contains($"u{turn}") || call != _line.Current || call.State != SessionState.Connected || Ended());
        }
    }

    // ── The service ────────────────────────────────────────────────────────────────────────────────────────────────────────────

    // It says what of the script is missing behind what it has been told.
    private void Respond(SimulatedCall call, ResponseCreate? request)
    {
        ConversationItem[] items = [.. call.Items];
        int last = Array.FindLastIndex(items, item => item is MessageItem { Role: { } role } && role == ItemRole.User);
        string id = call.Begin(request);
        if (last < 0)
        {
            call.Complain("asked with nothing to answer");
            call.End(id, request);
            return;
        }

        int turn = int.Parse(((MessageItem)items[last]).Text[1..], CultureInfo.InvariantCulture);
        ConversationItem[] since = items[last..];
        FunctionCallItem[] made = [.. since.OfType<FunctionCallItem>()];
        FunctionCallOutputItem[] outputs = [.. since.OfType<FunctionCallOutputItem>()];

        // What the user said may be lost with a call, and the tool that it led to run on. Then its output comes behind what the user said before; or the user says it again, the tool is called anew, and the output
        // of the first call is about the turn as well.
        bool isOfLost = outputs.Any(o => made.All(call => call.CallId != o.CallId) || TurnOf(o.CallId) != turn);
        if (made.Any(call => outputs.All(o => o.CallId != call.CallId)))
        {
            if (!isOfLost)
                Complain(call, items, $"asked for turn {turn} before the tool had an output");
            call.End(id, request);
            return;
        }

        if (CallsTool(turn) && made.Length == 0)
        {
            Plan(call, Between(1, 5, Step), () => call.Call(id, $"c{turn}_{++_calls}", "count", $$"""{"turn":{{turn}}}"""));
            Plan(call, Between(5, 8, Step), () => call.End(id, request));
            return;
        }

        int told = since.OfType<MessageItem>().Where(m => m.Role == ItemRole.Assistant).Sum(m => m.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);
        string text = string.Join(' ', Words(turn).Skip(told));
        if (text.Length == 0)
        {
            // Two requests are right all the same. A response that had not ended may have had more to say, and there is the output of a call that words now lost led to.
            if (!isOfLost && _finished.GetValueOrDefault(turn))
                Complain(call, items, $"asked for turn {turn}, of which all is said");
            call.End(id, request);
            return;
        }

        // Nothing is heard before the user's words are written down: who says again what was lost would hear the same words again.
        TimeSpan begins = _writtenAt > _line.Time.GetUtcNow() ? _writtenAt + Step - _line.Time.GetUtcNow() : Step;
        _finished[turn] = false;
        Plan(call, begins, () => call.Speak(id, text));
        Plan(call, begins + Step * 2, () =>
        {
            call.End(id, request);
            _finished[turn] = true;
        });
        Plan(call, begins + TimeSpan.FromSeconds(text.Length / HeardText.UsualCharactersPerSecond), () => call.Played(id));
    }

    // What led to it is not to be seen any more when the test says so.
    private void Complain(SimulatedCall call, ConversationItem[] items, string what)
    {
        call.Complain(what);
        output.WriteLine($"{_line.Time.GetUtcNow():HH:mm:ss.fff}, call {call.Number}: {what}. It has been told: {string.Join(" | ", items.TakeLast(8).Select(item => $"{item.Id} {item}"))}. Before: {string.Join(" | ", _line.Updates.TakeLast(30))}");
    }

    private async Task OpenAsync(int attempt, CancellationToken cancellationToken)
    {
        if (attempt == 1)
            return;
        await Task.Delay(Between(0, 10, Step), _line.Time, cancellationToken);
        if (Chance(0.4))
            throw new IOException("The network is not there.");
    }

    // ── The time ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

    private async Task PassAsync(TimeSpan time, TimeSpan step)
    {
        for (DateTimeOffset end = _line.Time.GetUtcNow() + time; _line.Time.GetUtcNow() < end;)
        {
            _line.Time.Advance(step);
            DateTimeOffset now = _line.Time.GetUtcNow();
            foreach ((_, SimulatedCall call, Action act) in TakeDue(now))
            {
                if (call.State == SessionState.Connected)
                    act();
            }

            if (now >= _nextLoss)
            {
                _nextLoss = now + Between(2, 12, TimeSpan.FromMinutes(1));
                SimulatedCall lost = Chance(0.2) ? _line.Calls[^1] : _line.Current;     // the newest may be one that waits
                _losses += lost.State == SessionState.Connected ? 1 : 0;
                lost.Lose();
            }

            await _line.SettleAsync();
        }
    }

    private async Task UntilAsync(Func<bool> isSo)
    {
        DateTimeOffset latest = _line.Time.GetUtcNow() + TimeSpan.FromMinutes(40);
        while (!isSo())
        {
            Assert.True(_line.Time.GetUtcNow() < latest, $"It did not come. At the last: {string.Join(" | ", _line.Updates.TakeLast(12))}");
            await PassAsync(Step, Step);
        }
    }

    private bool Ended() => _line.Conversation.Completion.IsCompleted;

    // The service is asked on another thread, and so is who opens a call.
    private void Plan(SimulatedCall call, TimeSpan after, Action act)
    {
        lock (_plan)
            _plan.Add((_line.Time.GetUtcNow() + after, call, act));
    }

    private (DateTimeOffset At, SimulatedCall Call, Action Do)[] TakeDue(DateTimeOffset now)
    {
        lock (_plan)
        {
            (DateTimeOffset At, SimulatedCall Call, Action Do)[] due = [.. _plan.Where(planned => planned.At <= now).OrderBy(planned => planned.At)];
            _plan.RemoveAll(planned => planned.At <= now);
            return due;
        }
    }

    private TimeSpan Between(int least, int most, TimeSpan unit)
    {
        lock (_random)
            return unit * _random.Next(least, most + 1);
    }

    private bool Chance(double probability)
    {
        lock (_random)
            return _random.NextDouble() < probability;
    }
}
