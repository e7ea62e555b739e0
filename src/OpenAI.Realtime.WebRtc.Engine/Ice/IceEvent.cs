using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Ice;

/// <summary>What became of the connection.</summary>
internal enum IceEventKind
{
    None,

    /// <summary>
    /// A full agent has its first valid pair: data may be sent on <see cref="IceEvent.Path"/> until one is selected (RFC 8445 §12.1). Comes once.
    /// </summary>
    PathUsable,

    /// <summary>
    /// Data may be sent on <see cref="IceEvent.Path"/>: the pair is valid and nominated or being nominated. Comes again when the path changes.
    /// </summary>
    PairSelected,

    /// <summary>The peer has not answered for some seconds.</summary>
    Disconnected,

    /// <summary>It answers again.</summary>
    Recovered,

    /// <summary>Consent is gone (RFC 7675 §5.1): nothing may be sent any more. The last event.</summary>
    ConsentExpired,

    /// <summary>A role conflict turned controlling into controlled or back (RFC 8445 §7.3.1.1, §7.2.5.1).</summary>
    RoleSwitched,
}

/// <summary>Something that happened to an <see cref="IceAgent"/>.</summary>
/// <param name="Kind">What.</param>
/// <param name="Path">The path in question; the selected one, where there is one.</param>
internal readonly record struct IceEvent(IceEventKind Kind, TransportPath Path);
