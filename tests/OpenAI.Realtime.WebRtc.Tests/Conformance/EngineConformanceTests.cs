using OpenAI.Realtime.WebRtc.Conformance;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Conformance;

/// <summary>Our own engine, with libopus.</summary>
public class EngineConformanceTests : PeerConnectionConformance
{
    protected override IPeerConnectionFactory Engine { get; } = new PeerConnectionFactory();

    protected override IOpusCodecFactory Codec => LibOpusCodecFactory.Default;
}

/// <summary>Our own engine, with Concentus.</summary>
public sealed class ConcentusConformanceTests : EngineConformanceTests
{
    protected override IOpusCodecFactory Codec => ConcentusCodecFactory.Default;
}
