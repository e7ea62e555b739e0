namespace OpenAI.Realtime.WebRtc.Tests.Support;

/// <summary>Waits for what must come; the limit only ends a test that would hang.</summary>
internal static class Soon
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static Task Within(this Task task) => task.WaitAsync(Limit);

    public static Task<T> Within<T>(this Task<T> task) => task.WaitAsync(Limit);
}
