namespace ConsoleVoiceChat;

/// <summary>What the program says by its exit code. The help lists them; scripts may rely on them.</summary>
internal enum ExitCode
{
    /// <summary>The conversation ended as asked: by its own end, --seconds, Ctrl-C or SIGTERM.</summary>
    Ended = 0,

    /// <summary>Something failed that should not.</summary>
    Internal = 1,

    /// <summary>The command line cannot be used.</summary>
    BadArguments = 2,

    /// <summary>The key was refused.</summary>
    KeyRefused = 3,

    /// <summary>No HTTP answer came.</summary>
    EndpointUnreachable = 4,

    /// <summary>The endpoint answered with an error that is not about the key.</summary>
    RequestRejected = 5,

    /// <summary>The answer is no SDP, is cut off, or lacks what a call needs; or the key server gave no key.</summary>
    AnswerUnusable = 6,

    /// <summary>No path to the service was found.</summary>
    IceFailed = 7,

    /// <summary>The connection could not be secured; a wrong fingerprint too.</summary>
    DtlsFailed = 8,

    /// <summary>The data channel did not open.</summary>
    ChannelNeverOpened = 9,

    /// <summary>The service's time limit for a session was reached.</summary>
    SessionExpired = 10,

    /// <summary>The service hung up, or the network went away.</summary>
    ConnectionLost = 11,

    /// <summary>A file or a stream could not be read or written.</summary>
    FileProblem = 12,

    /// <summary>--codec libopus, and libopus is not on this machine; or OPUS_LIBRARY_PATH names a file that cannot be loaded.</summary>
    OpusMissing = 13,

    /// <summary>The microphone or the loudspeaker that was asked for is not there, or there is no sound system.</summary>
    SoundDevice = 14,

    /// <summary>--api live: the channel is open, and the service did not say that the session has started.</summary>
    SessionNeverStarted = 15,
}
