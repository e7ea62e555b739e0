using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>Somebody has begun to speak, or has stopped.</summary>
/// <param name="Speaker"><see cref="LiveRole.User"/> or <see cref="LiveRole.Assistant"/>.</param>
/// <param name="IsSpeaking">Whether they speak now.</param>
/// <param name="At">When it was noticed, since the call of <see cref="LiveWebRtcClient.ConnectAsync"/>.</param>
public readonly record struct LiveSpeechChange(LiveRole Speaker, bool IsSpeaking, TimeSpan At);
