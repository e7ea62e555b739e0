using Microsoft.Extensions.AI;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.ExtensionsAI;

public sealed class SessionTests : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly ScriptedRealtimeSession _service = new();
    private readonly IRealtimeClientSession _session;

    public SessionTests() => _session = _service.AsIRealtimeClientSession(new RealtimeSessionOptions { Model = "gpt-realtime-2.1", Tools = [AIFunctionFactory.Create(() => "now", "time")] });

    public ValueTask DisposeAsync() => _session.DisposeAsync();

    [Fact]
    public async Task Options_are_the_services_and_keep_the_tools_as_objects()
    {
        _service.Receive("""{"type":"session.updated","event_id":"e1","session":{"type":"realtime","id":"sess_1","object":"realtime.session","model":"gpt-realtime-2.1","instructions":"Be kind.","max_output_tokens":"inf","output_modalities":["audio"],"tools":[{"type":"function","name":"time","parameters":{}}],"audio":{"input":{"turn_detection":{"type":"semantic_vad","interrupt_response":false}},"output":{"voice":"cedar"}}}}""");
        await NextAsync();

        RealtimeSessionOptions options = _session.Options!;
        Assert.Equal("Be kind.", options.Instructions);
        Assert.Equal("cedar", options.Voice);
        Assert.Equal(int.MaxValue, options.MaxOutputTokens);
        Assert.Equal(["audio"], options.OutputModalities);
        Assert.True(options.VoiceActivityDetection!.Enabled);
        Assert.False(options.VoiceActivityDetection.AllowInterruption);
        Assert.IsAssignableFrom<AIFunction>(Assert.Single(options.Tools!));
    }

    [Fact]
    public async Task An_error_names_the_message_that_it_answers()
    {
        await _session.SendAsync(new CreateConversationItemRealtimeClientMessage(new RealtimeConversationItem([new TextContent("Hello.")])) { MessageId = "mine" });
        Assert.Equal("mine", Assert.IsType<ConversationItemCreate>(Assert.Single(_service.Sent)).EventId);
        _service.Receive("""{"type":"error","event_id":"e1","error":{"type":"invalid_request_error","code":"invalid_value","message":"No.","param":"item","event_id":"mine"}}""");

        ErrorRealtimeServerMessage error = Assert.IsType<ErrorRealtimeServerMessage>(await NextAsync());
        Assert.Equal(("mine", "No.", "invalid_value", "item"), (error.OriginatingMessageId, error.Error!.Message, error.Error.ErrorCode, error.Error.Details));
    }

    [Fact]
    public async Task A_request_for_a_response_that_is_refused_is_told_by_its_own_id()
    {
        await _session.SendAsync(new CreateResponseRealtimeClientMessage { MessageId = "mine", Instructions = "Sing." });
        ResponseCreate create = await _service.WaitForSentAsync<ResponseCreate>();
        Assert.Equal("Sing.", create.Response!.Instructions.Value);
        _service.Receive($$$"""{"type":"error","event_id":"e1","error":{"type":"invalid_request_error","code":"invalid_value","message":"No.","event_id":"{{{create.EventId}}}"}}""");

        ErrorRealtimeServerMessage error = Assert.IsType<ErrorRealtimeServerMessage>(await NextAsync());
        Assert.Equal(("mine", "No."), (error.OriginatingMessageId, error.Error!.Message));
    }

    [Fact]
    public async Task A_response_beside_the_conversation_does_not_wait_for_the_one_that_runs()
    {
        _service.Receive("""{"type":"response.created","event_id":"e1","response":{"id":"resp_1","status":"in_progress","output":[]}}""");
        await NextAsync();
        await _session.SendAsync(new CreateResponseRealtimeClientMessage { ExcludeFromConversation = true, Items = [new RealtimeConversationItem([new TextContent("Sum up.")])] });

        ResponseCreate create = await _service.WaitForSentAsync<ResponseCreate>();
        Assert.Equal("none", create.Response!.Conversation.Value?.Value);
        Assert.Equal("Sum up.", Assert.IsType<MessageItem>(Assert.Single(create.Response.Input)).Text);
    }

    [Fact]
    public async Task What_has_no_message_of_its_own_can_be_sent_as_an_event_or_as_its_JSON()
    {
        await _session.SendAsync(new RealtimeClientMessage { RawRepresentation = new OutputAudioBufferClear(), MessageId = "a" });
        await _session.SendAsync(new RealtimeClientMessage { RawRepresentation = """{"type":"input_audio_buffer.clear"}""" });
        Assert.Equal("a", Assert.IsType<OutputAudioBufferClear>(_service.Sent[0]).EventId);
        Assert.IsType<InputAudioBufferClear>(_service.Sent[1]);
        await Assert.ThrowsAsync<NotSupportedException>(() => _session.SendAsync(new RealtimeClientMessage()));
        await Assert.ThrowsAsync<NotSupportedException>(() => _session.SendAsync(new RealtimeClientMessage { RawRepresentation = "no JSON" }));
    }

    [Fact]
    public async Task Another_model_is_refused_before_anything_is_sent()
    {
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(() => _session.SendAsync(new SessionUpdateRealtimeClientMessage(new RealtimeSessionOptions { Model = "gpt-realtime-mini" })));
        Assert.Contains("create another session", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_service.Sent);
    }

    [Fact]
    public async Task Sound_in_messages_is_refused_where_it_goes_by_the_track()
    {
        NotSupportedException refused = await Assert.ThrowsAsync<NotSupportedException>(() => _session.SendAsync(new InputAudioBufferAppendRealtimeClientMessage(new DataContent(new byte[4], "audio/pcm"))));
        Assert.Contains("AudioInMessages", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_is_one_reader_at_a_time_and_the_next_goes_on_where_it_stopped()
    {
        using var stop = new CancellationTokenSource();
        _service.Receive("""{"type":"input_audio_buffer.committed","event_id":"e1","item_id":"item_1"}""");
        await using (IAsyncEnumerator<RealtimeServerMessage> first = _session.GetStreamingResponseAsync(stop.Token).GetAsyncEnumerator())
        {
            Assert.True(await first.MoveNextAsync().AsTask().WaitAsync(s_patience));
            await using IAsyncEnumerator<RealtimeServerMessage> second = _session.GetStreamingResponseAsync().GetAsyncEnumerator();
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await second.MoveNextAsync());
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await first.MoveNextAsync());
        }

        _service.Receive("""{"type":"input_audio_buffer.cleared","event_id":"e2"}""");
        Assert.Equal("e2", (await NextAsync()).MessageId);
    }

    [Theory]
    [InlineData(SessionEndReason.ClosedByPeer, false)]
    [InlineData(SessionEndReason.SessionExpired, false)]
    [InlineData(SessionEndReason.ConnectionLost, true)]
    public async Task The_messages_end_with_the_session_and_throw_when_it_was_lost(SessionEndReason reason, bool throws)
    {
        _service.Receive("""{"type":"input_audio_buffer.cleared","event_id":"e1"}""");
        _service.End(reason, "It is over.");
        List<string?> ids = [];
        async Task ReadAsync()
        {
            await foreach (RealtimeServerMessage message in _session.GetStreamingResponseAsync())
                ids.Add(message.MessageId);
        }

        if (throws)
            Assert.Contains("It is over.", (await Assert.ThrowsAsync<RealtimeSessionEndedException>(() => ReadAsync().WaitAsync(s_patience))).Message, StringComparison.Ordinal);
        else
            await ReadAsync().WaitAsync(s_patience);
        Assert.Equal(["e1"], ids);
    }

    [Fact]
    public void Services_are_the_session_the_one_beneath_and_what_telemetry_asks_for()
    {
        Assert.Same(_service, _session.GetService(typeof(IRealtimeSession)));
        Assert.Same(_session, _session.GetService(typeof(IRealtimeClientSession)));
        Assert.Equal(("openai", "gpt-realtime-2.1"), _session.GetService(typeof(ChatClientMetadata)) is ChatClientMetadata metadata ? (metadata.ProviderName, metadata.DefaultModelId) : default);
        Assert.Null(_session.GetService(typeof(IRealtimeSession), "key"));
    }

    private async Task<RealtimeServerMessage> NextAsync()
    {
        await using IAsyncEnumerator<RealtimeServerMessage> reader = _session.GetStreamingResponseAsync().GetAsyncEnumerator();
        Assert.True(await reader.MoveNextAsync().AsTask().WaitAsync(s_patience));
        return reader.Current;
    }
}
