using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>Takes out of each frame of the microphone what the loudspeaker played. Nothing is allocated a frame.</summary>
/// <remarks>
/// The far end waits for up to 20 ms in <see cref="FarEnd"/>; its echo comes later than that in any case, since both devices' rings alone hold 40 ms. Device and network have two clocks, but both rings are read and
/// written by the session's, so that far and near end advance together and the delay stands still.
/// </remarks>
internal sealed class EchoLine : IDisposable
{
    private static readonly TimeSpan MaxDelay = TimeSpan.FromMilliseconds(500);

    private readonly Microphone _microphone;
    private readonly Loudspeaker _loudspeaker;
    private readonly IEchoCanceller _canceller;
    private readonly ILogger _logger;
    private readonly FarEnd _farEnd = new();
    private readonly short[] _far = new short[Microphone.FrameSamples];
    private readonly short[] _output = new short[Microphone.FrameSamples];
    private TimeSpan? _delay;           // as the devices told it when sound first flowed
    private volatile bool _isNew;       // a device has been opened anew
    private volatile bool _failed;

    public EchoLine(Microphone microphone, Loudspeaker loudspeaker, IEchoCanceller canceller, ILogger logger)
    {
        _microphone = microphone;
        _loudspeaker = loudspeaker;
        _canceller = canceller;
        _logger = logger;
        microphone.Opening = loudspeaker.Opening = () => _isNew = true;
        loudspeaker.FarEnd = _farEnd.Write;
        microphone.Echo = Cancel;
    }

    public EchoCancellerState State => _failed ? default : _canceller.State;

    public void Dispose()
    {
        _microphone.Echo = null;
        _loudspeaker.FarEnd = null;
    }

    // One at a time: the microphone calls it under its lock.
    private void Cancel(Span<short> frame)
    {
        _farEnd.Read(_far);
        if (_loudspeaker.State != AudioDeviceState.Open)
            Array.Clear(_far);          // nobody hears it
        try
        {
            if (_isNew)
            {
                _isNew = false;
                _delay = null;
                _canceller.Reset();
            }

            _canceller.Process(_far, frame, _output, Delay());
        }
#pragma warning disable CA1031 // Whatever a user's canceller throws must not end the process on a device's thread.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failed = true;
            Dispose();
            DevicesLog.EchoFailed(_logger, e);
            return;
        }

        _output.CopyTo(frame);
    }

    // Told once: what the systems say afterwards wavers by milliseconds although the sound does not, and a canceller follows each leap of the hint.
    private TimeSpan? Delay()
    {
        if (_delay is null && _loudspeaker.Buffered is { Ticks: > 0 } buffered)
        {
            TimeSpan delay = buffered + _microphone.TotalDelay;
            _delay = delay < MaxDelay ? delay : MaxDelay;
        }

        return _delay;
    }
}
