namespace OpenAI.Realtime.WebRtc.Engine.Tests.Simulation;

/// <summary>What a simulated network does to datagrams. Chances are 0 to 1.</summary>
internal sealed record Link
{
    public double Loss { get; init; }

    public double Duplication { get; init; }

    /// <summary>One way.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Added to the delay, uniformly; more than the spacing of packets reorders them.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Larger datagrams vanish, as they do where fragments are dropped.</summary>
    public int Mtu { get; init; } = 1500;

    public static Link Perfect => new();

    public override string ToString() => $"loss {Loss:P0}, duplication {Duplication:P0}, delay {Delay.TotalMilliseconds} ms + {Jitter.TotalMilliseconds} ms, MTU {Mtu}";
}

/// <summary>A datagram on its way, as a test sees it.</summary>
/// <param name="FromOfferer">Which side sent it.</param>
/// <param name="Bytes">What it carries.</param>
/// <param name="Index">How many this side sent before it.</param>
internal readonly record struct Datagram(bool FromOfferer, ReadOnlyMemory<byte> Bytes, int Index)
{
    public bool IsStun => Bytes.Span[0] < 4;

    public bool IsDtls => Bytes.Span[0] is >= 20 and < 64;

    public bool IsMedia => Bytes.Span[0] is >= 128 and < 192;
}
