namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>
/// An echo canceller in managed code: finds the delay (0 to 500 ms), follows 200 ms of the room with an adaptive filter, and suppresses what the filter leaves. Nothing is allocated after the constructor.
/// </summary>
/// <remarks>
/// <code>
///   far end ─► spectra of the last 0.7 s ─┬─► delay ─┐
///                                         ├─► filter, and a quicker one that tells when the room has changed
///                                         │     ▼
///   near end ─────────────────────────────┴────(−)────► suppressor, comfort noise ─► output
/// </code>
/// One caller at a time; <see cref="State"/> may be read by any thread.
/// </remarks>
public sealed class EchoCanceller : IEchoCanceller
{
    /// <summary>Samples of a frame of each side: 20 ms.</summary>
    public const int FrameSamples = OpusPacket.SampleRate / 50;

    /// <summary>Hz.</summary>
    public const int SampleRate = OpusPacket.SampleRate;

    private const int Block = EchoBlocks.Block;
    private const int Lead = 1;                     // blocks by which the filter begins before the delay found, which is good to one block
    private const int Room = 3;                     // blocks from the filter's beginning in which the delay may lie before the filter is moved
    private const int HintLead = 3;                 // blocks: a hint is good to some tens of milliseconds
    private const float ActiveLevel = 1e-7f;        // −70 dBFS: a loudspeaker's echo of that drowns in any room's noise
    private const float EnergyForget = 0.1f;        // 100 ms
    private const float ErleForget = 0.01f;         // 1 s
    private const float MostErle = 60;              // dB

    // The quicker filter sees the speech band only. When it leaves half of what the other leaves, for 60 ms, the path has changed: a near end disturbs both alike.
    private const int QuickBins = 96;
    private const float QuickTransition = 0.98f;    // half a second; 0.95 and 0.99 do as well (measured)
    private const float QuickBetter = 0.5f;
    private const int QuickBlocks = 6;
    private const float Tiny = 1e-6f;               // of a spectrum's power: quieter than one step of 16 bits

    private readonly RealFft _fft = new(EchoBlocks.FftSize);
    private readonly FarEndHistory _far;
    private readonly EchoDelayEstimator _delays = new();
    private readonly EchoPathFilter _filter, _quick;
    private readonly EchoSuppressor _suppressor;
    private readonly float[] _farBlock = new float[Block], _near = new float[Block], _error = new float[Block], _output = new float[Block];
    private readonly float[] _nearWindow = new float[EchoBlocks.FftSize], _nearReal = new float[EchoBlocks.Stride], _nearImaginary = new float[EchoBlocks.Stride];
    private int _delay = -1;        // blocks at which the filter begins
    private int _found = -1;        // blocks, as the estimator said last
    private int _hint = -1;         // blocks, as the caller said last
    private int _changes;
    private float _nearEnergy, _errorEnergy;
    private float _filterError, _quickError;
    private int _quickIsBetter;
    private float _quickerBy;       // dB
    private float _nearBefore;      // of the block that comes out next
    private float _inPower, _outPower;

    private readonly Lock _gate = new();
    private EchoCancellerState _state;

    /// <summary>Makes one.</summary>
    public EchoCanceller()
    {
        _far = new FarEndHistory(_fft);
        _filter = new EchoPathFilter(_fft);
        _quick = new EchoPathFilter(_fft, QuickBins, QuickTransition, EchoBlocks.FilterBlocks);
        _suppressor = new EchoSuppressor(_fft);
    }

    /// <inheritdoc/>
    public TimeSpan Latency => TimeSpan.FromMilliseconds(10);

    /// <inheritdoc/>
    public EchoCancellerState State
    {
        get
        {
            lock (_gate)
                return _state;
        }
    }

    /// <inheritdoc/>
    public void Process(ReadOnlySpan<short> farEnd, ReadOnlySpan<short> nearEnd, Span<short> output, TimeSpan? delay = null)
    {
        CheckLengths(farEnd, nearEnd, output);
        if (delay is { } hint)
            FollowHint(hint);
        EchoCancellerActivity activity = EchoCancellerActivity.Idle;
        for (int at = 0; at < FrameSamples; at += Block)
        {
            ToFloats(farEnd.Slice(at, Block), _farBlock);
            ToFloats(nearEnd.Slice(at, Block), _near);
            activity = ProcessBlock();
            ToSamples(_output, output.Slice(at, Block));
        }

        float erle = _outPower > 0 ? Math.Clamp(10 * MathF.Log10(_inPower / _outPower), 0, MostErle) : 0;
        lock (_gate)
            _state = new EchoCancellerState(activity, _delay < 0 ? null : TimeSpan.FromMilliseconds(10 * Math.Max(_found, 0)), erle, _changes);
    }

    /// <inheritdoc/>
    public void Reset()
    {
        _far.Clear();
        _delays.Clear();
        _filter.Clear();
        _quick.Clear();
        _suppressor.Clear();
        Array.Clear(_nearWindow);
        _delay = _found = _hint = -1;
        _changes = _quickIsBetter = 0;
        _nearEnergy = _errorEnergy = _filterError = _quickError = _quickerBy = _nearBefore = _inPower = _outPower = 0;
        lock (_gate)
            _state = default;
    }

    internal static void CheckLengths(ReadOnlySpan<short> farEnd, ReadOnlySpan<short> nearEnd, Span<short> output)
    {
        if (farEnd.Length != FrameSamples || nearEnd.Length != FrameSamples || output.Length < FrameSamples)
            throw new ArgumentException($"A frame has {FrameSamples} samples on each side.");
    }

    private EchoCancellerActivity ProcessBlock()
    {
        _far.Add(_farBlock);
        _nearWindow.AsSpan(Block).CopyTo(_nearWindow);
        _near.CopyTo(_nearWindow.AsSpan(EchoBlocks.FftSize - Block));
        bool isHeard = _far.Loudest(0, EchoBlocks.Delays) > ActiveLevel;
        if (isHeard)
        {
            _fft.Forward(_nearWindow, _nearReal, _nearImaginary);
            _delays.Update(_far, _nearReal, _nearImaginary);
            FollowDelay();
        }

        bool isActive = _delay < 0 ? isHeard : _far.Loudest(_delay, EchoBlocks.FilterBlocks) > ActiveLevel;
        if (_delay >= 0 && isActive)
            Filter();
        else
            _near.CopyTo(_error, 0);
        _suppressor.Process(_error, _far, _filter, _delay, _quickerBy, isActive, _output);
        if (!isActive)
            return EchoCancellerActivity.Idle;
        if (_delay < 0)
            return EchoCancellerActivity.Searching;
        if (_suppressor.Residual.NearPresence > 0.5f)
            return EchoCancellerActivity.DoubleTalk;
        Measure();
        return _suppressor.Residual.Prior > 0.05f ? EchoCancellerActivity.Adapting : EchoCancellerActivity.Cancelling;
    }

    private void Filter()
    {
        _quick.Predict(_far, _delay, _error);
        Subtract();
        _quick.Adapt(_far, _delay, _error);
        _filter.Predict(_far, _delay, _error);
        (float near, float error) = Subtract();
        _filter.Adapt(_far, _delay, _error);
        if (!float.IsFinite(error))         // it never was; a filter that is no number would stay none
        {
            _filter.Clear();
            _quick.Clear();
            _near.CopyTo(_error, 0);
            return;
        }

        NoticeChange();
        _nearEnergy += EnergyForget * (near - _nearEnergy);
        _errorEnergy += EnergyForget * (error - _errorEnergy);
        if (_errorEnergy > _nearEnergy)     // the filter makes it worse, as for a moment after a leap
            _near.CopyTo(_error, 0);
    }

    private (float Near, float Error) Subtract()
    {
        float near = 0, error = 0;
        for (int n = 0; n < Block; n++)
        {
            float e = _near[n] - _error[n];
            _error[n] = e;
            near += _near[n] * _near[n];
            error += e * e;
        }

        return (near, error);
    }

    private void NoticeChange()
    {
        _filterError += EnergyForget * (_filter.ErrorPower - _filterError);
        _quickError += EnergyForget * (_quick.ErrorPower - _quickError);
        _quickerBy = MathF.Max(0, 10 * MathF.Log10((_filterError + Tiny) / (_quickError + Tiny)));
        _quickIsBetter = _quickError < QuickBetter * _filterError ? _quickIsBetter + 1 : 0;
        if (_quickIsBetter < QuickBlocks)
            return;
        _filter.Take(_quick);
        _suppressor.Residual.Doubt();
        _filterError = _quickError;
        _quickIsBetter = 0;
    }

    private void FollowDelay()
    {
        int found = _delays.Delay;
        if (found < 0 || found == _found)
            return;
        bool isFirst = _found < 0;
        int leap = isFirst ? 0 : Math.Abs(found - _found);
        _found = found;
        int to = Math.Max(0, found - Lead);
        if (_delay >= 0 && (to == _delay || (found > _delay && found <= _delay + Room)))
            return;
        if (_delay >= 0)
        {
            if (!isFirst)
                _changes++;
            if (leap <= 1)
            {
                _filter.Shift(to - _delay);     // clocks that drift
                _quick.Shift(to - _delay);
            }
            else
            {
                _filter.Doubt();
                _quick.Doubt();
                _suppressor.Residual.Doubt();
            }
        }

        _delay = to;
    }

    // Before a delay is found the filter begins where the hint says; afterwards a leap of the hint is one of the echo, and path and filter stay as they are.
    private void FollowHint(TimeSpan delay)
    {
        int hint = (int)Math.Clamp(delay.TotalMilliseconds / 10, 0, EchoBlocks.Delays - 1);
        if (_hint >= 0 && _found >= 0 && hint != _hint)
        {
            int to = Math.Clamp(_delay + hint - _hint, 0, EchoBlocks.Delays - 1);
            _delays.Move(to - _delay);
            _found = _delays.Delay;
            _delay = to;
            _changes++;
        }
        else if (_found < 0)
        {
            _delay = Math.Max(0, hint - HintLead);
        }

        _hint = hint;
    }

    private void Measure()
    {
        float near = 0, output = 0;
        for (int n = 0; n < Block; n++)
        {
            near += _near[n] * _near[n];
            output += _output[n] * _output[n];
        }

        _inPower += ErleForget * (_nearBefore - _inPower);
        _outPower += ErleForget * (output - _outPower);
        _nearBefore = near;
    }

    private static void ToFloats(ReadOnlySpan<short> samples, Span<float> floats)
    {
        for (int n = 0; n < samples.Length; n++)
            floats[n] = samples[n] * (1f / 32_768);
    }

    private static void ToSamples(ReadOnlySpan<float> floats, Span<short> samples)
    {
        for (int n = 0; n < samples.Length; n++)
            samples[n] = (short)Math.Clamp(MathF.Round(floats[n] * 32_768), short.MinValue, short.MaxValue);
    }
}
