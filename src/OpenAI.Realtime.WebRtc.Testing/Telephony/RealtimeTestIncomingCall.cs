using System.Net;
using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>What a host has done with a call that came in by telephone.</summary>
public enum RealtimeTestIncomingCallOutcome
{
    /// <summary>It was answered; <see cref="RealtimeTestIncomingCall.Call"/> is the call.</summary>
    Accepted,

    /// <summary>It was turned down.</summary>
    Rejected,

    /// <summary>The caller hung up before anybody answered.</summary>
    GivenUp,
}

/// <summary>
/// Somebody who calls the project's SIP address: made by <see cref="RealtimeTestEndpoint.RingAsync"/>, which has told the host by webhook. The caller says nothing and hears nothing; the
/// conversation is held by sidebands. Thread-safe.
/// </summary>
public sealed class RealtimeTestIncomingCall
{
    private readonly TaskCompletionSource<RealtimeTestIncomingCallOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isTaken;

    internal RealtimeTestIncomingCall(string id) => Id = id;

    /// <summary>The call's id, <c>rtc_…</c>.</summary>
    public string Id { get; }

    /// <summary>What the host answered the webhook with.</summary>
    public HttpStatusCode WebhookStatus { get; internal set; }

    /// <summary>
    /// Completes when the call has been accepted, rejected or given up. A host that refused the webhook, or took it and did neither, leaves the call ringing, and this never completes: look at
    /// <see cref="WebhookStatus"/>, wait with a limit, or end it by <see cref="GiveUp"/>.
    /// </summary>
    public Task<RealtimeTestIncomingCallOutcome> Outcome => _outcome.Task;

    /// <summary>The call, once it was accepted; null before, and when it was not.</summary>
    public RealtimeTestCall? Call { get; private set; }

    /// <summary>What the caller was told with a rejection, such as 603; null for none.</summary>
    public int? SipStatus { get; private set; }

    /// <summary>To whom the accepted call was handed on; null for nobody.</summary>
    public string? ReferredTo { get; internal set; }

    /// <summary>The caller gives up, and <see cref="Outcome"/> completes with <see cref="RealtimeTestIncomingCallOutcome.GivenUp"/>; a host that accepts later gets 404. Does nothing once the call has been accepted or rejected.</summary>
    public void GiveUp()
    {
        if (TryTake())
            _outcome.TrySetResult(RealtimeTestIncomingCallOutcome.GivenUp);
    }

    /// <summary>Whether it still rings. The first to ask has it.</summary>
    internal bool TryTake() => Interlocked.Exchange(ref _isTaken, 1) == 0;

    internal void Accept(RealtimeTestCall call)
    {
        Call = call;
        _outcome.TrySetResult(RealtimeTestIncomingCallOutcome.Accepted);
    }

    internal void Reject(int sipStatus)
    {
        SipStatus = sipStatus;
        _outcome.TrySetResult(RealtimeTestIncomingCallOutcome.Rejected);
    }

    internal JsonObject ToWebhook(IEnumerable<(string Name, string Value)> sipHeaders, DateTimeOffset now) => new()
    {
        ["id"] = Json.NewId("evt_"),
        ["object"] = "event",
        ["type"] = "realtime.call.incoming",
        ["created_at"] = now.ToUnixTimeSeconds(),
        ["data"] = new JsonObject
        {
            ["call_id"] = Id,
            ["sip_headers"] = new JsonArray([.. sipHeaders.Select(header => new JsonObject { ["name"] = header.Name, ["value"] = header.Value })]),
        },
    };
}
