namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>Who an event of a Live session is for.</summary>
internal enum LiveAudience
{
    /// <summary>The data channel and the sidebands.</summary>
    Everybody,

    /// <summary>The data channel alone.</summary>
    Channel,

    /// <summary>The sidebands alone: the channel may not carry it.</summary>
    Sidebands,

    /// <summary>The sidebands alone, and it is not kept: sound.</summary>
    Listeners,
}
