using Microsoft.Extensions.Logging;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>Raises a device's changes in their order, one at a time, on a thread of nobody's: a handler may take its time and may throw.</summary>
/// <param name="sender">The device.</param>
/// <param name="kind">What it is.</param>
/// <param name="logger">Where a handler that throws is reported.</param>
/// <param name="run">Runs the handlers elsewhere.</param>
internal sealed class DeviceEvents(object sender, AudioDeviceKind kind, ILogger logger, Action<Action> run)
{
    private readonly Lock _gate = new();
    private readonly Queue<AudioDeviceStateEventArgs> _waiting = new();
    private bool _running;

    public event EventHandler<AudioDeviceStateEventArgs>? Changed;

    public void Raise(AudioDeviceState state, AudioDevice device, string? detail)
    {
        lock (_gate)
        {
            _waiting.Enqueue(new AudioDeviceStateEventArgs(state, device, detail));
            if (_running)
                return;
            _running = true;
        }

        run(RaiseAll);
    }

    private void RaiseAll()
    {
        while (true)
        {
            AudioDeviceStateEventArgs? change;
            lock (_gate)
            {
                if (!_waiting.TryDequeue(out change))
                {
                    _running = false;
                    return;
                }
            }

            try
            {
                Changed?.Invoke(sender, change);
            }
#pragma warning disable CA1031 // Whatever a user's handler throws must not end the process.
            catch (Exception e)
#pragma warning restore CA1031
            {
                DevicesLog.HandlerFailed(logger, kind, e);
            }
        }
    }
}
