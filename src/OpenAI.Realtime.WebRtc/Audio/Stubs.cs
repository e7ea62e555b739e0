#pragma warning disable CS9113
using OpenAI.Realtime.WebRtc.Peers;

namespace OpenAI.Realtime.WebRtc.Audio;

internal abstract class UplinkStub : IAudioUplink
{
    public bool IsMuted { get; set; }
    public AudioLevel Level => AudioLevel.Silence;
    public void Start() => throw new NotImplementedException();
    public AudioSendStatistics GetStatistics() => default;
    public ValueTask DisposeAsync() => default;
}

internal abstract class DownlinkStub : IAudioDownlink
{
    public AudioLevel Level => AudioLevel.Silence;
    public void Start() => throw new NotImplementedException();
    public void Flush() => throw new NotImplementedException();
    public AudioReceiveStatistics GetStatistics() => default;
    public ValueTask DisposeAsync() => default;
}

internal sealed class AudioSender(IAudioSource source, IOpusEncoder encoder, bool dtx, AudioPacketSender send, AudioLinkContext context) : UplinkStub;
internal sealed class EncodedAudioSender(IEncodedAudioSource source, AudioPacketSender send, AudioLinkContext context) : UplinkStub;
internal sealed class AudioReceiver(IAudioSink sink, IOpusDecoder decoder, JitterBufferOptions options, IPeerConnection peer, AudioLinkContext context) : DownlinkStub;
internal sealed class EncodedAudioReceiver(IEncodedAudioSink sink, IPeerConnection peer, AudioLinkContext context) : DownlinkStub;
