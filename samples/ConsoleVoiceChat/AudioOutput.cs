using Microsoft.Win32.SafeHandles;
using OpenAI.Realtime.WebRtc.Media;

namespace ConsoleVoiceChat;

/// <summary>Where the assistant's voice goes, and what went wrong with it.</summary>
internal sealed class AudioOutput : IDisposable
{
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WavFileAudioSink? _file;

    private AudioOutput(IAudioSink sink, WavFileAudioSink? file = null)
    {
        Sink = new Watched(sink, this);
        _file = file;
    }

    public IAudioSink Sink { get; }

    /// <summary>Completes when it cannot be written any more: the disk is full, the player is gone.</summary>
    public Task Failed => _failed.Task;

    public ChatException? Trouble { get; private set; }

    /// <param name="settings">What is asked for.</param>
    /// <param name="loudspeaker">The loudspeaker that is open; null for none.</param>
    /// <exception cref="ChatException">The file cannot be made.</exception>
    public static AudioOutput Open(Settings settings, IAudioSink? loudspeaker)
    {
        if (loudspeaker is not null)
            return new AudioOutput(loudspeaker);
        if (settings.Output == Settings.Nowhere)
            return new AudioOutput(new NullAudioSink());
        if (settings.Output == Settings.Pipe)
            return new AudioOutput(new StreamAudioSink(StandardOutput()));
        WavFileAudioSink file = Files.Open(() => new WavFileAudioSink(settings.Output == Settings.Unsaid ? Settings.DefaultFile : settings.Output), "--output");
        return new AudioOutput(file, file);
    }

    /// <summary>Finishes the file.</summary>
    /// <exception cref="ChatException">It could not be finished.</exception>
    public void Close()
    {
        if (_file is not null && Files.Try(_file.Dispose, "--output") is { } problem)
            throw problem;
    }

    public void Dispose() => Files.Try(() => _file?.Dispose(), "--output");

    /// <summary>On Unix, the console's own stream would say nothing when the player at the other end of the pipe is gone.</summary>
    private static Stream StandardOutput() => OperatingSystem.IsWindows()
        ? Console.OpenStandardOutput()
        : new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);

    /// <summary>A session goes on when a sink fails; this program would rather say so.</summary>
    private sealed class Watched(IAudioSink inner, AudioOutput owner) : IAudioSink
    {
        public AudioFormat Format => inner.Format;

        public TimeSpan Buffered => inner.Buffered;

        public bool IsNonBlocking => inner.IsNonBlocking;

        public async ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default)
        {
            try
            {
                await inner.WriteAsync(pcm, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                owner.Trouble ??= Files.Problem("--output", e);
                owner._failed.TrySetResult();
                throw;
            }
        }

        public void Flush() => inner.Flush();
    }
}
