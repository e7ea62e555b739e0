namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary><c>session.input_audio.muted</c>: the service hears silence in place of what is sent. Answers <see cref="LiveInputAudioMute"/>.</summary>
public sealed record LiveInputAudioMuted : LiveServerEvent
{
    private protected override string WireName => "session.input_audio.muted";
}

/// <summary><c>session.input_audio.unmuted</c>: the service hears what is sent. Answers <see cref="LiveInputAudioUnmute"/>.</summary>
public sealed record LiveInputAudioUnmuted : LiveServerEvent
{
    private protected override string WireName => "session.input_audio.unmuted";
}
