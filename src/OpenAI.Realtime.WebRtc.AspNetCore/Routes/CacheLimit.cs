namespace OpenAI.Realtime.WebRtc.AspNetCore.Routes;

/// <summary>How long a cache may take.</summary>
/// <param name="timeout">Each time.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class CacheLimit(TimeSpan timeout, TimeProvider timeProvider)
{
    /// <summary>Asks the cache on a thread of the pool, because one that blocks, or does not look at its token, must not hold the request.</summary>
    /// <exception cref="TimeoutException">The cache took too long.</exception>
    public async Task<T> WithinAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        CancellationToken token = either.Token;
        Task<T> asked = Task.Run(() => ask(token), CancellationToken.None);
        try
        {
            return await asked.WaitAsync(token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The cache did not answer within {timeout}.");
        }
        finally
        {
            // What it throws later is nobody's any more.
            _ = asked.ContinueWith(static left => left.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }
}
