namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Sending;

/// <summary>RTO from measured round trips (RFC 9260 §6.3.1), and its backing off (§6.3.3).</summary>
internal sealed class RetransmissionTimeout(SctpOptions options)
{
    /// <summary>
    /// The least that RTO exceeds SRTT by. A round trip measured while the peer acknowledged at once says nothing of the 200 ms that its
    /// next SACK may wait (§6.2); without this margin each such wait would be taken for a loss.
    /// </summary>
    private static readonly TimeSpan LeastMargin = TimeSpan.FromMilliseconds(220);

    private TimeSpan _variation;

    /// <summary>The RTO of this moment.</summary>
    public TimeSpan Current { get; private set; } = options.RtoInitial;

    /// <summary>SRTT; null until something has been measured.</summary>
    public TimeSpan? Smoothed { get; private set; }

    /// <summary>Rules C2 and C3. Only of DATA that was sent once (C5, Karn).</summary>
    public void Measure(TimeSpan roundTrip)
    {
        if (Smoothed is not TimeSpan smoothed)
        {
            Smoothed = roundTrip;
            _variation = roundTrip / 2;
        }
        else
        {
            _variation = 0.75 * _variation + 0.25 * (smoothed - roundTrip).Duration(); // RTO.Beta = 1/4
            Smoothed = 0.875 * smoothed + 0.125 * roundTrip; // RTO.Alpha = 1/8
        }

        TimeSpan margin = 4 * _variation;
        Current = Clamp(Smoothed.Value + (margin > LeastMargin ? margin : LeastMargin)); // C6, C7
    }

    /// <summary>Rule E2: nothing came back in time.</summary>
    public void BackOff() => Current = Clamp(2 * Current);

    private TimeSpan Clamp(TimeSpan value) =>
        value < options.RtoMin ? options.RtoMin : value > options.RtoMax ? options.RtoMax : value;
}
