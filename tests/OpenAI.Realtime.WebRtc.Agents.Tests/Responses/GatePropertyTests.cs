using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Responses;

/// <summary>
/// A thousand random interleavings of what the program, the user, the service and the network do. FsCheck prints the script that fails, shrunk, and the seed with which the run can be repeated
/// (<c>Replay</c> of the attribute).
/// </summary>
public sealed class GatePropertyTests
{
    [Property(MaxTest = 1_000, EndSize = 300)]
    public Property Never_two_requests_at_a_time_never_an_output_lost_and_always_to_rest() =>
        Prop.ForAll(Arb.From(Gen.Choose(0, Interleaving.Steps - 1).ArrayOf(), Shorter), script =>
        {
            try
            {
                var run = new Interleaving();
                foreach (int step in script)
                    run.Do(step);
                run.ComeToRest();
            }
            catch (Exception e)
            {
                throw new Xunit.Sdk.XunitException($"The script {string.Join(' ', script)}: {e.Message}", e);
            }
        });

    // Whole stretches are left out first, then single steps.
    private static IEnumerable<int[]> Shorter(int[] script)
    {
        for (int length = script.Length / 2; length > 0; length /= 2)
        {
            for (int at = 0; at + length <= script.Length; at += length)
                yield return [.. script[..at], .. script[(at + length)..]];
        }
    }

    [Fact]
    public void The_model_of_the_service_makes_what_the_property_is_about()
    {
        int refused = 0, answered = 0, cancelled = 0, timedOut = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new System.Random(seed);
            var run = new Interleaving();
            for (int i = 0; i < 200; i++)
                run.Do(random.Next(Interleaving.Steps));
            run.ComeToRest();
            refused += run.Refusals;
            answered += run.OutputsSent;
            cancelled += run.Cancels;
            timedOut += run.GivenUp;
        }

        Assert.All([refused, answered, cancelled, timedOut], count => Assert.True(count > 50, $"{refused} {answered} {cancelled} {timedOut}"));
    }

    /// <summary>The gate and the ledger on one side, a service that behaves as the real one on the other, and a network with a delay between.</summary>
    private sealed class Interleaving
    {
        public const int Steps = 18;

        private static readonly ToolSet Tools = new([Microsoft.Extensions.AI.AIFunctionFactory.Create(() => 42, "answer")]);

        private readonly ResponseGate _gate = new("p_");
        private readonly ToolLedger _ledger = new(new VoiceToolOptions { MaxRounds = 1_000_000 }, "p_");
        private readonly Queue<ClientEvent> _up = new();
        private readonly Queue<ServerEvent> _down = new();
        private readonly List<ToolEntry> _running = [];
        private readonly HashSet<ResponseRequest> _open = [];
        private readonly List<(string Response, List<string> Calls)> _made = [];
        private readonly List<string> _outputs = [];
        private Instant _now = new(TimeSpan.FromHours(1).Ticks);

        // The service.
        private (string Id, ResponseCreate? For, List<ConversationItem> Output)? _response;
        private readonly List<(string Id, ResponseCreate For)> _beside = [];
        private bool _loseNext;
        private bool _refuseNext;
        private int _count;

        // What the client knows of its own request and of the response that runs: at most one of each, at any time.
        private string? _asked;
        private string? _begun;

        public int Refusals { get; private set; }

        public int OutputsSent => _outputs.Count;

        public int Cancels { get; private set; }

        public int GivenUp { get; private set; }

        public void Do(int step)
        {
            switch (step)
            {
                case 0:
                    Track(_gate.Request(ResponseRequestKind.Manual, _now));
                    break;
                case 1 when _open.Count < 40:
                    Track(_gate.Request(ResponseRequestKind.Manual, _now, new ResponseParameters { Instructions = "Be brief." }));
                    break;
                case 2 when _open.Count < 40:
                    Track(_gate.Request(ResponseRequestKind.OutOfBand, _now));
                    break;
                case 3:
                    _gate.Cancel(_now);
                    break;
                case 4 or 5 when _up.TryDequeue(out ClientEvent? sent):
                    Receive(sent);
                    break;
                case 6 or 7 or 8 when _down.TryDequeue(out ServerEvent? received):
                    Handle(received);
                    break;
                case 9:
                    Finish("completed");
                    break;
                case 10 or 11 when _response is { } response:
                    Call(response.Id, response.Output);
                    break;
                case 12:
                    _down.Enqueue(new InputAudioBufferSpeechStarted());
                    Finish("cancelled");
                    break;
                case 13:
                    _down.Enqueue(new InputAudioBufferSpeechStopped());
                    _down.Enqueue(new InputAudioBufferCommitted { ItemId = $"user_{++_count}" });
                    if (_response is null)
                        Begin(null);
                    break;
                case 14 when _running.Count > 0:
                    ToolEntry ended = _running[_count++ % _running.Count];
                    _running.Remove(ended);
                    _ledger.Settle(ended, new ToolOutput("42", ToolCallStatus.Completed));
                    break;
                case 15:
                    Pass(TimeSpan.FromMilliseconds(400));
                    break;
                case 16:
                    Pass(TimeSpan.FromSeconds(11));
                    break;
                case 17:
                    (_loseNext, _refuseNext) = (_count % 2 == 0, _count++ % 2 == 1);
                    break;
            }

            Drain();
        }

        public void ComeToRest()
        {
            (_loseNext, _refuseNext) = (false, false);
            for (int round = 0; !IsAtRest; round++)
            {
                Assert.True(round < 10_000, "It does not come to rest.");
                if (_up.TryDequeue(out ClientEvent? sent))
                    Receive(sent);
                else if (_down.TryDequeue(out ServerEvent? received))
                    Handle(received);
                else if (_running.Count > 0)
                    Do(14);
                else if (_response is not null)
                    Finish("completed");
                else if (_beside.Count > 0)
                    FinishBeside();
                else
                {
                    Assert.NotEqual(Instant.Never, _gate.NextTimeout);
                    Pass(_gate.NextTimeout - _now);
                }

                Drain();
            }

            Assert.Empty(_open);
            Assert.Equal(Instant.Never, _gate.NextTimeout);

            // Every call that the client was told of has one output, in the order of its response.
            Assert.Equal(_outputs.Count, _outputs.Distinct().Count());
            foreach ((string response, List<string> calls) in _made)
                Assert.Equal(calls, _outputs.Where(calls.Contains));
        }

        private bool IsAtRest => _gate.IsAtRest && _ledger.IsAtRest && _up.Count == 0 && _down.Count == 0 && _running.Count == 0 && _response is null && _beside.Count == 0;

        private void Track(ResponseRequest request) => _open.Add(request);

        private void Pass(TimeSpan time)
        {
            Instant until = _now + time;
            for (int i = 0; i < 1_000 && _gate.NextTimeout <= until; i++)
            {
                _now = _gate.NextTimeout > _now ? _gate.NextTimeout : _now;
                _gate.HandleTimeout(_now);
                Drain();
            }

            _now = until > _now ? until : _now;
            _gate.HandleTimeout(_now);
            Drain();
        }

        // What a conversation does with the two machines.
        private void Handle(ServerEvent serverEvent)
        {
            switch (serverEvent)
            {
                case ResponseOutputItemDone { Item: FunctionCallItem call } done:
                    if (_ledger.Accept(done.ResponseId, call, Tools) is not null)
                    {
                        if (_made.Find(m => m.Response == done.ResponseId).Calls is not { } calls)
                            _made.Add((done.ResponseId, calls = []));
                        calls.Add(call.CallId!);
                    }

                    break;
                case ResponseDone { Response.Id: { } over } when over == _gate.ActiveResponseId:
                    _ledger.CloseAllBut(null);
                    break;
                case ResponseCreated created when !ResponseGate.IsOutsideConversation(created.Response):
                    _begun = created.Response.Id;
                    if (created.Response.Metadata?.GetValueOrDefault(ResponseGate.MetadataKey) is { } answers && answers == _asked)
                        _asked = null;
                    break;
            }

            DrainLedger();
            if (serverEvent is ResponseDone ended && ended.Response.Id == _begun)
                _begun = null;
            if (serverEvent is ServerError { Error.EventId: { } id } && id == _askedEvent)
                _asked = null;
            _gate.Handle(serverEvent, _now);
            _ledger.CloseAllBut(_gate.ActiveResponseId);
        }

        private string? _askedEvent;

        private void DrainLedger()
        {
            while (_ledger.TryTakeStep(out ToolStep? step))
            {
                switch (step)
                {
                    case ToolStep.Run run:
                        _running.Add(run.Entry);
                        break;
                    case ToolStep.Answer answer:
                        _outputs.Add(answer.Entry.CallId);
                        _up.Enqueue(new ConversationItemCreate(ConversationItem.FunctionOutput(answer.Entry.CallId, answer.Output) with { Id = answer.ItemId }));
                        break;
                    case ToolStep.Respond respond:
                        Track(_gate.Request(ResponseRequestKind.Automatic, _now, about: respond.About));
                        break;
                }
            }
        }

        private void Drain()
        {
            _ledger.CloseAllBut(_gate.ActiveResponseId);
            DrainLedger();
            while (_gate.TryTakeOutcome(out ResponseOutcome? outcome))
            {
                // A request that shares another's outcome is told once as well.
                Assert.True(_open.Remove(outcome.Request), "A second outcome.");
                GivenUp += outcome.Kind == ResponseOutcomeKind.Unanswered ? 1 : 0;
                if (outcome.Request.Id == _asked)
                    _asked = null;
                if (outcome.Kind == ResponseOutcomeKind.Unanswered && outcome.Request.ResponseId is { } silent && silent == _begun)
                    _begun = null;
            }

            if (!_gate.IsActive)
                _begun = null;      // one of the turn detection's that fell silent has no outcome
            while (_gate.TryTakeEvent(out ClientEvent? next))
            {
                if (next is ResponseCreate create && create.Response!.Conversation.Value is null)
                {
                    Assert.True(_asked is null, "Two are asked for at a time.");
                    Assert.True(_begun is null, "One is asked for while another runs.");
                    _asked = create.Response.Metadata.Value![ResponseGate.MetadataKey];
                    _askedEvent = create.EventId;
                }

                Cancels += next is ResponseCancel ? 1 : 0;
                _up.Enqueue(next);
            }
        }

        // The service.
        private void Receive(ClientEvent clientEvent)
        {
            switch (clientEvent)
            {
                case ConversationItemCreate { Item: var item }:
                    _down.Enqueue(Support.Service.Adds(item));
                    _down.Enqueue(Support.Service.Completes(item));
                    break;
                case ResponseCancel cancel:
                    if (_response is { } running && (cancel.ResponseId is null || cancel.ResponseId == running.Id))
                        Finish("cancelled");
                    else if (_beside.FindIndex(b => b.Id == cancel.ResponseId) is >= 0 and int beside)
                    {
                        _down.Enqueue(Support.Service.EndsBeside(_beside[beside].Id, _beside[beside].For));
                        _beside.RemoveAt(beside);
                    }
                    else
                        _down.Enqueue(Support.Service.Refuses(cancel, "response_cancel_not_active"));
                    break;
                case ResponseCreate create when _loseNext:
                    _loseNext = false;
                    break;
                case ResponseCreate create when _refuseNext:
                    _refuseNext = false;
                    _down.Enqueue(Support.Service.Refuses(create));
                    break;
                case ResponseCreate { Response.Conversation.Value: not null } create:
                    string id = $"resp_{++_count}";
                    _beside.Add((id, create));
                    _down.Enqueue(Support.Service.BeginsBeside(id, create));
                    break;
                case ResponseCreate create when _response is not null:
                    Refusals++;
                    _down.Enqueue(Support.Service.IsTaken(create));
                    break;
                case ResponseCreate create:
                    Begin(create);
                    break;
            }
        }

        private void Begin(ResponseCreate? answerTo)
        {
            string id = $"resp_{++_count}";
            _response = (id, answerTo, []);
            _down.Enqueue(Support.Service.Begins(id, answerTo));
        }

        private void Call(string responseId, List<ConversationItem> output)
        {
            FunctionCallItem call = Support.Service.Call($"call_{++_count}", "answer");
            output.Add(call);
            _down.Enqueue(Support.Service.Says(responseId, call));
        }

        private void Finish(string status)
        {
            if (_response is not { } response)
                return;
            _response = null;
            _down.Enqueue(Support.Service.Ends(response.Id, response.For, status, [.. response.Output]));
        }

        private void FinishBeside()
        {
            _down.Enqueue(Support.Service.EndsBeside(_beside[0].Id, _beside[0].For));
            _beside.RemoveAt(0);
        }
    }
}
