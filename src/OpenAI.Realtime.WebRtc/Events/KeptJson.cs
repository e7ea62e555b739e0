namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>The message that an event was read from. All are equal, so that a record that holds one is compared by the rest.</summary>
internal readonly struct KeptJson(byte[] utf8) : IEquatable<KeptJson>
{
    public byte[]? Utf8 { get; } = utf8;

    public bool Equals(KeptJson other) => true;

    public override bool Equals(object? obj) => obj is KeptJson;

    public override int GetHashCode() => 0;
}
