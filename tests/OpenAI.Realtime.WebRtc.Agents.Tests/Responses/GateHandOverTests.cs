using OpenAI.Realtime.WebRtc.Agents.Tests.Support;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Responses;

/// <summary>A gate whose session is gone, and the gate of the next session.</summary>
public sealed class GateHandOverTests
{
    private readonly ResponseGate _old = new("old_");
    private readonly ResponseGate _next = new("next_");
    private Instant _now = new(TimeSpan.FromHours(1).Ticks);

    [Fact]
    public void What_had_no_outcome_is_asked_for_once_at_the_next_gate_and_everybody_is_told()
    {
        ResponseRequest running = _old.Request(ResponseRequestKind.Manual, _now);
        _old.Handle(Service.Begins("resp_1", Sent(_old)), _now);
        ResponseRequest same = _old.Request(ResponseRequestKind.Automatic, _now);
        ResponseRequest own = _old.Request(ResponseRequestKind.Manual, _now, new ResponseParameters { Instructions = "own" });
        ResponseRequest beside = _old.Request(ResponseRequestKind.OutOfBand, _now);
        Sent(_old);
        _next.Pause(_now);
        _old.HandOver(_next, _now);
        Assert.True(_old.HasEnded);
        Assert.False(_old.TryTakeEvent(out _));
        Assert.False(_old.TryTakeOutcome(out _));
        Assert.False(_next.TryTakeEvent(out _));        // it has no session yet
        _next.Resume(_now);

        Assert.Equal(beside.Id, Sent(_next).Response!.Metadata.Value![ResponseGate.MetadataKey]);
        ResponseCreate merged = Sent(_next);
        Assert.False(merged.Response!.Instructions.IsSet);
        _next.Handle(Service.Begins("resp_2", merged), _now);
        _next.Handle(Service.Ends("resp_2", merged), _now);
        Assert.Equal([(running, "resp_2"), (same, "resp_2")], Outcomes(_next).Select(o => (o.Request, o.Response!.Id!)));
        Assert.Equal("own", Sent(_next).Response!.Instructions.Value);
        Assert.True(own.Attempts == 1 && running.Attempts == 1);
    }

    [Fact]
    public void A_gate_without_a_session_sends_nothing_and_its_requests_wait_no_longer_than_ever()
    {
        ResponseRequest sent = _old.Request(ResponseRequestKind.Manual, _now);
        Sent(_old);
        _old.Pause(_now);
        ResponseRequest later = _old.Request(ResponseRequestKind.Manual, _now, new ResponseParameters { Instructions = "later" });
        Assert.False(_old.Cancel(_now));
        Assert.Equal(_now + TimeSpan.FromMinutes(2), _old.NextTimeout);
        _now += TimeSpan.FromMinutes(2);
        _old.HandleTimeout(_now);
        Assert.Equal([(sent, ResponseOutcomeKind.Unanswered), (later, ResponseOutcomeKind.Unanswered)], Outcomes(_old).Select(o => (o.Request, o.Kind)));
        Assert.False(_old.TryTakeEvent(out _));
        Assert.Equal(Instant.Never, _old.NextTimeout);
    }

    private static ResponseCreate Sent(ResponseGate gate)
    {
        Assert.True(gate.TryTakeEvent(out ClientEvent? sent));
        return Assert.IsType<ResponseCreate>(sent);
    }

    private static List<ResponseOutcome> Outcomes(ResponseGate gate)
    {
        List<ResponseOutcome> all = [];
        while (gate.TryTakeOutcome(out ResponseOutcome? outcome))
            all.Add(outcome);
        return all;
    }
}
