namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Which Opus implementation runs.</summary>
public enum OpusCodecChoice
{
    /// <summary>The one that the client was configured or registered with; without that libopus where the machine has it, and Concentus where it has not.</summary>
    Auto,

    /// <summary>libopus, or <see cref="OpusLibraryNotFoundException"/> where it is missing.</summary>
    LibOpus,

    /// <summary>Concentus: managed code, the same on every machine.</summary>
    Concentus,
}
