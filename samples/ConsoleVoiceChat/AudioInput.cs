using OpenAI.Realtime.WebRtc.Media;

namespace ConsoleVoiceChat;

/// <summary>The caller's voice, and what went wrong with it.</summary>
internal sealed class AudioInput : IDisposable
{
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IDisposable? _file;

    private AudioInput(IAudioSource source, IDisposable? file = null, TimeSpan? duration = null)
    {
        Source = new Watched(source, this);
        Duration = duration;
        _file = file;
    }

    public IAudioSource Source { get; }

    /// <summary>How long it lasts; null when nobody knows.</summary>
    public TimeSpan? Duration { get; }

    /// <summary>Completes when it cannot be read any more. (Its end is no failure: silence is sent from then on.)</summary>
    public Task Failed => _failed.Task;

    public ChatException? Trouble { get; private set; }

    /// <summary>Whether somebody speaks, for as long as they like.</summary>
    public bool IsMicrophone { get; private init; }

    /// <param name="settings">What is asked for.</param>
    /// <param name="microphone">The microphone that is open; null for none.</param>
    /// <exception cref="ChatException">The file cannot be read.</exception>
    public static AudioInput Open(Settings settings, IAudioSource? microphone)
    {
        if (microphone is not null)
            return new AudioInput(microphone) { IsMicrophone = true };
        if (settings.Input == Settings.Silence)
            return new AudioInput(new SilenceAudioSource());
        if (settings.Input == Settings.Pipe)
            return new AudioInput(new StreamAudioSource(Console.OpenStandardInput(), isLive: true));
        WavFileAudioSource file = settings.Input == Settings.Unsaid
            ? new WavFileAudioSource(typeof(AudioInput).Assembly.GetManifestResourceStream("question.wav")!)
            : Files.Open(() => new WavFileAudioSource(settings.Input), "--input");
        return new AudioInput(file, file, file.Duration);
    }

    public void Dispose() => _file?.Dispose();

    /// <summary>A session goes on when a source fails; this program would rather say so.</summary>
    private sealed class Watched(IAudioSource inner, AudioInput owner) : IAudioSource
    {
        public AudioFormat Format => inner.Format;

        public bool PacesItself => inner.PacesItself;

        public bool IsLive => inner.IsLive;

        public bool IsNonBlocking => inner.IsNonBlocking;

        public bool KeepsItsOwnDelay => inner.KeepsItsOwnDelay;

        public async ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await inner.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                owner.Trouble ??= Files.Problem("--input", e);
                owner._failed.TrySetResult();
                throw;
            }
        }
    }
}
