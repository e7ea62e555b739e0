namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>
/// Says how much faster or slower a stream has to be read so that what waits of it stays the same: a phase-locked loop of second order, whose integral part is the difference between the two clocks.
/// </summary>
/// <remarks>
/// The error is noisy: a device's callbacks come some milliseconds early or late. It is smoothed over 2 s before it acts, so that the pitch moves by a few millionths and not audibly. Natural frequency 0.05 rad/s,
/// critically damped: a step of 200 ppm moves the delay by 1.5 ms and is forgotten within a minute and a half.
/// </remarks>
internal sealed class DriftControl
{
    /// <summary>The most by which the rate is changed: 3 thousandths, a twentieth of a semitone.</summary>
    public const double MaxCorrection = 0.003;

    private const double NaturalFrequency = 0.05;                       // rad/s
    private const double Proportional = 2 * NaturalFrequency;           // a second of error → change of the rate; critical damping
    private const double Integral = NaturalFrequency * NaturalFrequency;
    private const double MaxDrift = 0.001;                              // crystals are good for 0.0001
    private const double Smoothing = 2;                                 // seconds
    private const double MaxError = 0.02;                               // seconds: what is beyond is a stall, not drift

    private double _error;
    private double _drift;
    private double _settled;        // seconds since the start: the first errors are taken as they are

    /// <summary>How much faster the writer's clock is than the reader's, as far as is known: 0.0001 is 100 ppm.</summary>
    public double Drift => _drift;

    /// <summary>How far what waits is from what is meant to wait, smoothed, in seconds.</summary>
    public double Error => _error;

    /// <summary>Takes a measurement.</summary>
    /// <param name="error">How much more waits than is meant to, in seconds.</param>
    /// <param name="elapsed">The time since the last measurement, in seconds.</param>
    /// <returns>By how much to read faster: 0.001 is a thousandth.</returns>
    public double Update(double error, double elapsed)
    {
        error = Math.Clamp(error, -MaxError, MaxError);
        _settled = Math.Min(_settled + elapsed, Smoothing);
        _error += (error - _error) * Math.Min(1, elapsed / _settled);
        _drift = Math.Clamp(_drift + (Integral * _error * elapsed), -MaxDrift, MaxDrift);
        return Math.Clamp((Proportional * _error) + _drift, -MaxCorrection, MaxCorrection);
    }

    /// <summary>The delay was set anew; the clocks are the same.</summary>
    public void ForgetError() => (_error, _settled) = (0, 0);

    /// <summary>Another device: another clock.</summary>
    public void Reset() => (_error, _settled, _drift) = (0, 0, 0);
}
