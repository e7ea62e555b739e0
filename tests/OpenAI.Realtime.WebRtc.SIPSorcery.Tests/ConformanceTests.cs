using OpenAI.Realtime.WebRtc.Conformance;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.SIPSorcery.Peers;

namespace OpenAI.Realtime.WebRtc.SIPSorcery.Tests;

/// <summary>SIPSorcery's engine with Concentus' codec.</summary>
public class ConformanceTests : PeerConnectionConformance
{
    protected override IPeerConnectionFactory Engine { get; } = new SIPSorceryPeerConnectionFactory();

    protected override IOpusCodecFactory Codec { get; } = new ConcentusCodecFactory();
}
