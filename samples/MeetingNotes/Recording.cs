using OpenAI.Realtime.WebRtc.Media;

namespace MeetingNotes;

/// <summary>The meeting's sound, and when all of it has been read.</summary>
internal sealed class Recording : IAudioSource, IDisposable
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IAudioSource _source;

    private Recording(IAudioSource source) => _source = source;

    /// <summary>Completes when the recording has ended, and fails when it cannot be read. Silence is sent from then on.</summary>
    public Task Ended => _ended.Task;

    public AudioFormat Format => _source.Format;

    public bool PacesItself => _source.PacesItself;

    public bool IsLive => _source.IsLive;

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no WAV file.</exception>
    public static Recording Open(string file) => new(file == "-" ? new StreamAudioSource(StandardInput.Open()) : new WavFileAudioSource(file));

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

    public void Dispose() => (_source as IDisposable)?.Dispose();
}
