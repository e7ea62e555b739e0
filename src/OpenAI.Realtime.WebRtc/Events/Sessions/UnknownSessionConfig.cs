namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>The configuration of a session of a kind that this version does not know; all of it stands in <see cref="SessionConfig.ExtraProperties"/>.</summary>
/// <param name="Type">The kind on the wire.</param>
public sealed record UnknownSessionConfig(string Type) : SessionConfig
{
    /// <inheritdoc/>
    public override string Type { get; } = Type;

    internal override bool HasSettings => ExtraProperties is { Count: > 0 };
}
