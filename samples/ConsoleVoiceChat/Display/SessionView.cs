using OpenAI.Realtime.WebRtc.Media;

namespace ConsoleVoiceChat.Display;

/// <summary>What of a connected conversation is shown, whichever API it is of.</summary>
/// <param name="CallId">The call's id; null when the service named none.</param>
/// <param name="InputLevel">How loud the last 20 ms sent were.</param>
/// <param name="OutputLevel">How loud the last 20 ms played were.</param>
internal sealed record SessionView(string? CallId, Func<AudioLevel> InputLevel, Func<AudioLevel> OutputLevel);
