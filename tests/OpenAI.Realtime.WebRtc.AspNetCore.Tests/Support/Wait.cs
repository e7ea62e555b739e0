namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;

internal static class Wait
{
    /// <summary>Looks again every few milliseconds until it is so; fails after half a minute, or as long as is said.</summary>
    public static async Task UntilAsync(Func<bool> isSo, string what, TimeSpan? atMost = null)
    {
        using var patience = new CancellationTokenSource(atMost ?? TimeSpan.FromSeconds(30));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!isSo())
        {
            try
            {
                await timer.WaitForNextTickAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"It never came about that {what}.");
            }
        }
    }
}
