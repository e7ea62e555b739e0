using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Caching.Distributed;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;

/// <summary>A distributed cache that a test can look into, and that can be made to fail or to stall, whatever its token says.</summary>
internal sealed class TestCache : IDistributedCache
{
    private readonly Channel<string> _asked = Channel.CreateUnbounded<string>();

    public ConcurrentDictionary<string, byte[]> Entries { get; } = new();

    /// <summary>Runs before each answer.</summary>
    public Func<Task> Before { get; set; } = () => Task.CompletedTask;

    /// <summary>Completes when the cache is asked for the next time.</summary>
    public async Task AskedAsync() => await _asked.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    public Task<byte[]?> GetAsync(string key, CancellationToken token = default) => AnswerAsync(key, () => Entries.GetValueOrDefault(key));

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default) => AnswerAsync(key, () => Entries[key] = value);

    public Task RemoveAsync(string key, CancellationToken token = default) => AnswerAsync(key, () => Entries.TryRemove(key, out _));

    public Task RefreshAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

    public byte[]? Get(string key) => throw new NotSupportedException();

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw new NotSupportedException();

    public void Remove(string key) => throw new NotSupportedException();

    public void Refresh(string key) => throw new NotSupportedException();

    private async Task<T> AnswerAsync<T>(string key, Func<T> answer)
    {
        _asked.Writer.TryWrite(key);
        await Before();
        return answer();
    }
}
