namespace OpenAI.Realtime.WebRtc.Sideband;

/// <summary>How long a sideband waits for what.</summary>
/// <param name="First">For a call that the service does not know yet.</param>
/// <param name="Again">For a WebSocket in place of one that is gone.</param>
/// <param name="KeepAliveInterval">For a word of the service, before a sign of life is asked for.</param>
/// <param name="KeepAliveTimeout">For that sign.</param>
internal readonly record struct SidebandTimes(TimeSpan First, TimeSpan Again, TimeSpan KeepAliveInterval, TimeSpan KeepAliveTimeout)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <param name="first">What the option behind <see cref="First"/> is called.</param>
    /// <exception cref="ArgumentException">A time is out of its range.</exception>
    public void Validate(string first)
    {
        if (First < TimeSpan.Zero || First > Longest)
            throw new ArgumentException($"{first} must lie between 0 and 10 minutes.");
        if (Again < TimeSpan.Zero || Again > Longest)
            throw new ArgumentException("ReconnectTimeout must lie between 0 and 10 minutes.");
        if (KeepAliveInterval < TimeSpan.FromSeconds(1) || KeepAliveInterval > Longest)
            throw new ArgumentException("KeepAliveInterval must lie between 1 second and 10 minutes.");
        if (KeepAliveTimeout < TimeSpan.FromSeconds(1) || KeepAliveTimeout > Longest)
            throw new ArgumentException("KeepAliveTimeout must lie between 1 second and 10 minutes.");
    }
}
