using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Bridge;

/// <summary>One sink that listens to one direction; disposing it takes it off the list.</summary>
internal sealed class AudioListener(AudioListeners owner, OpusListener listener) : IAsyncDisposable
{
    public void Start() => listener.Start();

    public void Show(ReadOnlySpan<byte> opus, in EncodedAudio packet) => listener.Show(opus, in packet);

    public void Flush() => listener.Flush();

    public async ValueTask DisposeAsync()
    {
        owner.Remove(this);
        await listener.DisposeAsync().ConfigureAwait(false);
    }
}
