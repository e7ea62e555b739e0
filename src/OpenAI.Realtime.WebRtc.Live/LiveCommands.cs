using System.Security.Cryptography;
using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>The commands of a session that wait for their acknowledgement, by the id that they were sent with. Thread-safe.</summary>
internal sealed class LiveCommands(TimeProvider timeProvider, TimeSpan limit)
{
    /// <summary>More are not waited for at once: nobody has that many open, and each holds an answer's place until its limit.</summary>
    private const int MaxPending = 1024;

    private readonly Lock _lock = new();
    private readonly List<Pending> _pending = [];       // the oldest first: a service that does not say which command it answers answers them in order
    private readonly string _prefix = "cmd_" + RandomNumberGenerator.GetHexString(12, lowercase: true) + "_";
    private long _next;
    private Exception? _closed;

    /// <summary>The name of the event that acknowledges a command; null for one that the API does not acknowledge, and for one that it does not know.</summary>
    public static string? AcknowledgementOf(string command) => command switch
    {
        "session.update" => "session.updated",
        "session.input_audio.mute" => "session.input_audio.muted",
        "session.input_audio.unmute" => "session.input_audio.unmuted",
        "session.instructions.append" => "session.instructions.appended",
        "session.thinking.append" => "session.thinking.appended",
        "session.commentary.append" => "session.commentary.appended",
        "decision.item.create" => "decision.item.created",
        "decision.item.delete" => "decision.item.deleted",
        "session.output_audio.fixture.play" => "session.output_audio.fixture.playing",
        "transport.dtmf.send" => "transport.dtmf.sent",
        _ => null,
    };

    /// <summary>Sends a command and waits for what answers it.</summary>
    /// <param name="command">The command; gets an id where it has none.</param>
    /// <param name="acknowledgement">The name of the event that answers it.</param>
    /// <param name="send">Sends it.</param>
    /// <param name="cancellationToken">Ends the wait; the command may take effect all the same.</param>
    public async Task<LiveServerEvent> RunAsync(
        LiveClientEvent command, string acknowledgement, Func<LiveClientEvent, CancellationToken, ValueTask> send, CancellationToken cancellationToken)
    {
        string id = command.EventId ?? _prefix + Interlocked.Increment(ref _next).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var pending = new Pending(id, command.Type, acknowledgement);
        Add(pending);
        try
        {
            await send(command.EventId is null ? command with { EventId = id } : command, cancellationToken).ConfigureAwait(false);
            return await pending.Answer.Task.WaitAsync(limit, timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new LiveCommandException(command.Type, null,
                $"{command.Type} was not acknowledged within {limit.TotalSeconds:0.###} s, and may take effect all the same. Nothing is taken up while no audio flows or a recording plays; CommandTimeout sets the limit.", e);
        }
        finally
        {
            Remove(pending);
        }
    }

    /// <summary>Gives an event to the command that it answers, if there is one.</summary>
    /// <returns>Whether it was an error that a command's caller gets to see.</returns>
    public bool Take(LiveServerEvent read)
    {
        if (read is LiveError { Error: var error })
            return Find(error.ClientEventId ?? read.ClientEventId) is { } refused && refused.Answer.TrySetException(Refused(refused.Command, error));
        if (FindAnswered(read) is { } answered)
            answered.Answer.TrySetResult(read);
        return false;
    }

    /// <summary>The session has ended: nothing is answered any more.</summary>
    public void Close(Exception reason)
    {
        Pending[] left;
        lock (_lock)
        {
            _closed ??= reason;
            left = [.. _pending];
        }
        foreach (Pending pending in left)
            pending.Answer.TrySetException(reason);
    }

    private void Add(Pending pending)
    {
        lock (_lock)
        {
            if (_closed is not null)
                throw _closed;
            if (_pending.Count >= MaxPending)
                throw new InvalidOperationException($"{MaxPending} commands wait for their acknowledgement already.");
            if (_pending.Exists(other => other.Id == pending.Id))
                throw new ArgumentException("A command with this EventId waits for its acknowledgement; an id is never used twice.");
            _pending.Add(pending);
        }
    }

    private void Remove(Pending pending)
    {
        lock (_lock)
            _pending.Remove(pending);
    }

    private Pending? Find(string? id)
    {
        if (id is null)
            return null;
        lock (_lock)
            return _pending.Find(pending => pending.Id == id);
    }

    private Pending? FindAnswered(LiveServerEvent read)
    {
        lock (_lock)
        {
            return _pending.Find(pending =>
                pending.Acknowledgement == read.Type && !pending.Answer.Task.IsCompleted && (read.ClientEventId is null || read.ClientEventId == pending.Id));
        }
    }

    private static LiveCommandException Refused(string command, LiveErrorDetails error)
    {
        string code = error.Code is { } known ? $" ({LiveEndings.Shown(known.Value)})" : "";
        return new LiveCommandException(command, error, $"The service refused {command} and said \"{LiveEndings.Shown(error.Message) ?? "nothing more"}\"{code}. The session goes on.");
    }

    /// <param name="id">What it was sent with.</param>
    /// <param name="command">Its name.</param>
    /// <param name="acknowledgement">The name of the event that answers it.</param>
    private sealed class Pending(string id, string command, string acknowledgement)
    {
        public string Id => id;

        public string Command => command;

        public string Acknowledgement => acknowledgement;

        public TaskCompletionSource<LiveServerEvent> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
