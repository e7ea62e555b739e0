using System.Text;
using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Agents;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Delegations;

/// <summary>
/// The ledger on one side, a Responses model that behaves as it was measured to (one task at a time, no <c>response.create</c> while a call is unanswered, a bounded input) on the other, and a network with a delay between.
/// Keeps account of everything, and throws where a promise is broken.
/// </summary>
internal sealed class BackendService
{
    public const int Steps = 21;

    private static readonly ToolSet Tools = new([AIFunctionFactory.Create(() => 42, "answer")]);

    private readonly BackendLedger _ledger;
    private readonly bool _keepsFailedCalls;
    private readonly bool _hasGaps;
    private readonly int _maxBytes;
    private readonly Queue<Up> _up = new();
    private readonly Queue<(Action Deliver, bool MayBeMissed)> _down = new();
    private readonly List<Action> _delivered = [];
    private readonly List<BackendCall> _running = [];

    // The model's side.
    private readonly Queue<string> _waiting = new();
    private readonly Dictionary<string, Made> _calls = new(StringComparer.Ordinal);
    private readonly HashSet<string> _open = new(StringComparer.Ordinal);
    private (string Key, string Id, List<string> Calls)? _response;
    private string? _task;          // between two responses of one: its key
    private int _bytes;
    private int _count;
    private int _own;

    public BackendService(int maxBytes, int clientBytes, bool keepsFailedCalls, bool hasGaps = false)
    {
        _hasGaps = hasGaps;
        _maxBytes = maxBytes;
        _keepsFailedCalls = keepsFailedCalls;
        _ledger = new BackendLedger(new VoiceToolOptions { MaxRounds = 1_000_000, MaxRunning = 1_000_000 }, new BackendBudget(1_000_000, clientBytes), "failed", "t_");
    }

    public int Answered { get; private set; }

    public int Refusals { get; private set; }

    public int Full { get; private set; }

    public int Failures { get; private set; }

    public int Told { get; private set; }

    /// <summary>How often the program asked for a response itself.</summary>
    public int OwnRequests => _own;

    public int Spoken { get; private set; }

    public int Continued { get; private set; }

    /// <summary>How often all that was under way to us was missed.</summary>
    public int Gaps { get; private set; }

    public bool IsExhausted => _ledger.IsExhausted;

    public void Do(int step)
    {
        switch (step)
        {
            case 0 or 1:
                Delegate();
                break;
            case 2 or 3 or 4 when _response is { } response && response.Calls.Count < 5:
                Call(response.Calls, response.Key);
                break;
            case 5 or 6 when _response is not null:
                Complete();
                break;
            case 7 when _response is { Calls.Count: > 0 }:
                Fail();
                break;
            case 8 or 9 or 10 when _up.TryDequeue(out Up sent):
                Receive(sent);
                break;
            case 11 or 12 or 13 when _down.TryDequeue(out (Action Deliver, bool MayBeMissed) received):
                _delivered.Add(received.Deliver);
                received.Deliver();
                Drain();
                break;
            case 14 or 15 when _running.Count > 0:
                Settle(_running[_count++ % _running.Count], ToolCallStatus.Completed);
                break;
            case 16 when _running.Count > 0:
                Settle(_running[0], ToolCallStatus.Cancelled);     // by an interruption
                break;
            case 17 when _delivered.Count > 0:
                _delivered[^1]();       // the same event once more
                Drain();
                break;
            case 18 when _delivered.Count > 0:
                _delivered[_count++ % _delivered.Count]();
                Drain();
                break;
            case 19 when _own < 5:
                _own++;
                _ledger.RequestResponse();
                Drain();
                break;
            case 20 when _hasGaps && _down.All(sent => sent.MayBeMissed):       // a call or a refusal that is missed cannot be made good
                Gaps++;
                _down.Clear();
                _delivered.Clear();
                _ledger.HandleMissed();
                Drain();
                break;
        }
    }

    /// <summary>Everything that is under way arrives, every function ends, and the model says what it has to say.</summary>
    public void ComeToRest()
    {
        for (int round = 0; round < 2_000; round++)
        {
            if (_up.Count > 0)
                Do(8);
            else if (_down.Count > 0)
                Do(11);
            else if (_running.Count > 0)
                Do(14);
            else if (_response is not null)
                Complete();
            else
                break;
        }
        Require(_up.Count == 0 && _down.Count == 0 && _running.Count == 0 && _response is null, "it does not come to rest");
        foreach ((string id, Made call) in _calls)
        {
            if (call.IsFailed)
                continue;
            Require(call.Accepted == 1 || _ledger.IsExhausted, $"call {id} has {call.Accepted} outputs");
            Require(call.Accepted <= 1, $"call {id} was answered twice");
        }
        if (_ledger.IsExhausted)
        {
            Require(Told > 0, "nobody was told that nothing goes on");
            return;
        }
        Require(_ledger.IsAtRest, "the ledger waits for something");
        Require(_open.Count == 0 || _keepsFailedCalls, "a call is open");
        Require(_waiting.Count == 0 && _task is null, "a task was never finished");
        Require(Gaps > 0 ? Told <= Failures : Told == Failures, $"{Failures} responses failed, {Told} were told of");
    }

    private void Delegate()
    {
        string key = $"del_{++_count}";
        if (_response is null && _task is null)
            Begin(key);
        else if (_waiting.Count < 20)
            _waiting.Enqueue(key);
    }

    private void Begin(string key)
    {
        string id = $"resp_{++_count}";
        _response = (key, id, []);
        _task = key;
        _down.Enqueue((() => _ledger.HandleCreated(key, id), true));
    }

    private void Call(List<string> calls, string key)
    {
        string id = $"call_{++_count}", item = $"fc_{_count}";
        calls.Add(id);
        _open.Add(id);
        _calls[id] = new Made();
        _down.Enqueue((() => _ledger.HandleCall(key, item, id, "answer", "{}", Tools), false));
    }

    private void Complete()
    {
        (string key, string id, List<string> calls) = _response!.Value;
        _response = null;
        _down.Enqueue((() => _ledger.HandleEnded(key, id, isComplete: true), true));
        if (calls.Count > 0)
            return;
        Spoken++;
        Next();
    }

    private void Fail()
    {
        (string key, string id, List<string> calls) = _response!.Value;
        _response = null;
        Failures++;
        foreach (string call in calls)
        {
            _calls[call].IsFailed = true;
            if (!_keepsFailedCalls)
                _open.Remove(call);
        }
        _down.Enqueue((() => _ledger.HandleEnded(key, id, isComplete: false), false));
        Next();
    }

    private void Next()
    {
        _task = null;
        if (_waiting.TryDequeue(out string? waiting))
            Begin(waiting);
    }

    private void Receive(Up sent)
    {
        if (sent.CallId is { } callId)
        {
            if (_bytes + sent.Size > _maxBytes && sent.Size > 60)
            {
                Full++;
                _down.Enqueue((() => _ledger.HandleError("response_input_buffer_full", sent.EventId), false));
                return;
            }
            _bytes += sent.Size;
            _calls[callId].Accepted++;
            Answered++;
            Require(_calls[callId].Accepted <= 1, $"the result of {callId} was given twice");
            _open.Remove(callId);
            return;
        }
        if (_open.Count > 0)
        {
            Refusals++;
            _down.Enqueue((() => _ledger.HandleError("function_call_outputs_required", sent.EventId), false));
            return;
        }
        if (_response is not null)
        {
            // Only what the program asks for by itself can cross what the user hands over.
            Require(_own > 0 || Gaps > 0, "asked to go on while it runs");
            _down.Enqueue((() => _ledger.HandleError("active_response", sent.EventId), false));
            return;
        }
        Continued++;
        Begin(_task ?? "");
    }

    private void Settle(BackendCall call, ToolCallStatus status)
    {
        _running.Remove(call);
        _ledger.Settle(call, new ToolOutput("The result, which is somewhat long: " + new string('x', 100), status));
        Drain();
    }

    private void Drain()
    {
        while (_ledger.TryTakeStep(out BackendStep? step))
        {
            switch (step)
            {
                case BackendStep.Run { Call: var call }:
                    _running.Add(call);
                    break;
                case BackendStep.Answer answer:
                    _up.Enqueue(new Up(answer.EventId, answer.Call.CallId, Encoding.UTF8.GetByteCount(answer.Output)));
                    break;
                case BackendStep.Create create:
                    _up.Enqueue(new Up(create.EventId, null, 0));
                    break;
                case BackendStep.Tell:
                    Told++;
                    break;
            }
        }
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
            throw new InvalidOperationException(otherwise);
    }

    private readonly record struct Up(string EventId, string? CallId, int Size);

    private sealed class Made
    {
        public int Accepted { get; set; }

        public bool IsFailed { get; set; }
    }
}
