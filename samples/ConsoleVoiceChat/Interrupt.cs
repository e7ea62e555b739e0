using System.Runtime.InteropServices;

namespace ConsoleVoiceChat;

/// <summary>
/// Ctrl-C and SIGTERM. The first asks the conversation to end: hang up, close, finish the files. The second ends the process at once.
/// </summary>
internal sealed class Interrupt : IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _signals;

    public Interrupt() => _signals =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
    ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _asked.Token;

    /// <summary>Called by the second signal, just before the process dies: gives the terminal back.</summary>
    public Action? LastMoment { get; set; }

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
            signal.Dispose();
        _asked.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (_asked.IsCancellationRequested)
        {
            LastMoment?.Invoke();
            return;     // what the signal does by itself: the process ends
        }
        context.Cancel = true;
        _ = _asked.CancelAsync();
    }
}
