using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Orleans.Runtime;
using Orleans.Storage;

namespace OpenAI.Realtime.WebRtc.Orleans.Tests.Support;

/// <summary>Grain storage that outlives every silo, checks versions, and can be looked into.</summary>
internal sealed class SharedStorage : IGrainStorage
{
    private readonly ConcurrentDictionary<string, (string Json, string ETag)> _states = new(StringComparer.Ordinal);
    private int _versions;

    /// <summary>How often something was written.</summary>
    public int Writes => Volatile.Read(ref _versions);

    public bool IsDown { get; set; }

    public void Put<T>(string grainKey, T state) => _states[grainKey] = (JsonSerializer.Serialize(state), NewETag());

    public T Get<T>(string grainKey) => JsonSerializer.Deserialize<T>(_states[grainKey].Json)!;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (_states.TryGetValue(grainId.Key.ToString()!, out (string Json, string ETag) kept))
            (grainState.State, grainState.ETag, grainState.RecordExists) = (JsonSerializer.Deserialize<T>(kept.Json)!, kept.ETag, true);
        return Task.CompletedTask;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        string key = grainId.Key.ToString()!;
        string json = JsonSerializer.Serialize(grainState.State);
        await Task.Yield();     // so that two writes of one grain at a time would be seen
        if (IsDown)
            throw new IOException("The storage is down.");
        string? current = _states.TryGetValue(key, out (string Json, string ETag) kept) ? kept.ETag : null;
        if (current != grainState.ETag)
            throw new InconsistentStateException("The version is an old one.", current, grainState.ETag);
        string next = NewETag();
        _states[key] = (json, next);
        (grainState.ETag, grainState.RecordExists) = (next, true);
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        _states.TryRemove(grainId.Key.ToString()!, out _);
        return Task.CompletedTask;
    }

    private string NewETag() => Interlocked.Increment(ref _versions).ToString(CultureInfo.InvariantCulture);
}
