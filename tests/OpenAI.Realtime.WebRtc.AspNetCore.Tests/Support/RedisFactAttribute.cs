using OpenAI.Realtime.WebRtc.Interop.Tests;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;

/// <summary>A test with a real Redis: where it is missing the test is skipped, and fails in CI.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RedisFactAttribute : FactAttribute
{
    public RedisFactAttribute() => Skip = Peers.SkipWithout(RedisServer.Path, "redis-server");
}
