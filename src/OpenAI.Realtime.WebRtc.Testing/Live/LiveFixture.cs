using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>A recording that a sideband has played to the caller in place of the model; meanwhile no text is taken up. Under the conversation's gate.</summary>
internal sealed class LiveFixture(LiveSpeaker speaker, LiveEmitter emitter)
{
    private const int Rate = 24_000;
    private const int MaxBytes = 30 * Rate * sizeof(short);

    private string? _id;

    public bool IsPlaying { get; private set; }

    /// <summary><c>session.output_audio.fixture.play</c>.</summary>
    /// <returns>What is wrong with it; null for nothing.</returns>
    public ApiError? Play(JsonObject e, string? id)
    {
        if (e.Text("audio") is not { } base64)
            return ApiError.Missing("audio");
        byte[] pcm = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, pcm, out int length) || length is 0 or > MaxBytes || length % sizeof(short) != 0)
            return new ApiError("Invalid 'audio': expected base64 of 16 bit PCM at 24 kHz, of at most 30 seconds.", "invalid_value", "audio");
        if (IsPlaying || !speaker.TrySay("", RealtimeTestAudio.FromPcm(MemoryMarshal.Cast<byte, short>(pcm.AsSpan(0, length)), Rate)))
            return new ApiError("An audio fixture is playing.");
        (IsPlaying, _id) = (true, id);
        emitter.Emit("session.output_audio.fixture.playing", id);
        return null;
    }

    /// <summary>Another 20 ms have been heard.</summary>
    public void Advance()
    {
        if (!IsPlaying || speaker.IsSpeaking)
            return;
        IsPlaying = false;
        emitter.Emit("session.output_audio.fixture.played", _id);
    }
}
