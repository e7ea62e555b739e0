using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.SIPSorcery.Peers;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Chooses SIPSorcery's engine and Concentus' codec for a registered client; each works without the other.</summary>
public static class SIPSorceryBuilderExtensions
{
    /// <summary>Connects with SIPSorcery's <c>RTCPeerConnection</c> instead of this SDK's own engine.</summary>
    /// <param name="builder">What <c>AddOpenAIRealtimeWebRtc</c> returned.</param>
    public static IOpenAIRealtimeWebRtcBuilder UseSIPSorcery(this IOpenAIRealtimeWebRtcBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UsePeerConnectionFactory(_ => new SIPSorceryPeerConnectionFactory());
    }

    /// <summary>Encodes and decodes Opus with Concentus instead of libopus.</summary>
    /// <param name="builder">What <c>AddOpenAIRealtimeWebRtc</c> returned.</param>
    public static IOpenAIRealtimeWebRtcBuilder UseConcentus(this IOpenAIRealtimeWebRtcBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseOpusCodecFactory(_ => ConcentusCodecFactory.Default);
    }
}
