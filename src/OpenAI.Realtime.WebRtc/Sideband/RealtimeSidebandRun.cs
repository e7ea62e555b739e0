using OpenAI.Realtime.WebRtc.Diagnostics;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Sideband;

/// <summary>The life of a <see cref="RealtimeSideband"/>.</summary>
/// <param name="parts">What it is made of.</param>
/// <param name="events">Its events.</param>
/// <param name="hangUp">Hangs the call up; null for one that goes on without the sideband.</param>
internal sealed class RealtimeSidebandRun(SidebandParts parts, RealtimeEvents events, Func<Task>? hangUp) : SidebandRun<ServerEvent>(parts, events)
{
    private readonly RealtimeEvents _events = events;
    private RunningIds _ids = new();

    public SessionStatistics Statistics => new()
    {
        Timings = Clock.Timings,
        EventsReceived = _events.Received,
        EventsSent = _events.Sent,
        EventsDropped = _events.Dropped,
    };

    protected override string Subject => "call";

    protected override void BeginReading() => _ids = new RunningIds();

    protected override ServerEvent Read(ReadOnlySpan<byte> utf8Json) => _events.Read(utf8Json, _ids);

    protected override ServerEvent Malformed(string reason) => new MalformedServerEvent("", "", reason);

    protected override bool Handle(ServerEvent read, out SessionEnd? end)
    {
        _events.Note(read);
        end = RealtimeEvents.IsExpiry(read, out string? why) ? new SessionEnd(SessionEndReason.SessionExpired, why) : null;
        return true;
    }

    protected override Task LetGoAsync(bool isOver) => isOver || hangUp is null ? Task.CompletedTask : hangUp();

    protected override void OnEnded(SessionEnd end) => Telemetry.ActiveSessions.Add(-1);
}
