using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Live.Tests.Session;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Delegations;

/// <summary>Code that acts on what the Decisions model answers, against a scripted service.</summary>
public sealed class DecisionHandlerTests : LiveHarness
{
    [Fact]
    public async Task Decisions_are_acted_on_in_order_once_each_and_what_comes_of_them_is_spoken()
    {
        List<double?> seen = [];
        Starts();
        await using LiveWebRtcSession session = await ConnectAsync(With(new LiveDecisionHandler((decision, _) =>
        {
            seen.Add(decision.Event.Decision!.Answers[0].Probability);
            return Task.FromResult<string?>($"Decided for {decision.DelegationId ?? decision.TriggerId}.");
        })));
        Decide("e1", "\"delegation_id\":\"del_1\",\"trigger_id\":null", "0.25");
        Decide("e1", "\"delegation_id\":\"del_1\",\"trigger_id\":null", "0.25");
        Decide("e2", "\"delegation_id\":null,\"trigger_id\":\"trg_1\"", "0.75");
        foreach (string of in new[] { "del_1", "trg_1" })
        {
            LiveCommentaryAppend said = await SentAsync<LiveCommentaryAppend>();
            Assert.Equal(($"Decided for {of}.", null), (said.Content, said.DelegationId));
            Acknowledge(said);
        }
        Assert.Equal([0.25, 0.75], seen);
    }

    [Fact]
    public async Task Code_that_throws_is_told_of_where_the_voice_waits_and_nowhere_else()
    {
        Starts();
        await using LiveWebRtcSession session = await ConnectAsync(With(new LiveDecisionHandler((_, _) => throw new InvalidOperationException()) { FailureText = "It failed." }));
        Decide("e1", "\"delegation_id\":null,\"trigger_id\":\"trg_1\"", "0.5");
        Decide("e2", "\"delegation_id\":\"del_1\",\"trigger_id\":null", "0.5");
        Assert.Equal("It failed.", (await SentAsync<LiveCommentaryAppend>()).Content);
    }

    [Fact]
    public void A_session_without_decisions_is_refused()
    {
        var handler = new LiveDecisionHandler((_, _) => Task.FromResult<string?>(null));
        Assert.Throws<ArgumentException>(() => handler.Configure(new LiveSessionConfig()));
        handler.Configure(new LiveSessionConfig { Triggers = [LiveDecisionTrigger.On(LiveTranscriptEvent.InputTranscriptDelta, [LiveDecisionQuestion.Predicate("Is the user angry?")])] });
    }

    private static LiveConnectOptions With(LiveDecisionHandler handler) => new()
    {
        Session = new LiveSessionConfig
        {
            Delegation = new LiveDecisionsDelegation { Decisions = new LiveDecisionsConfig { Model = "gpt-6-luna", Questions = [LiveDecisionQuestion.Predicate("Does the user want to order?")] } },
        },
        Delegation = handler,
    };

    private void Decide(string eventId, string of, string probability) => Peer.Receive(
        $$$$"""{"type":"decision.event","event_id":"{{{{eventId}}}}",{{{{of}}}},"source_event_id":null,"source_event_type":null,"event":{"type":"decision.completed","decision":{"model":"gpt-6-luna","answers":[{"type":"predicate","probability":{{{{probability}}}},"name":null}],"usage":null}}}""");
}
