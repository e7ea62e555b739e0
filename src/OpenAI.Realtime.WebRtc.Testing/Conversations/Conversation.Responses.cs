using System.Globalization;
using System.Text.Json.Nodes;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

internal sealed partial class Conversation
{
    /// <summary>Responses outside the conversation may run beside the one inside it.</summary>
    private const int MaxRuns = 16;

    private const int MaxDeltas = 200;
    private static readonly TimeSpan TimePerCharacter = TimeSpan.FromMilliseconds(60);      // about how fast people read aloud
    private static readonly TimeSpan LongestMadeUpVoice = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan TextDeltaPause = TimeSpan.FromMilliseconds(5);

    private readonly List<ResponseRun> _runs = [];

    /// <summary>Starts a response that the script asks for.</summary>
    public bool TryStartResponse(RealtimeTestReply reply)
    {
        lock (_gate)
        {
            if (_isOver || _runs.Any(run => run.IsInConversation))
                return false;
            StartResponse(parameters: null, isAutomatic: true, reply);
            return true;
        }
    }

    private ApiError? CreateResponse(JsonObject e)
    {
        JsonObject? parameters = e["response"] as JsonObject;
        if (e["response"] is not null && parameters is null)
            return ApiError.InvalidType("response", "an object", e["response"]);
        Shape shape = _session.IsBeta ? SessionShapes.BetaResponseParameters : SessionShapes.ResponseParameters;
        if (parameters is not null && shape.Check(parameters, "response") is { } wrong)
            return wrong;
        if (_session.IsTranscription)
            return new ApiError("A transcription session makes no responses.", "invalid_value", "type");
        bool isInConversation = parameters.Text("conversation") != "none";
        if (isInConversation && _runs.Find(run => run.IsInConversation) is { } active)
        {
            return new ApiError($"Conversation already has an active response in progress: {active.Id}. Wait until the response is finished before creating a new one.",
                "conversation_already_has_active_response");
        }

        if (_runs.Count >= MaxRuns)
            return new ApiError($"At most {MaxRuns} responses at a time.", "rate_limit_exceeded", Type: "rate_limit_error");
        StartResponse(parameters, isAutomatic: false);
        return null;
    }

    private ApiError? CancelResponse(JsonObject e)
    {
        string? id = e.Text("response_id");
        ResponseRun? run = id is null ? _runs.Find(r => r.IsInConversation) : _runs.Find(r => r.Id == id);
        if (run is null)
            return new ApiError("Cancellation failed: no active response found", "response_cancel_not_active");
        Finish(run, "cancelled", new JsonObject { ["type"] = "cancelled", ["reason"] = "client_cancelled" });
        return null;
    }

    // The caller speaks: what is being said ends, and what has been said but not heard is dropped.
    private void Interrupt()
    {
        foreach (ResponseRun run in _runs.Where(run => run.IsInConversation).ToList())
            Finish(run, "cancelled", new JsonObject { ["type"] = "cancelled", ["reason"] = "turn_detected" });
        DropOutput();
    }

    private void StartResponse(JsonObject? parameters, bool isAutomatic, RealtimeTestReply? reply = null)
    {
        parameters = parameters.Copy() as JsonObject;
        JsonArray modalities = parameters?[_session.IsBeta ? "modalities" : "output_modalities"] as JsonArray ?? _session.OutputModalities;
        var run = new ResponseRun(Json.NewId("resp_"), parameters)
        {
            WantsAudio = modalities.Any(m => m.AsText() == "audio"),
            InputTextTokens = 4 + (_pendingText?.Length ?? 0) / 4,
            InputAudioTokens = (int)((_pendingAudio?.Duration.TotalSeconds ?? 0) * 10),
        };
        var turn = new RealtimeTestTurn(_call, run.Id)
        {
            Text = _pendingText,
            Audio = _pendingAudio,
            FunctionOutputs = _pendingOutputs,
            Parameters = parameters.Copy() as JsonObject,
            IsAutomatic = isAutomatic,
        };
        if (run.IsInConversation)
        {
            (_pendingText, _pendingAudio) = (null, null);
            _pendingOutputs = [];
        }

        _runs.Add(run);
        Emit("response.created", ("response", Describe(run, "in_progress", details: null)));
        Emit("rate_limits.updated", ("rate_limits", new JsonArray(
            new JsonObject { ["name"] = "tokens", ["limit"] = 1_000_000, ["remaining"] = 999_000, ["reset_seconds"] = 0.06 })));
        _ = RunAsync(run, turn, reply);
    }

    private async Task RunAsync(ResponseRun run, RealtimeTestTurn turn, RealtimeTestReply? reply)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            if (reply is null && _options.Script.OnResponse is { } onResponse)
                reply = await onResponse(turn, run.Stop.Token).ConfigureAwait(false);
            if (reply is null || reply.IsDefault)
                reply = DefaultReply(turn);
            if (reply.Delay > TimeSpan.Zero)
                await Task.Delay(reply.Delay, _time, run.Stop.Token).ConfigureAwait(false);
            if (reply.HasMessage)
                await SayAsync(run, reply).ConfigureAwait(false);
            lock (_gate)
            {
                foreach (RealtimeTestFunctionCall call in reply.FunctionCalls)
                    CallFunction(run, call);
                Finish(run, reply.FailWith is null ? "completed" : "failed", reply.FailWith is null ? null : Failure(reply.FailWith));
            }
        }
        catch (OperationCanceledException) when (run.Stop.IsCancellationRequested)
        {
            // Stopped from outside, as it may be at any moment.
        }
        catch (Exception e)     // a user's hook
        {
            _logger.HookFailed(nameof(RealtimeTestScript.OnResponse), e);
            lock (_gate)
            {
                EmitError(new ApiError($"The script's {nameof(RealtimeTestScript.OnResponse)} failed: {e.Message}", Type: "server_error"), null);
                Finish(run, "failed", Failure("server_error"));
            }
        }
    }

    // Numbered as the service sends it:
    //   1 output_item.added   2 conversation.item.added   3 content_part.added   4 output_audio_buffer.started   5 deltas …
    //   6 output_audio.done   7 output_audio_transcript.done   8 content_part.done   9 output_item.done   10 conversation.item.done
    private async Task SayAsync(ResponseRun run, RealtimeTestReply reply)
    {
        short[]? samples = run.WantsAudio ? (reply.Audio ?? MadeUpVoice(reply.Transcript)).To48kHz() : null;
        List<string> deltas = Split(reply.Transcript);
        TimeSpan generation = samples is null
            ? deltas.Count * TextDeltaPause
            : AudioFormat.Mono48kHz.DurationOf(samples.Length) / _options.GenerationPace;
        lock (_gate)
            BeginMessage(run, samples);

        long start = _time.GetTimestamp();
        for (int i = 0; i < deltas.Count; i++)
        {
            double share = (double)i / deltas.Count;
            await WaitUntilAsync(start, generation * share, run.Stop.Token).ConfigureAwait(false);
            lock (_gate)
                SayDelta(run, deltas[i], share);
        }

        await WaitUntilAsync(start, generation, run.Stop.Token).ConfigureAwait(false);
        lock (_gate)
        {
            if (run.IsOver)
                return;
            run.Generated = 1;
            EndMessage(run, "completed");
        }
    }

    private async Task WaitUntilAsync(long start, TimeSpan time, CancellationToken stop)
    {
        TimeSpan left = time - _time.GetElapsedTime(start);
        if (left > TimeSpan.Zero)
            await Task.Delay(left, _time, stop).ConfigureAwait(false);
    }

    private void BeginMessage(ResponseRun run, short[]? samples)
    {
        if (run.IsOver)
            return;
        bool isAudio = samples is not null;
        var item = new JsonObject
        {
            ["id"] = Json.NewId("item_"),
            ["object"] = "realtime.item",
            ["type"] = "message",
            ["status"] = "in_progress",
            ["role"] = "assistant",
            ["content"] = new JsonArray(),
        };
        run.Message = item;
        run.MessagePreviousId = LastItemId;
        Emit("response.output_item.added", ("response_id", run.Id), ("output_index", run.Output.Count), ("item", item.DeepClone()));
        if (run.IsInConversation)
        {
            AddItem(item);
            Emit("conversation.item.added", ("previous_item_id", run.MessagePreviousId), ("item", item.DeepClone()));
        }

        EmitPart(run, "response.content_part.added", ("part", isAudio
            ? new JsonObject { ["type"] = "audio", ["transcript"] = "" }
            : new JsonObject { ["type"] = "text", ["text"] = "" }));
        if (samples is null)
            return;
        run.Clip = new Clip(run.Id, item.Text("id")!, samples);
        run.OutputAudioTokens = (int)(samples.Length / 48_000.0 * 20);
        Play(run.Clip);
    }

    private void SayDelta(ResponseRun run, string delta, double share)
    {
        if (run.IsOver)
            return;
        run.Said.Append(delta);
        run.Generated = share;
        EmitPart(run, run.Clip is not null ? "response.output_audio_transcript.delta" : "response.output_text.delta", ("delta", delta));
    }

    private void EndMessage(ResponseRun run, string status)
    {
        JsonObject item = run.Message!;
        string said = run.Said.ToString();
        bool isAudio = run.Clip is not null;
        run.OutputTextTokens += 1 + said.Length / 4;
        if (isAudio)
        {
            run.Clip!.Length = Math.Min(run.Clip.Length, (int)(run.Clip.Samples.Length * run.Generated));
            EmitPart(run, "response.output_audio.done");
            EmitPart(run, "response.output_audio_transcript.done", ("transcript", said));
        }
        else
        {
            EmitPart(run, "response.output_text.done", ("text", said));
        }

        EmitPart(run, "response.content_part.done", ("part", isAudio
            ? new JsonObject { ["type"] = "audio", ["transcript"] = said }
            : new JsonObject { ["type"] = "text", ["text"] = said }));
        item["status"] = status;
        ((JsonArray)item["content"]!).Add((JsonNode)new JsonObject
        {
            ["type"] = EventDialect.ContentType(isAudio, _session.IsBeta),
            [isAudio ? "transcript" : "text"] = said,
        });
        EndItem(run, item);
        run.Message = null;
    }

    private void CallFunction(ResponseRun run, RealtimeTestFunctionCall call)
    {
        if (run.IsOver)
            return;
        string id = Json.NewId("item_");
        JsonObject Item(string status, string arguments) => new()
        {
            ["id"] = id,
            ["object"] = "realtime.item",
            ["type"] = "function_call",
            ["status"] = status,
            ["name"] = call.Name,
            ["call_id"] = call.CallId,
            ["arguments"] = arguments,
        };
        JsonObject begun = Item("in_progress", ""), done = Item("completed", call.Arguments);
        run.MessagePreviousId = LastItemId;
        Emit("response.output_item.added", ("response_id", run.Id), ("output_index", run.Output.Count), ("item", begun.DeepClone()));
        if (run.IsInConversation)
        {
            AddItem(done);
            Emit("conversation.item.added", ("previous_item_id", run.MessagePreviousId), ("item", begun.DeepClone()));
        }

        foreach (string delta in Split(call.Arguments))
        {
            Emit("response.function_call_arguments.delta", ("response_id", run.Id), ("item_id", id), ("output_index", run.Output.Count),
                ("call_id", call.CallId), ("delta", delta));
        }

        Emit("response.function_call_arguments.done", ("response_id", run.Id), ("item_id", id), ("output_index", run.Output.Count),
            ("call_id", call.CallId), ("name", call.Name), ("arguments", call.Arguments));
        EndItem(run, done);
        run.OutputTextTokens += 4 + call.Arguments.Length / 4;
    }

    private void EndItem(ResponseRun run, JsonObject item)
    {
        Emit("response.output_item.done", ("response_id", run.Id), ("output_index", run.Output.Count), ("item", item.DeepClone()));
        if (run.IsInConversation)
            Emit("conversation.item.done", ("previous_item_id", run.MessagePreviousId), ("item", item.DeepClone()));
        run.Output.Add(item);
    }

    /// <summary>The only place where a response ends.</summary>
    private void Finish(ResponseRun run, string status, JsonObject? details)
    {
        if (run.IsOver)
            return;
        if (run.Message is not null)
            EndMessage(run, "incomplete");
        run.IsOver = true;
        _runs.Remove(run);
        _ = run.Stop.CancelAsync();
        Emit("response.done", ("response", Describe(run, status, details)));
        if (run.OwesStopped)
            Emit("output_audio_buffer.stopped", ("response_id", run.Id));
    }

    private void EmitPart(ResponseRun run, string type, params ReadOnlySpan<(string Name, JsonNode? Value)> fields) => Emit(type,
    [
        ("response_id", run.Id), ("item_id", run.Message.Text("id")), ("output_index", run.Output.Count), ("content_index", 0), .. fields,
    ]);

    private JsonObject Describe(ResponseRun run, string status, JsonObject? details)
    {
        var response = new JsonObject
        {
            ["object"] = "realtime.response",
            ["id"] = run.Id,
            ["status"] = status,
            ["status_details"] = details,
            ["output"] = new JsonArray([.. run.Output.Select(item => item.DeepClone())]),
            ["conversation_id"] = run.IsInConversation ? _conversationId : null,
            ["max_output_tokens"] = run.Parameters?["max_output_tokens"].Copy() ?? "inf",
            ["metadata"] = run.Parameters?["metadata"].Copy(),
            ["usage"] = status == "in_progress" ? null : Usage(run),
        };
        if (_session.IsBeta)
        {
            response["modalities"] = run.WantsAudio ? new JsonArray("audio", "text") : new JsonArray("text");
            response["voice"] = _session.Voice.Copy();
            response["output_audio_format"] = "pcm16";
            response["temperature"] = 0.8;
        }
        else
        {
            response["output_modalities"] = new JsonArray(run.WantsAudio ? "audio" : "text");
            response["audio"] = new JsonObject
            {
                ["output"] = new JsonObject
                {
                    ["format"] = new JsonObject { ["type"] = "audio/pcm", ["rate"] = 24_000 },
                    ["voice"] = run.Parameters?["audio"]?["output"]?["voice"].Copy() ?? _session.Voice.Copy(),
                },
            };
        }

        return response;
    }

    private static JsonObject Usage(ResponseRun run)
    {
        int input = run.InputTextTokens + run.InputAudioTokens;
        int output = run.OutputTextTokens + run.OutputAudioTokens;
        return new JsonObject
        {
            ["total_tokens"] = input + output,
            ["input_tokens"] = input,
            ["output_tokens"] = output,
            ["input_token_details"] = new JsonObject
            {
                ["text_tokens"] = run.InputTextTokens,
                ["audio_tokens"] = run.InputAudioTokens,
                ["image_tokens"] = 0,
                ["cached_tokens"] = 0,
                ["cached_tokens_details"] = new JsonObject { ["text_tokens"] = 0, ["audio_tokens"] = 0, ["image_tokens"] = 0 },
            },
            ["output_token_details"] = new JsonObject { ["text_tokens"] = run.OutputTextTokens, ["audio_tokens"] = run.OutputAudioTokens },
        };
    }

    private static JsonObject Failure(string code) => new()
    {
        ["type"] = "failed",
        ["error"] = new JsonObject { ["type"] = code, ["code"] = code },
    };

    private static RealtimeTestReply DefaultReply(RealtimeTestTurn turn)
    {
        if (turn.Audio is { } words)
            return RealtimeTestReply.Say(string.Create(CultureInfo.InvariantCulture, $"[your own words, played back: {words.Duration.TotalSeconds:0.0} s]"), words);
        if (turn.Text is { } text)
            return RealtimeTestReply.Say($"You wrote: “{Json.Shorten(text)}”. This is the endpoint on your own machine; the sound you hear has no words.");
        if (turn.FunctionOutputs.Count > 0)
            return RealtimeTestReply.Say($"The function answered: {Json.Shorten(turn.FunctionOutputs.First().Value)}");
        return RealtimeTestReply.Say("Hello. This is the endpoint on your own machine; the sound you hear has no words.");
    }

    private static RealtimeTestAudio MadeUpVoice(string transcript)
    {
        TimeSpan time = transcript.Length * TimePerCharacter;
        return RealtimeTestAudio.Voice(time < LongestMadeUpVoice ? time : LongestMadeUpVoice);
    }

    // Words with the space before them; several together when there are very many.
    private static List<string> Split(string text)
    {
        List<string> pieces = [];
        int least = text.Length / MaxDeltas;
        int start = 0;
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] != ' ' || i - start <= least)
                continue;
            pieces.Add(text[start..i]);
            start = i;
        }

        if (start < text.Length)
            pieces.Add(text[start..]);
        return pieces;
    }
}
