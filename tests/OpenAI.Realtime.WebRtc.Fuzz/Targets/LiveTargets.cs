using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;
using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Fuzz.Targets;

/// <summary>Events of the Live API, of the server and of a client, and what a session is created with: read, shown, written, and what is written read again.</summary>
internal static class LiveTargets
{
    public static IEnumerable<FuzzTarget> All() =>
    [
        new("live-server-events", ReadServerEvent, Seeds),
        new("live-client-events", ReadClientEvent, Seeds),
        new("live-sessions", ReadSession, Seeds),
        new("live-webhooks", ReadWebhook, Webhooks),
    ];

    private static void ReadServerEvent(byte[] input)
    {
        LiveServerEvent read = LiveServerEvent.Read(input);
        if (!read.Equals(LiveServerEvent.Read(input)))
            throw new FuzzFailureException($"Two readings differ: {read}");
        _ = read.GetHashCode();
        OnOneLine(read.ToString());
        byte[] written = read.ToUtf8Json();
        if (read is MalformedLiveEvent malformed)
        {
            if (string.IsNullOrEmpty(malformed.Reason))
                throw new FuzzFailureException("A malformed event without a reason.");
            return;
        }
        LiveServerEvent again = LiveServerEvent.Read(written);
        if (again.GetType() != read.GetType())
            throw new FuzzFailureException($"{read} is read as {again} once it was written: {Encoding.UTF8.GetString(written)}");
    }

    private static void ReadClientEvent(byte[] input)
    {
        if (!LiveClientEvent.TryRead(input, out LiveClientEvent? read, out string? reason))
        {
            if (string.IsNullOrEmpty(reason))
                throw new FuzzFailureException("An event is refused without a reason.");
            return;
        }
        OnOneLine(read.ToString());
        byte[] written = read.ToUtf8Json();
        if (!LiveClientEvent.TryRead(written, out LiveClientEvent? again, out reason) || again.GetType() != read.GetType())
            throw new FuzzFailureException($"{read} is not read as it was written: {reason}, {Encoding.UTF8.GetString(written)}");
    }

    /// <summary>What the service answers to the request for a session, and what a broker is asked.</summary>
    private static void ReadSession(byte[] input)
    {
        try
        {
            LiveSessionRequest request = LiveSessionRequest.Read(input);
            OnOneLine(request.ToString());
            _ = LiveSessionRequest.Read(request.ToUtf8Json());
        }
        catch (System.Text.Json.JsonException)
        {
            // It is no request, as the method promises to say.
        }
        try
        {
            LiveSessionReply reply = LiveSessionReply.Read(input);
            OnOneLine(reply.ToString());
            _ = LiveSessionReply.Read(reply.ToUtf8Json());
        }
        catch (System.Text.Json.JsonException)
        {
            // It is no reply.
        }
    }

    /// <summary>The body of a webhook whose signature is right; who has the secret may still write anything.</summary>
    private static void ReadWebhook(byte[] input)
    {
        if (!LiveWebhook.TryRead(input, out LiveWebhook? read))
            return;
        OnOneLine(read.ToString());
        byte[] written = read.ToUtf8Json();
        if (!LiveWebhook.TryRead(written, out LiveWebhook? again) || again.GetType() != read.GetType() || again.SessionId != read.SessionId)
            throw new FuzzFailureException($"{read} is not read as it was written: {Encoding.UTF8.GetString(written)}");
    }

    private static IEnumerable<byte[]> Webhooks()
    {
        yield return """{"id":"evt_1","object":"event","created_at":1790000000,"type":"live.transport.connected","data":{"session_id":"live_1","type":"webrtc"}}"""u8.ToArray();
        yield return """{"id":"evt_1","object":"event","created_at":1790000000,"type":"live.transport.incoming","data":{"session_id":"live_1","type":"sip","sip_headers":[{"name":"From","value":"x"}],"sip_media_security":"srtp"}}"""u8.ToArray();
        yield return """{"type":"live.call.incoming","data":{"session_id":"live_1","sip_headers":[]}}"""u8.ToArray();
    }

    private static void OnOneLine(string shown)
    {
        if (shown.Any(c => c is '\r' or '\n'))
            throw new FuzzFailureException($"An event is shown on more than one line: {shown}");
    }

    private static IEnumerable<byte[]> Seeds()
    {
        LiveClientEvent[] commands =
        [
            new LiveCommentaryAppend("Hello.", "del_1") { EventId = "cmd_1" },
            new LiveSessionUpdate(new LiveSessionChanges
            {
                Delegation = new LiveResponsesDelegation { Responses = new LiveResponsesConfig { Instructions = "Short.", ToolChoice = LiveToolChoice.Auto, Tools = [LiveTool.OfType("web_search"), new LiveFunctionTool { Name = "f" }] } },
                Triggers = [LiveDecisionTrigger.On(LiveTranscriptEvent.InputTranscriptDelta, [LiveDecisionQuestion.Predicate("Angry?")])],
            }),
            LiveResponseItemCreate.FunctionOutput("call_1", "{}"),
            new LiveDecisionItemCreate(LiveDecisionItem.User("x")),
            new LiveSessionClose(),
        ];
        foreach (LiveClientEvent command in commands)
            yield return command.ToUtf8Json();
        yield return new LiveSessionRequest { Session = new LiveSessionConfig { Model = "gpt-live-1", Voice = LiveVoice.Custom("v_1"), Input = [LiveMessage.User("Hi")] }, Transport = new LiveTransport { Type = "webrtc", Sdp = "v=0\r\n" } }.ToUtf8Json();
        yield return """{"type":"session.started","event_id":"e","session":{"id":"live_1","expires_at":4102444800,"model":"gpt-live-1","status":"active","delegation":{"type":"client"}}}"""u8.ToArray();
        yield return """{"type":"session.closed","event_id":"e","reason":"expired","usage":{"seconds":42.5},"session":{"id":"live_1"}}"""u8.ToArray();
        yield return """{"type":"response.event","event_id":"e","delegation_id":null,"event":{"type":"response.output_item.done","item":{"type":"function_call","call_id":"c","name":"f","arguments":"{}"}}}"""u8.ToArray();
        yield return """{"type":"decision.event","event_id":"e","delegation_id":"d","trigger_id":null,"source_event_id":null,"source_event_type":null,"event":{"type":"decision.completed","decision":{"model":"m","answers":[{"type":"choice","name":null,"choice":true,"confidence":0.5,"probabilities":[{"value":true,"probability":1}]}],"usage":{"total_tokens":1}}}}"""u8.ToArray();
        yield return """{"type":"error","event_id":"e","error":{"type":"t","code":null,"message":"m\n","client_event_id":"c"}}"""u8.ToArray();
        yield return """{"type":"session.output_transcript.delta","event_id":"e","delta":"\ud83d","start_ms":0,"end_ms":200}"""u8.ToArray();
    }
}
