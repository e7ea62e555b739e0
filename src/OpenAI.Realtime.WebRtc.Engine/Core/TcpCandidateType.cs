namespace OpenAI.Realtime.WebRtc.Engine.Core;

/// <summary>Who opens the connection to a TCP candidate (RFC 6544 §4.5).</summary>
internal enum TcpCandidateType : byte
{
    /// <summary>Not a TCP candidate.</summary>
    None,

    /// <summary>The candidate's owner connects out; its port says nothing.</summary>
    Active,

    /// <summary>The candidate's owner listens: we may connect to it.</summary>
    Passive,

    /// <summary>Both at once.</summary>
    SimultaneousOpen,
}
