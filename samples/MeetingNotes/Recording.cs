using OpenAI.Realtime.WebRtc.Devices;
using OpenAI.Realtime.WebRtc.Media;

namespace MeetingNotes;

/// <summary>The meeting's sound, and when all of it has been read: a microphone's never is.</summary>
internal sealed class Recording : IAudioSource, IDisposable
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IAudioSource _source;
    private readonly AudioDevices? _devices;

    private Recording(IAudioSource source, AudioDevices? devices = null) => (_source, _devices) = (source, devices);

    /// <summary>Completes when the recording has ended, and fails when it cannot be read. Silence is sent from then on.</summary>
    public Task Ended => _ended.Task;

    public AudioFormat Format => _source.Format;

    public bool PacesItself => _source.PacesItself;

    public bool IsLive => _source.IsLive;

    public bool KeepsItsOwnDelay => _source.KeepsItsOwnDelay;

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no WAV file.</exception>
    /// <exception cref="AudioDeviceException">There is no microphone, or no sound system.</exception>
    public static Recording Open(string recording) => recording switch
    {
        "mic" => OpenMicrophone(),
        "-" => new(new StreamAudioSource(StandardInput.Open())),
        _ => new(new WavFileAudioSource(recording)),
    };

    public async ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            int count = await _source.ReadAsync(buffer, cancellationToken);
            if (count == 0)
                _ended.TrySetResult();
            return count;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _ended.TrySetException(e);
            throw;
        }
    }

    public void Dispose()
    {
        (_source as IDisposable)?.Dispose();
        _devices?.Dispose();
    }

    private static Recording OpenMicrophone()
    {
        AudioDevices devices = AudioDevices.Open(new() { ApplicationName = "MeetingNotes" });
        try
        {
            return new(devices.OpenMicrophone(), devices);
        }
        catch
        {
            devices.Dispose();
            throw;
        }
    }
}
