namespace OpenAI.Realtime.WebRtc.Signaling;

/// <summary>Gets the API key at the moment when a request needs it: from the options, or from their callback, which is asked anew each time.</summary>
internal static class ApiKeySource
{
    private const string Provider = nameof(OpenAIRealtimeWebRtcOptions.ApiKeyProvider);

    /// <summary>The request with the API key on it.</summary>
    /// <param name="call">What the key is needed for; its failure is that request's.</param>
    /// <param name="options">Hold the key, or its provider.</param>
    /// <param name="timeProvider">The clock of the limit.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RealtimeException">The provider gave no key that can be used.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    public static async ValueTask<HttpCall> AuthorizeAsync(HttpCall call, OpenAIRealtimeWebRtcOptions options, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        string key = options.ApiKeyProvider is { } provider
            ? await AskAsync(provider, call, options, timeProvider, cancellationToken).ConfigureAwait(false)
            : options.ApiKey!;
        return call with { Credential = Credential.Api(key, options) };
    }

    private static async Task<string> AskAsync(
        Func<CancellationToken, ValueTask<string>> provider, HttpCall call, OpenAIRealtimeWebRtcOptions options, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        (TimeSpan limit, string limitOption) = call.OfCall is { Operation: RealtimeCallOperation.HangUp } && options.HangUpTimeout < options.KeyTimeout
            ? (options.HangUpTimeout, nameof(options.HangUpTimeout))
            : (options.KeyTimeout, nameof(options.KeyTimeout));
        using var timeout = new CancellationTokenSource(limit, timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        CancellationToken token = linked.Token;
        string? key;
        try
        {
            // On the pool, so that one that blocks its thread keeps the limit, too.
            Task<string> asking = Task.Run(() => provider(token).AsTask(), token);
            _ = asking.ContinueWith(static left => _ = left.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            key = await asking.WaitAsync(token).ConfigureAwait(false);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (OperationCanceledException e) when (timeout.IsCancellationRequested)
        {
            throw Unusable($"{Provider} gave no key within {limit.TotalSeconds:0.###} s. Find out what it waits for, or set {limitOption} higher.", e);
        }
#pragma warning disable CA1031 // Whatever it throws is a failure of this request.
        catch (Exception e)
#pragma warning restore CA1031
        {
            // What it says is not repeated: it may quote a key, and not every key is known by its look.
            throw Unusable($"{Provider} threw {e.GetType().Name}: the inner exception has what it said. Check where it takes the key from.", e);
        }

        if (string.IsNullOrWhiteSpace(key))
            throw Unusable($"{Provider} gave an empty key. Let it throw where it has none.");
        if (HeaderValue.FaultOfKey(key) is { } fault)
            throw Unusable($"{Provider} gave a key that {fault}");
        return key;

        // Getting a key is a phase of its own, whatever the request is that needs it.
        RealtimeException Unusable(string message, Exception? cause = null) => (call with { Phase = ConnectPhase.Key }).Failed(RealtimeFailure.KeyUnusable, message, cause);
    }
}
