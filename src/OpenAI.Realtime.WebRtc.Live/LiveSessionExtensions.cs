using OpenAI.Realtime.WebRtc.Live.Events;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>The commands that the service acknowledges, each as a method that waits for it.</summary>
public static class LiveSessionExtensions
{
    /// <summary>Appends an order, see <see cref="LiveInstructionsAppend"/>, and waits until it is taken up.</summary>
    /// <inheritdoc cref="AppendCommentaryAsync"/>
    public static Task<LiveInstructionsAppended> AppendInstructionsAsync(this ILiveSession session, string content, string? delegationId = null, CancellationToken cancellationToken = default) =>
        CommandAsync<LiveInstructionsAppended>(session, new LiveInstructionsAppend(content, delegationId), cancellationToken);

    /// <summary>Appends a fact, see <see cref="LiveThinkingAppend"/>, and waits until it is taken up.</summary>
    /// <inheritdoc cref="AppendCommentaryAsync"/>
    public static Task<LiveThinkingAppended> AppendThinkingAsync(this ILiveSession session, string content, string? delegationId = null, CancellationToken cancellationToken = default) =>
        CommandAsync<LiveThinkingAppended>(session, new LiveThinkingAppend(content, delegationId), cancellationToken);

    /// <summary>Appends something to be said, see <see cref="LiveCommentaryAppend"/>, and waits until it is taken up, which is before it is said. A greeting is one that is sent first of all.</summary>
    /// <param name="session">The session.</param>
    /// <param name="content">The text, of at most 500 tokens.</param>
    /// <param name="delegationId">The delegation that it answers. Default: null, none.</param>
    /// <param name="cancellationToken">Ends the wait; the text may be taken up all the same.</param>
    /// <returns>Where on the session's clock it stands.</returns>
    /// <exception cref="LiveCommandException">The service refused it, or said nothing for <see cref="OpenAILiveWebRtcOptions.CommandTimeout"/>.</exception>
    /// <exception cref="RealtimeSessionEndedException">The session has ended, is being closed, or ended before it was answered.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static Task<LiveCommentaryAppended> AppendCommentaryAsync(this ILiveSession session, string content, string? delegationId = null, CancellationToken cancellationToken = default) =>
        CommandAsync<LiveCommentaryAppended>(session, new LiveCommentaryAppend(content, delegationId), cancellationToken);

    /// <summary>Changes the delegation's settings or the triggers, and waits until they are in effect. Changes answer in the order in which they were sent.</summary>
    /// <param name="session">The session.</param>
    /// <param name="changes">The changes.</param>
    /// <param name="cancellationToken">Ends the wait; they may take effect all the same.</param>
    /// <returns>The configuration in effect.</returns>
    /// <inheritdoc cref="ILiveSession.SendAndWaitAsync" path="/exception"/>
    public static Task<LiveSessionUpdated> UpdateAsync(this ILiveSession session, LiveSessionChanges changes, CancellationToken cancellationToken = default) =>
        CommandAsync<LiveSessionUpdated>(session, new LiveSessionUpdate(changes), cancellationToken);

    /// <summary>Asks the service to hear silence in place of what is sent, and waits until it does. What is sent goes on; see <see cref="LiveWebRtcSession.Muted"/>.</summary>
    /// <param name="session">The session.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <inheritdoc cref="ILiveSession.SendAndWaitAsync" path="/exception"/>
    public static Task MuteInputAsync(this ILiveSession session, CancellationToken cancellationToken = default) =>
        CommandAsync<LiveInputAudioMuted>(session, new LiveInputAudioMute(), cancellationToken);

    /// <summary>Asks the service to hear what is sent again, and waits until it does.</summary>
    /// <param name="session">The session.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <inheritdoc cref="ILiveSession.SendAndWaitAsync" path="/exception"/>
    public static Task UnmuteInputAsync(this ILiveSession session, CancellationToken cancellationToken = default) =>
        CommandAsync<LiveInputAudioUnmuted>(session, new LiveInputAudioUnmute(), cancellationToken);

    /// <summary>Puts an item before the Decisions model, and waits until it is there.</summary>
    /// <param name="session">The session.</param>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The item with its id.</returns>
    /// <inheritdoc cref="ILiveSession.SendAndWaitAsync" path="/exception"/>
    public static Task<LiveDecisionItemCreated> CreateDecisionItemAsync(this ILiveSession session, LiveDecisionItem item, CancellationToken cancellationToken = default) =>
        CommandAsync<LiveDecisionItemCreated>(session, new LiveDecisionItemCreate(item), cancellationToken);

    /// <summary>Takes an item away from the Decisions model, and waits until it is gone.</summary>
    /// <param name="session">The session.</param>
    /// <param name="itemId">The item.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <inheritdoc cref="ILiveSession.SendAndWaitAsync" path="/exception"/>
    public static Task<LiveDecisionItemDeleted> DeleteDecisionItemAsync(this ILiveSession session, string itemId, CancellationToken cancellationToken = default) =>
        CommandAsync<LiveDecisionItemDeleted>(session, new LiveDecisionItemDelete(itemId), cancellationToken);

    /// <summary>
    /// Plays a recording to the user in place of the model, and waits until it has begun (<see cref="LiveOutputAudioFixturePlaying"/>); <see cref="LiveOutputAudioFixturePlayed"/> tells its end. Texts are refused meanwhile.
    /// Documented for a <see cref="LiveSideband"/>; whether the data channel takes it is not known.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="audio">16 bit PCM, mono, 24000 samples a second, of at most 30 s.</param>
    /// <param name="cancellationToken">Ends the wait; it may be played all the same.</param>
    /// <inheritdoc cref="ILiveSession.SendAndWaitAsync" path="/exception"/>
    public static Task<LiveOutputAudioFixturePlaying> PlayAsync(this ILiveSession session, OpenAI.Realtime.WebRtc.Events.AudioData audio, CancellationToken cancellationToken = default) =>
        CommandAsync<LiveOutputAudioFixturePlaying>(session, new LiveOutputAudioFixturePlay(audio), cancellationToken);

    private static async Task<T> CommandAsync<T>(ILiveSession session, LiveClientEvent command, CancellationToken cancellationToken)
        where T : LiveServerEvent
    {
        ArgumentNullException.ThrowIfNull(session);
        LiveServerEvent answer = await session.SendAndWaitAsync(command, cancellationToken).ConfigureAwait(false);
        return answer as T ?? throw new LiveCommandException(command.Type, null,
            $"{command.Type} was acknowledged, but not in a shape that can be read: {(answer as MalformedLiveEvent)?.Reason ?? answer.Type}");
    }
}
