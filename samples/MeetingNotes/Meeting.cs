using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;

namespace MeetingNotes;

/// <summary>One meeting, from its recording to its last word.</summary>
internal static class Meeting
{
    /// <summary>Connects, plays the recording and writes down what comes, until both have ended.</summary>
    /// <returns>The program's exit code.</returns>
    /// <exception cref="RealtimeException">The service cannot be used, or the session broke.</exception>
    /// <exception cref="IOException">The recording cannot be read.</exception>
    /// <exception cref="OpenAI.Realtime.WebRtc.Devices.AudioDeviceException">The microphone cannot be opened.</exception>
    public static async Task<int> RunAsync(Settings settings, CancellationToken interrupted)
    {
        await using RealtimeTestEndpoint? inside = settings.Endpoint is null ? await RealtimeTestEndpoint.StartAsync(cancellationToken: interrupted) : null;
        using var recording = Recording.Open(settings.Recording);
        using var client = new RealtimeWebRtcClient(new() { Endpoint = inside?.BaseAddress ?? settings.Endpoint!, ApiKey = inside?.ApiKey ?? settings.ApiKey });
        await using RealtimeWebRtcSession session = await client.ConnectAsync(
            new() { Session = SessionFor(settings), Audio = { Source = recording } }, interrupted);

        var notes = new Notes(Console.Out, settings.To, !Console.IsOutputRedirected);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(interrupted);
        Task closing = CloseAfterAsync(recording, session, notes, settings, enough);
        try
        {
            // The loop of sessions that only listen or translate. It ends with the session.
            await foreach (TranscriptPiece piece in session.ReadTranscriptsAsync(enough.Token))
                notes.Write(piece);
        }
        catch (OperationCanceledException) when (!interrupted.IsCancellationRequested)
        {
            // The recording has ended, and no more words have come.
        }

        notes.End();
        await enough.CancelAsync();
        await closing;
        if (session.State == SessionState.Closed && (await session.Completion) is { Reason: not (SessionEndReason.ClosedLocally or SessionEndReason.ClosedByPeer) } end)
            throw new IOException($"the session broke: {end.Detail}");
        if (notes.LastWord == 0)
            await Console.Error.WriteLineAsync("MeetingNotes: nothing was said, or none of it was understood.");
        return 0;
    }

    // A translation finds the spoken language out by itself.
    private static SessionConfig SessionFor(Settings settings)
    {
        var transcription = new InputTranscription { Model = TranscriptionModel.GptTranscribe };
        if (settings.To is { } language)
            return new TranslationSessionConfig { InputTranscription = transcription, OutputLanguage = language };
        if (settings.From is { } from)
            transcription = transcription with { Languages = [from] };
        return new TranscriptionSessionConfig { InputTranscription = transcription };
    }

    // A translation says the rest when it is told to close, and then that it has. A transcription says nothing of an end: it is over when nothing more is written down.
    private static async Task CloseAfterAsync(Recording recording, RealtimeWebRtcSession session, Notes notes, Settings settings, CancellationTokenSource enough)
    {
        try
        {
            await recording.Ended.WaitAsync(enough.Token);
            long ended = TimeProvider.System.GetTimestamp();
            if (settings.To is not null)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), enough.Token);        // the last of it is on its way
                await session.SendAsync(new SessionClose(), enough.Token);
            }

            while (TimeProvider.System.GetElapsedTime(Math.Max(ended, notes.LastWord)) is var quiet && quiet < settings.Wait)
                await Task.Delay(settings.Wait - quiet, enough.Token);
            await enough.CancelAsync();
        }
        catch (Exception e) when (e is OperationCanceledException or RealtimeSessionEndedException)
        {
            // The session has ended by itself, or the person has.
        }
        catch
        {
            await enough.CancelAsync();
            throw;
        }
    }
}
