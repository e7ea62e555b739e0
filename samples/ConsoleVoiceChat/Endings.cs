namespace ConsoleVoiceChat;

/// <summary>What ends a conversation: Ctrl-C, --seconds, the reply of the demonstration, trouble with the sound, or the service.</summary>
internal sealed class Endings(Settings settings, Task completion, Func<bool> hasSourceEnded, AudioInput input, AudioOutput output)
{
    public const string Interrupted = "interrupted";
    public const string Seconds = "seconds";
    public const string ReplyPlayed = "reply_played";

    /// <summary>What is still on its way when the service has sent the last of its audio.</summary>
    private static readonly TimeSpan Tail = TimeSpan.FromMilliseconds(600);

    /// <summary>Ctrl-C goes to a whole pipeline, and the player may be gone before the signal has reached us.</summary>
    private static readonly TimeSpan PipelineGrace = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan ShortestDemo = TimeSpan.FromSeconds(25);

    private readonly TaskCompletionSource _replyPlayed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The service has sent the last of a reply. It is the last reply when nothing more can be asked.</summary>
    public void OnReplyPlayed()
    {
        if (settings.Input == Settings.Silence || hasSourceEnded())
            _replyPlayed.TrySetResult();
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>Why, as one of the names above; null when it was not asked for, and the session or the sound says why.</returns>
    public async Task<string?> WaitAsync(CancellationToken stop)
    {
        Task interrupted = Task.Delay(Timeout.Infinite, stop);
        Task seconds = settings.Duration is { } duration ? Task.Delay(duration, stop) : interrupted;
        Task replyPlayed = settings is { IsDemo: true, Duration: null } && !input.IsMicrophone ? ReplyPlayedAsync(stop) : interrupted;

        Task first = await Task.WhenAny(interrupted, seconds, replyPlayed, completion, input.Failed, output.Failed);
        if (first == output.Failed)
            await Task.WhenAny(Task.Delay(PipelineGrace, stop));
        if (stop.IsCancellationRequested)
            return Interrupted;
        if (first == seconds)
            return Seconds;
        return first == replyPlayed ? ReplyPlayed : null;
    }

    /// <summary>The demonstration ends by itself; also when no reply comes, because nothing was asked.</summary>
    private async Task ReplyPlayedAsync(CancellationToken stop)
    {
        TimeSpan limit = input.Duration is { } asked ? Max(2 * asked + TimeSpan.FromSeconds(9), ShortestDemo) : ShortestDemo;
        while (settings.Input == Settings.Pipe && !hasSourceEnded() && !stop.IsCancellationRequested)
            await Task.Delay(100, CancellationToken.None);      // a pipe lasts as long as it lasts
        await Task.WhenAny(_replyPlayed.Task, Task.Delay(limit, stop));
        await Task.WhenAny(Task.Delay(Tail, stop));
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
