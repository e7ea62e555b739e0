using OpenAI.Realtime.WebRtc.Agents.Tests.Support;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Responses;

/// <summary>One response at a time, whoever asks for it and whatever the service does meanwhile.</summary>
public sealed class ResponseGateTests
{
    private readonly ResponseGate _gate = new("t_");
    private Instant _now = new(TimeSpan.FromHours(1).Ticks);

    [Fact]
    public void A_request_is_sent_at_once_and_its_outcome_is_the_response()
    {
        ResponseRequest request = Ask();
        ResponseCreate create = Sent<ResponseCreate>();
        Assert.Equal(request.Id, create.Response!.Metadata.Value![ResponseGate.MetadataKey]);

        Handle(Service.Begins("resp_1", create));
        Assert.Equal("resp_1", request.ResponseId);
        Assert.Equal("resp_1", _gate.ActiveResponseId);
        ResponseDone done = Service.Ends("resp_1", create);
        Handle(done);
        ResponseOutcome outcome = Outcome();
        Assert.Same(request, outcome.Request);
        Assert.Equal(ResponseOutcomeKind.Finished, outcome.Kind);
        Assert.Same(done.Response, outcome.Response);
        AtRest();
    }

    [Fact]
    public void A_request_waits_for_the_end_of_the_response_before_it()
    {
        Ask(Told("one"));
        ResponseCreate first = Sent<ResponseCreate>();
        Ask(Told("two"));
        NothingSent();
        Handle(Service.Begins("resp_1", first));
        NothingSent();
        Handle(Service.Ends("resp_1", first));
        Assert.Equal("two", Sent<ResponseCreate>().Response!.Instructions.Value);
    }

    [Fact]
    public void Requests_without_parameters_that_wait_together_become_one()
    {
        Ask(Told("running"));
        ResponseCreate running = Sent<ResponseCreate>();
        ResponseRequest automatic = Ask(ResponseRequestKind.Automatic);
        Assert.Same(automatic, Ask());
        Assert.Same(automatic, Ask(ResponseRequestKind.Automatic));
        Assert.Equal(ResponseRequestKind.Manual, automatic.Kind);
        ResponseRequest own = Ask(Told("own"));
        Assert.NotSame(automatic, own);

        Handle(Service.Begins("resp_1", running), Service.Ends("resp_1", running));
        ResponseCreate merged = Sent<ResponseCreate>();
        Assert.False(merged.Response!.Instructions.IsSet);
        Handle(Service.Begins("resp_2", merged), Service.Ends("resp_2", merged));
        Assert.Equal("own", Sent<ResponseCreate>().Response!.Instructions.Value);
    }

    [Fact]
    public void A_response_of_the_services_own_turn_detection_is_waited_for()
    {
        Handle(Service.Begins("resp_vad"));
        Ask();
        NothingSent();
        Handle(Service.Ends("resp_vad"));
        Sent<ResponseCreate>();
    }

    [Fact]
    public void A_request_that_comes_too_late_for_the_turn_detection_is_made_again_after_its_response()
    {
        ResponseRequest request = Ask();
        ResponseCreate late = Sent<ResponseCreate>();
        Handle(new InputAudioBufferSpeechStopped(), Service.Begins("resp_vad"));
        Assert.True(_gate.Handle(Service.IsTaken(late), _now));
        Assert.True(request.IsWaiting);
        NothingSent();

        Handle(Service.Ends("resp_vad"));
        ResponseCreate again = Sent<ResponseCreate>();
        Assert.NotEqual(late.EventId, again.EventId);
        Handle(Service.Begins("resp_2", again), Service.Ends("resp_2", again));
        Assert.Equal("resp_2", Outcome().Response!.Id);
        AtRest();
    }

    [Fact]
    public void A_refusal_because_of_a_response_that_nobody_has_heard_of_is_tried_again_for_a_while_and_then_told()
    {
        Ask();
        for (int attempt = 1; attempt < 5; attempt++)
        {
            Handle(Service.IsTaken(Sent<ResponseCreate>()));
            NothingSent();
            Pass(TimeSpan.FromSeconds(1));
        }

        Handle(Service.IsTaken(Sent<ResponseCreate>()));
        ResponseOutcome outcome = Outcome();
        Assert.Equal(ResponseOutcomeKind.Refused, outcome.Kind);
        Assert.Equal(ErrorCode.ConversationAlreadyHasActiveResponse, outcome.Error!.Code);
        AtRest();
    }

    [Fact]
    public void The_error_that_names_the_event_is_the_outcome_and_the_next_goes_on()
    {
        Ask(Told("wrong"));
        ResponseCreate wrong = Sent<ResponseCreate>();
        Ask(Told("right"));
        Assert.False(_gate.Handle(Service.Error("somebody_elses", "invalid_value"), _now));
        Assert.True(_gate.Handle(Service.Refuses(wrong, message: "No such voice."), _now));
        Assert.Equal("No such voice.", Outcome().Error!.Message);
        Assert.Equal("right", Sent<ResponseCreate>().Response!.Instructions.Value);
    }

    [Fact]
    public void A_follow_up_waits_while_the_user_speaks_and_is_answered_by_what_the_service_says_about_it_itself()
    {
        Handle(new InputAudioBufferSpeechStarted());
        ResponseRequest followUp = _gate.Request(ResponseRequestKind.Automatic, _now, about: ["out_1"]);
        Handle(Service.Adds(ConversationItem.FunctionOutput("call_1", "42") with { Id = "out_1" }), new InputAudioBufferSpeechStopped());
        NothingSent();      // the turn detection is about to begin its own
        Handle(Service.Begins("resp_vad"));
        Assert.Equal("resp_vad", followUp.ResponseId);
        Handle(Service.Ends("resp_vad"));
        Assert.Same(followUp, Outcome().Request);
        AtRest();
    }

    [Fact]
    public void A_follow_up_is_made_when_the_turn_detection_begins_nothing_or_had_not_seen_the_output()
    {
        Handle(new InputAudioBufferSpeechStarted());
        _gate.Request(ResponseRequestKind.Automatic, _now, about: ["out_1"]);
        Handle(new InputAudioBufferSpeechStopped(), Service.Begins("resp_vad"), Service.Adds(ConversationItem.FunctionOutput("call_1", "42") with { Id = "out_1" }));
        Handle(Service.Ends("resp_vad"));
        ResponseCreate create = Sent<ResponseCreate>();
        Handle(Service.Begins("resp_1", create), Service.Ends("resp_1", create));
        Outcome();

        Handle(new InputAudioBufferSpeechStarted());
        _gate.Request(ResponseRequestKind.Automatic, _now);
        Handle(new InputAudioBufferSpeechStopped());
        NothingSent();
        Pass(TimeSpan.FromSeconds(1));
        Sent<ResponseCreate>();
    }

    [Fact]
    public void A_follow_up_that_was_on_its_way_is_answered_by_a_response_that_has_seen_its_output()
    {
        ResponseRequest followUp = _gate.Request(ResponseRequestKind.Automatic, _now, about: ["out_1"]);
        ResponseCreate late = Sent<ResponseCreate>();
        Handle(Service.Adds(ConversationItem.FunctionOutput("call_1", "42") with { Id = "out_1" }), new InputAudioBufferCommitted { ItemId = "item_u" }, Service.Begins("resp_vad"));
        Handle(Service.IsTaken(late));
        Handle(Service.Ends("resp_vad"));
        Assert.Equal(("resp_vad", followUp), (Outcome().Response!.Id, followUp));
        NothingSent();
        AtRest();
    }

    [Fact]
    public void Speech_whose_end_is_never_told_holds_a_follow_up_for_a_while_only()
    {
        Handle(new InputAudioBufferSpeechStarted());
        _gate.Request(ResponseRequestKind.Automatic, _now);
        Pass(TimeSpan.FromSeconds(29));
        NothingSent();
        Pass(TimeSpan.FromSeconds(1));
        Sent<ResponseCreate>();
    }

    [Fact]
    public void Responses_beside_the_conversation_wait_for_nobody()
    {
        Ask(Told("in"));
        ResponseCreate inside = Sent<ResponseCreate>();
        Ask(ResponseRequestKind.OutOfBand);
        Ask(ResponseRequestKind.OutOfBand);
        ResponseCreate first = Sent<ResponseCreate>(), second = Sent<ResponseCreate>();
        Assert.Equal(ResponseConversation.None, first.Response!.Conversation.Value);
        Handle(Service.BeginsBeside("resp_b", second), Service.Begins("resp_in", inside), Service.BeginsBeside("resp_a", first));
        Assert.Equal("resp_in", _gate.ActiveResponseId);
        Handle(Service.EndsBeside("resp_a", first));
        Assert.Equal("resp_a", Outcome().Response!.Id);
        Assert.True(_gate.IsActive);
        Handle(Service.Refuses(second));
        Assert.Equal(ResponseOutcomeKind.Refused, Outcome().Kind);
        Handle(Service.Ends("resp_in", inside));
        Assert.Equal("resp_in", Outcome().Response!.Id);
        AtRest();
    }

    [Fact]
    public void A_response_beside_the_conversation_of_somebody_else_is_nobodys_business()
    {
        Handle(Service.BeginsBeside("resp_x"));
        Assert.False(_gate.IsActive);
        Ask();
        ResponseCreate create = Sent<ResponseCreate>();
        Handle(Service.EndsBeside("resp_x"));
        Assert.False(_gate.TryTakeOutcome(out _));
        Handle(Service.Begins("resp_1", create), Service.Ends("resp_1", create));
        Assert.Equal("resp_1", Outcome().Response!.Id);
    }

    [Fact]
    public void Cancelling_is_asked_for_once_and_only_where_there_is_something_to_cancel()
    {
        Assert.False(_gate.Cancel(_now));
        NothingSent();
        Handle(Service.Begins("resp_vad"));
        Assert.True(_gate.Cancel(_now));
        Assert.False(_gate.Cancel(_now));
        ResponseCancel cancel = Sent<ResponseCancel>();
        Assert.Equal("resp_vad", cancel.ResponseId);
        NothingSent();

        // It had ended by itself meanwhile: no error to anybody.
        Handle(Service.Ends("resp_vad"));
        Assert.True(_gate.Handle(Service.Refuses(cancel, "response_cancel_not_active"), _now));
        Assert.False(_gate.Cancel(_now));
    }

    [Fact]
    public void A_response_that_was_asked_for_and_has_not_begun_is_cancelled_when_it_does()
    {
        Ask();
        ResponseCreate create = Sent<ResponseCreate>();
        Assert.True(_gate.Cancel(_now));
        Assert.False(_gate.Cancel(_now));
        NothingSent();
        Handle(Service.Begins("resp_1", create));
        Assert.Equal("resp_1", Sent<ResponseCancel>().ResponseId);
        Handle(Service.Ends("resp_1", create, "cancelled"));
        Assert.Equal(ResponseState.Cancelled, Outcome().Response!.Status);
    }

    [Fact]
    public void A_response_that_does_not_begin_in_time_is_given_up_and_cancelled_should_it_still_come()
    {
        Ask(Told("lost"));
        ResponseCreate lost = Sent<ResponseCreate>();
        Ask(Told("next"));
        Pass(TimeSpan.FromSeconds(9.9));
        NothingSent();
        Pass(TimeSpan.FromSeconds(0.1));
        Assert.Equal(ResponseOutcomeKind.Unanswered, Outcome().Kind);
        ResponseCreate next = Sent<ResponseCreate>();

        Handle(Service.Begins("resp_late", lost));
        Assert.Equal("resp_late", Sent<ResponseCancel>().ResponseId);
        Handle(Service.IsTaken(next), Service.Ends("resp_late", lost, "cancelled"));
        Assert.False(_gate.TryTakeOutcome(out _));
        Assert.Equal("next", Sent<ResponseCreate>().Response!.Instructions.Value);
    }

    [Fact]
    public void A_response_that_falls_silent_is_given_up_and_one_that_gives_signs_of_life_is_not()
    {
        Ask();
        ResponseCreate create = Sent<ResponseCreate>();
        Handle(Service.Begins("resp_1", create));
        for (int i = 0; i < 5; i++)
        {
            Pass(TimeSpan.FromSeconds(100));
            Handle(Service.SaysWords("resp_1", "item_1", "and "));
        }

        Assert.False(_gate.TryTakeOutcome(out _));
        Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(ResponseOutcomeKind.Unanswered, Outcome().Kind);
        AtRest();
    }

    [Fact]
    public void Waiting_has_a_limit_whatever_the_service_is_busy_with()
    {
        Handle(Service.Begins("resp_endless"));
        Ask();
        for (int i = 0; i < 12; i++)
        {
            Pass(TimeSpan.FromSeconds(10));
            Handle(Service.SaysWords("resp_endless", "item_1", "and "));
        }

        Assert.Equal(ResponseOutcomeKind.Unanswered, Outcome().Kind);
        NothingSent();
    }

    [Fact]
    public void An_end_without_a_beginning_is_an_end()
    {
        Ask();
        ResponseCreate create = Sent<ResponseCreate>();
        Handle(Service.Ends("resp_1", create));
        Assert.Equal("resp_1", Outcome().Response!.Id);
        AtRest();
    }

    [Fact]
    public void A_server_that_does_not_echo_metadata_is_understood_as_long_as_it_has_no_reason_of_its_own()
    {
        Ask();
        Sent<ResponseCreate>();
        Handle(Service.Begins("resp_1"), Service.Ends("resp_1"));
        Assert.Equal("resp_1", Outcome().Response!.Id);
        AtRest();
    }

    [Fact]
    public void Another_beginning_tells_that_the_end_before_was_lost()
    {
        Ask();
        ResponseCreate create = Sent<ResponseCreate>();
        Handle(Service.Begins("resp_1", create), Service.Begins("resp_2"));
        Assert.Equal(ResponseOutcomeKind.Unanswered, Outcome().Kind);
        Assert.Equal("resp_2", _gate.ActiveResponseId);
        Handle(Service.Ends("resp_1", create));
        Assert.Equal("resp_2", _gate.ActiveResponseId);
    }

    [Fact]
    public void The_end_of_the_session_answers_everybody_and_nothing_is_sent_after_it()
    {
        ResponseRequest running = Ask(Told("running"));
        Handle(Service.Begins("resp_1", Sent<ResponseCreate>()));
        ResponseRequest waiting = Ask(), beside = Ask(ResponseRequestKind.OutOfBand);
        _gate.End();
        NothingSent();
        Assert.Equal(new[] { running, waiting, beside }.ToHashSet(), new[] { Outcome(), Outcome(), Outcome() }.Select(o => o.Request).ToHashSet());
        Assert.Equal(ResponseOutcomeKind.Ended, (Ask(), Outcome()).Item2.Kind);
        NothingSent();
        AtRest();
    }

    [Fact]
    public void A_request_that_nobody_wants_any_more_is_not_sent()
    {
        Ask(Told("running"));
        ResponseCreate running = Sent<ResponseCreate>();
        ResponseRequest shared = Ask();
        Ask();
        Assert.False(_gate.Withdraw(shared));
        Assert.True(_gate.Withdraw(shared));
        Handle(Service.Begins("resp_1", running), Service.Ends("resp_1", running));
        NothingSent();
        Outcome();
        AtRest();
    }

    [Fact]
    public void More_than_may_wait_is_the_callers_mistake()
    {
        Ask(Told("running"));
        for (int i = 0; i < 64; i++)
            Ask(Told("waiting"));
        Assert.Throws<InvalidOperationException>(() => Ask(Told("one too many")));
    }

    private static ResponseParameters Told(string instructions) => new() { Instructions = instructions };

    private ResponseRequest Ask(ResponseParameters? parameters = null) => _gate.Request(ResponseRequestKind.Manual, _now, parameters);

    private ResponseRequest Ask(ResponseRequestKind kind) => _gate.Request(kind, _now);

    private void Handle(params ServerEvent[] events)
    {
        foreach (ServerEvent e in events)
            _gate.Handle(e, _now);
    }

    private void Pass(TimeSpan time)
    {
        Instant until = _now + time;
        while (_gate.NextTimeout <= until)
        {
            _now = _gate.NextTimeout > _now ? _gate.NextTimeout : _now;
            Instant before = _gate.NextTimeout;
            _gate.HandleTimeout(_now);
            Assert.True(_gate.NextTimeout > before, $"Still due at {before}.");
        }

        _now = until;
        _gate.HandleTimeout(_now);
    }

    private T Sent<T>()
        where T : ClientEvent
    {
        Assert.True(_gate.TryTakeEvent(out ClientEvent? sent), $"No {typeof(T).Name} was sent.");
        return Assert.IsType<T>(sent);
    }

    private void NothingSent() => Assert.False(_gate.TryTakeEvent(out ClientEvent? sent), $"{sent} was sent.");

    private ResponseOutcome Outcome()
    {
        Assert.True(_gate.TryTakeOutcome(out ResponseOutcome? outcome), "There is no outcome.");
        return outcome;
    }

    private void AtRest()
    {
        Assert.True(_gate.IsAtRest);
        Assert.False(_gate.TryTakeOutcome(out _));
        Assert.Equal(Instant.Never, _gate.NextTimeout);
    }
}
