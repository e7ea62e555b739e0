using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc;

/// <summary>A session's side of the sound: a port of its own, or its turn on one that it shares with the sessions before and after it.</summary>
internal sealed class SessionAudio(MediaPort port, ObservedTrack track, SharedAudio? shared)
{
    public MediaPort Port => port;

    /// <summary>The connection is up. Shared sound waits until it is taken.</summary>
    public void Start()
    {
        if (shared is null)
            port.StartSending();
    }

    /// <summary>Shared sound goes to and comes from this session from now on.</summary>
    public void Take() => shared?.Take(track);

    /// <summary>Drops what has been received and not been played; what another session has received stays.</summary>
    public void Flush()
    {
        if (shared is null || shared.IsAt(track))
            port.Flush();
    }

    /// <summary>Nothing more of the source is sent here.</summary>
    public ValueTask StopSendingAsync()
    {
        track.StopSending();
        return shared is null ? port.StopSendingAsync() : default;
    }

    /// <summary>Ends both directions here. A port that is shared is its owner's.</summary>
    public ValueTask DisposeAsync()
    {
        track.StopSending();
        return shared is null ? port.DisposeAsync() : default;
    }
}
