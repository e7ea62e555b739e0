using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Conformance;

namespace OpenAI.Realtime.WebRtc.Tests.Conformance;

/// <summary>Our own engine, with libopus.</summary>
public class EngineConformanceTests : PeerConnectionConformance
{
    protected override IPeerConnectionFactory Engine { get; } = new PeerConnectionFactory();

    protected override IOpusCodecFactory Codec => LibOpusCodecFactory.Default;
}
