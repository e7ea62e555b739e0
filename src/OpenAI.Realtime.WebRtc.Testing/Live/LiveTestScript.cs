using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>
/// What the endpoint does in a Live session in place of the ordinary. Every hook may be set and changed at any time; it is called from the endpoint's own threads, several
/// sessions at once. What a hook throws is logged and shown to the client as a server error; it never ends the endpoint.
/// </summary>
public sealed class LiveTestScript
{
    /// <summary>Runs once for each session as soon as its channel is open and <c>session.started</c> is sent: speak, inject events, hang up, anything. Default: null.</summary>
    public Func<LiveTestSession, CancellationToken, Task>? OnConnected { get; set; }

    /// <summary>
    /// Sees each event of the client before the endpoint does. True: it has been dealt with, the endpoint ignores it. The event is the hook's own. Default: null.
    /// </summary>
    public Func<LiveTestSession, JsonObject, bool>? OnEvent { get; set; }

    /// <summary>Says what the model answers when the caller has spoken; null for nothing. Default: null, a sentence that says how long the caller spoke.</summary>
    public Func<LiveTestSession, RealtimeTestAudio, string?>? OnSpeech { get; set; }

    /// <summary>
    /// Says what the Responses model does next, where the session has one: at the beginning of what was handed over, and each time that it goes on. It is given what the client has given it since: outputs of functions and messages.
    /// Default: null, it says that it is done.
    /// </summary>
    public Func<LiveTestSession, JsonArray, LiveTestResponse?>? OnResponse { get; set; }

    /// <summary>Whether <c>session.started</c> is sent as soon as the channel is open. Without it, <see cref="LiveTestSession.Start"/> sends it. Default: true.</summary>
    public bool StartsAtOnce { get; set; } = true;

    /// <summary>
    /// Says where a host is told of each session by a webhook (<c>live.transport.connected</c>) as soon as its channel is open; null for nowhere. Each needs a webhook of its own, whose id is new. Default: null, nobody is told.
    /// </summary>
    public Func<LiveTestSession, RealtimeTestWebhook?>? ConnectedWebhook { get; set; }

    /// <summary>
    /// How far back what was sent is sent again to a sideband that attaches, with the same <c>event_id</c>s: what the service does is told in several ways. Default: zero, it is told nothing of what was before.
    /// </summary>
    public TimeSpan AttachReplay { get; set; }
}
