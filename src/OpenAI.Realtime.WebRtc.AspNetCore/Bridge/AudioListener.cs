using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Bridge;

/// <summary>One sink that listens in: a copy of each packet goes through a jitter buffer and a decoder of its own, beside the relay and never in its way.</summary>
internal sealed class AudioListener : IAsyncDisposable
{
    private readonly AudioListeners _owner;
    private readonly PacketFeed _feed = new();
    private readonly AudioReceiver _receiver;

    public AudioListener(AudioListeners owner, IAudioSink sink, IOpusDecoder decoder, AudioLinkContext context)
    {
        _owner = owner;
        try
        {
            _receiver = new AudioReceiver(sink, decoder, new JitterBufferOptions(), _feed, context);
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
    }

    public void Start() => _receiver.Start();

    public void Show(ReadOnlySpan<byte> opus, in EncodedAudio packet) => _feed.Enqueue(opus, in packet);

    public void Flush() => _receiver.Flush();

    public async ValueTask DisposeAsync()
    {
        _owner.Remove(this);
        _feed.Complete();
        await _receiver.DisposeAsync().ConfigureAwait(false);
    }
}
