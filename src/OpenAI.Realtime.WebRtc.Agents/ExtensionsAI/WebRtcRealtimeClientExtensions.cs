using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;

namespace OpenAI.Realtime.WebRtc.Agents;

/// <summary>The SDK behind the interfaces of Microsoft.Extensions.AI.</summary>
[Experimental("MEAI001", UrlFormat = "https://aka.ms/dotnet-extensions-warnings/{0}")]
public static class WebRtcRealtimeClientExtensions
{
    /// <summary>
    /// The client as one of Microsoft.Extensions.AI: each session is a call over WebRTC. Its middleware (<c>UseFunctionInvocation</c>, <c>UseLogging</c>, <c>UseOpenTelemetry</c>) runs over it.
    /// </summary>
    /// <param name="client">The client; it stays the caller's, and disposing of the result does not dispose of it.</param>
    /// <param name="options">How sessions are held. Default: null, all defaults.</param>
    /// <exception cref="ArgumentException">The options contradict themselves.</exception>
    public static IRealtimeClient AsIRealtimeClient(this RealtimeWebRtcClient client, WebRtcRealtimeClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        options ??= new WebRtcRealtimeClientOptions();
        options.Validate();
        return new WebRtcRealtimeClient(client, options);
    }

    /// <summary>A session that is there already, as one of Microsoft.Extensions.AI: for tests, and for who has connected it in their own way. Its sound stays where it is.</summary>
    /// <param name="session">The session. It is the result's: disposing of that ends it. Nobody else may read its events.</param>
    /// <param name="options">What it was configured with; the tools are taken from here. Default: null.</param>
    /// <param name="responses">The limits of the gate that lets one response at a time into the conversation. Default: null, their defaults.</param>
    /// <param name="timeProvider">The clock. Default: null, the system's.</param>
    public static IRealtimeClientSession AsIRealtimeClientSession(
        this IRealtimeSession session, RealtimeSessionOptions? options = null, ResponseGateOptions? responses = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(session);
        return new WebRtcRealtimeClientSession(session, options, responses, timeProvider ?? TimeProvider.System, audio: null);
    }
}
