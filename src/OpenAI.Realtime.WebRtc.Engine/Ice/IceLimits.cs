namespace OpenAI.Realtime.WebRtc.Engine.Ice;

/// <summary>The bounds of what a peer, or a machine with many addresses, can make an agent hold.</summary>
internal static class IceLimits
{
    /// <summary>Local candidates, peer-reflexive ones included.</summary>
    public const int LocalCandidates = 32;

    /// <summary>Remote candidates, peer-reflexive ones included.</summary>
    public const int RemoteCandidates = 32;

    /// <summary>Candidate pairs (RFC 8445 §6.1.2.5).</summary>
    public const int Pairs = 100;

    /// <summary>Paths whose requests came before the answer did.</summary>
    public const int EarlyChecks = 16;

    /// <summary>Messages waiting to be taken.</summary>
    public const int OutgoingMessages = 64;

    /// <summary>Events waiting to be taken; the oldest goes first.</summary>
    public const int Events = 16;

    /// <summary>Consent checks whose answers are still awaited: the latest.</summary>
    public const int ConsentTransactions = 8;

    /// <summary>Checks of one pair whose answers are still awaited: the latest.</summary>
    public const int CheckTransactions = 16;

    /// <summary>Streams that the driver has not been told yet to open or to close.</summary>
    public const int StreamRequests = 2 * Pairs;

    /// <summary>Streams that have answered and are kept beside the selected one.</summary>
    public const int SpareStreams = 1;

    /// <summary>Unknown attributes named in a 420.</summary>
    public const int UnknownAttributes = 4;

    /// <summary>Transmissions of a check after a pair was selected: Rc of RFC 8489 §6.2.1.</summary>
    public const int TransmissionsAfterSelection = 7;
}
