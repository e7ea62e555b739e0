using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>How the audio of a SIP call travels between the caller and the service. It says nothing of the signalling. Take a value that you do not know for unknown.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<SipMediaSecurity>))]
public readonly record struct SipMediaSecurity(string Value) : IOpenValue<SipMediaSecurity>
{
    /// <summary><c>rtp</c>: in the clear.</summary>
    public static SipMediaSecurity Rtp => new("rtp");

    /// <summary><c>srtp</c>: encrypted.</summary>
    public static SipMediaSecurity Srtp => new("srtp");

    /// <inheritdoc/>
    public static implicit operator SipMediaSecurity(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}
