using OpenAI.Realtime.WebRtc.Signaling;

namespace OpenAI.Realtime.WebRtc.Keys;

/// <summary>Asks a provider that is not ours: it gets our time limit, and its failures get their phase.</summary>
internal static class ForeignProvider
{
    /// <exception cref="RealtimeConnectException">It gave no key, or not within <paramref name="limit"/>; one that it throws itself passes through.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    public static async Task<EphemeralKey> AskAsync(
        IEphemeralKeyProvider provider, EphemeralKeyRequest request, TimeSpan limit, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(limit, timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            return await provider.GetKeyAsync(request, linked.Token).AsTask().WaitAsync(linked.Token).ConfigureAwait(false)
                ?? throw new InvalidOperationException("It returned null.");
        }
        catch (Exception e) when (e is not RealtimeConnectException && !cancellationToken.IsCancellationRequested)
        {
            throw timeout.IsCancellationRequested && e is OperationCanceledException
                ? new RealtimeConnectException(ConnectPhase.Key, RealtimeFailure.EndpointUnreachable,
                    $"The key provider gave no key within {limit.TotalSeconds:0.###} s ({nameof(OpenAIRealtimeWebRtcOptions.KeyTimeout)}). Find out what it waits for, or set that option higher.", e)
                : new RealtimeConnectException(ConnectPhase.Key, RealtimeFailure.KeyUnusable, $"The key provider {provider.GetType().Name} failed: {Redaction.Sentence(e.Message)} The inner exception says where.", e);
        }
    }
}
