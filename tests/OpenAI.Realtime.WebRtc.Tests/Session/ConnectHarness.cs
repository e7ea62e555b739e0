using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Session;

/// <summary>What tests of connecting have in common.</summary>
public abstract class ConnectHarness : Harness
{
    protected async Task<RealtimeConnectException> ConnectFails()
    {
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => ConnectAsync());
        Assert.DoesNotContain("sk-test-api-key", e.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("ek_test", e.ToString(), StringComparison.Ordinal);
        Assert.Contains(Log.GetSnapshot(), entry => entry.Id.Id == 12);
        return e;
    }

    protected void AssertNothingLeft(bool hungUp)
    {
        Assert.True(Peer.Disposed);
        Assert.True(Audio.Disposed);
        Assert.Equal(hungUp ? 1 : 0, HangUps);
    }

    protected static async Task HangAsync(Microsoft.AspNetCore.Http.HttpContext context, TaskCompletionSource asked)
    {
        var gone = new TaskCompletionSource();
        using CancellationTokenRegistration registration = context.RequestAborted.Register(() => gone.TrySetResult());
        asked.TrySetResult();
        await gone.Task;
    }
}
