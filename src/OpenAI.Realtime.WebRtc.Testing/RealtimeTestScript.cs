using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>
/// What the endpoint does in place of the ordinary. Every hook may be set and changed at any time; it is called from the endpoint's own threads, several
/// calls at once. What a hook throws is logged and shown to the client as a server error; it never ends the endpoint.
/// </summary>
public sealed class RealtimeTestScript
{
    /// <summary>
    /// Gives the reply to a turn. Default: null, <see cref="RealtimeTestReply.Default"/>: the caller's own words played back, or a voice-like sound.
    /// </summary>
    public Func<RealtimeTestTurn, CancellationToken, ValueTask<RealtimeTestReply>>? OnResponse { get; set; }

    /// <summary>
    /// Says what the caller's words are written down as, where the session asks for that. Called from the thread of the call's audio, so it must be quick. Null: as if there were no hook. Default: null, how long and how loud
    /// it was; this endpoint does not understand words.
    /// </summary>
    public Func<RealtimeTestCall, RealtimeTestAudio, string?>? OnTranscription { get; set; }

    /// <summary>
    /// Says what a session that translates makes of words: it is given them and the language, such as <c>es</c>. Called as <see cref="OnTranscription"/> is. Default: null, the words with the language before them.
    /// </summary>
    public Func<RealtimeTestCall, string, string, string?>? OnTranslation { get; set; }

    /// <summary>Runs once for each call as soon as its channel is open and <c>session.created</c> is sent: inject events, hang up, anything. Default: null.</summary>
    public Func<RealtimeTestCall, CancellationToken, Task>? OnConnected { get; set; }

    /// <summary>
    /// Sees each event of the client, and of each sideband, before the endpoint does. True: it has been dealt with, the endpoint ignores it. The event is the hook's own. Default: null.
    /// </summary>
    public Func<RealtimeTestCall, JsonObject, bool>? OnEvent { get; set; }

    /// <summary>Sees each HTTP request; what it returns happens to the request in place of the ordinary. Null: nothing. Default: null.</summary>
    public Func<RealtimeTestRequest, RealtimeTestFault?>? OnRequest { get; set; }
}

/// <summary>What a reply is asked for.</summary>
public sealed class RealtimeTestTurn
{
    internal RealtimeTestTurn(RealtimeTestCall call, string responseId)
    {
        Call = call;
        ResponseId = responseId;
    }

    /// <summary>The call.</summary>
    public RealtimeTestCall Call { get; }

    /// <summary>The response that is being made.</summary>
    public string ResponseId { get; }

    /// <summary>What the caller last wrote since the reply before; null when nothing was written.</summary>
    public string? Text { get; internal init; }

    /// <summary>What the caller last said since the reply before, without the silence around it; null when nothing was said.</summary>
    public RealtimeTestAudio? Audio { get; internal init; }

    /// <summary>The output of the caller's functions since the reply before, by <c>call_id</c>.</summary>
    public IReadOnlyDictionary<string, string> FunctionOutputs { get; internal init; } = new Dictionary<string, string>();

    /// <summary>The <c>response</c> of a <c>response.create</c>; null when there was none.</summary>
    public JsonObject? Parameters { get; internal init; }

    /// <summary>Whether voice activity asked for it, and not a <c>response.create</c>.</summary>
    public bool IsAutomatic { get; internal init; }
}

/// <summary>A reply: what is said, what it sounds like, which functions are called.</summary>
public sealed class RealtimeTestReply
{
    /// <summary>What is said, as text: the transcript of the audio, or the text itself in a session without audio. Default: empty.</summary>
    public string Transcript { get; init; } = "";

    /// <summary>What it sounds like. Default: null, a voice-like sound as long as the transcript would take to say.</summary>
    public RealtimeTestAudio? Audio { get; init; }

    /// <summary>Functions called after what is said. Default: none.</summary>
    public IReadOnlyList<RealtimeTestFunctionCall> FunctionCalls { get; init; } = [];

    /// <summary>How long the endpoint thinks before it begins. Default: not at all.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>When set, the response ends as <c>failed</c> with this error code, after what is said. Default: null.</summary>
    public string? FailWith { get; init; }

    internal bool IsDefault { get; private init; }

    /// <summary>What the endpoint answers by itself.</summary>
    public static RealtimeTestReply Default { get; } = new() { IsDefault = true };

    /// <summary>No output at all: the response is completed and empty.</summary>
    public static RealtimeTestReply Nothing { get; } = new();

    /// <summary>Says something.</summary>
    /// <param name="transcript">What.</param>
    /// <param name="audio">What it sounds like. Default: null, a voice-like sound.</param>
    public static RealtimeTestReply Say(string transcript, RealtimeTestAudio? audio = null) => new() { Transcript = transcript, Audio = audio };

    /// <summary>Says nothing for a while: an item with audio, but silent.</summary>
    public static RealtimeTestReply Silence(TimeSpan duration) => new() { Audio = RealtimeTestAudio.Silence(duration) };

    /// <summary>Calls a function.</summary>
    /// <param name="name">Which.</param>
    /// <param name="arguments">Its arguments, as JSON.</param>
    public static RealtimeTestReply CallFunction(string name, string arguments) => new() { FunctionCalls = [new(name, arguments)] };

    internal bool HasMessage => Transcript.Length > 0 || Audio is not null;
}

/// <summary>A call of one of the client's functions.</summary>
/// <param name="Name">Which function.</param>
/// <param name="Arguments">Its arguments, as JSON.</param>
public sealed record RealtimeTestFunctionCall(string Name, string Arguments)
{
    /// <summary>The id that the function's output names. Default: random.</summary>
    public string CallId { get; init; } = Json.NewId("call_", 16);
}
