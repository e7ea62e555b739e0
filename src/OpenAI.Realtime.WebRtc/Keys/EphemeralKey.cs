using System.Diagnostics;
using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.Keys;

/// <summary>A short-lived key that opens calls. Only <see cref="Value"/> shows it; <see cref="ToString"/> does not.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class EphemeralKey
{
    /// <summary>Makes one.</summary>
    /// <param name="value">The key, such as <c>ek_…</c>.</param>
    /// <param name="expiresAt">When it expires; null when that is not known.</param>
    /// <param name="carriesSession">
    /// Whether the session configuration of the <see cref="EphemeralKeyRequest"/> has been bound to it, so that the client need not send it again
    /// once the channel is open.
    /// </param>
    /// <param name="isCached">Whether it comes from a cache: when it is refused, a new one is asked for, once.</param>
    /// <exception cref="ArgumentException">The key is empty, stands in quotation marks, begins with the word Bearer, or holds a character that cannot stand in an HTTP header.</exception>
    public EphemeralKey(string value, DateTimeOffset? expiresAt = null, bool carriesSession = false, bool isCached = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(value);
        if (HeaderValue.FaultOfKey(value) is { } fault)
            throw new ArgumentException($"The key {fault}", nameof(value));
        Value = value;
        ExpiresAt = expiresAt;
        CarriesSession = carriesSession;
        IsCached = isCached;
    }

    /// <summary>The key itself. A secret.</summary>
    public string Value { get; }

    /// <summary>When it expires; null when that is not known.</summary>
    public DateTimeOffset? ExpiresAt { get; }

    /// <summary>Whether the requested session configuration has been bound to it.</summary>
    public bool CarriesSession { get; }

    /// <summary>Whether it comes from a cache.</summary>
    public bool IsCached { get; }

    /// <summary>Says when it expires; never the key.</summary>
    public override string ToString() =>
        ExpiresAt is { } at ? $"ephemeral key (expires {at:u})" : "ephemeral key (expiry not known)";

    internal EphemeralKey AsCached() => IsCached ? this : new EphemeralKey(Value, ExpiresAt, CarriesSession, isCached: true);
}
