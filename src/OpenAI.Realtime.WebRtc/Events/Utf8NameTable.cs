using System.Text;

namespace OpenAI.Realtime.WebRtc.Events;

/// <summary>Looks values up by a name in UTF-8, without making a string of it. Read-only, so thread-safe.</summary>
internal sealed class Utf8NameTable<T>
    where T : class
{
    private readonly (byte[] Name, T Value)[]?[] _buckets;

    public Utf8NameTable(IReadOnlyCollection<(string Name, T Value)> entries)
    {
        _buckets = new (byte[], T)[]?[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, entries.Count) * 2)];
        foreach ((string name, T value) in entries)
        {
            byte[] utf8 = Encoding.UTF8.GetBytes(name);
            ref (byte[], T)[]? bucket = ref _buckets[BucketOf(utf8)];
            bucket = [.. bucket ?? [], (utf8, value)];
        }
    }

    public T? Find(ReadOnlySpan<byte> name)
    {
        foreach ((byte[] candidate, T value) in _buckets[BucketOf(name)] ?? [])
        {
            if (name.SequenceEqual(candidate))
                return value;
        }
        return null;
    }

    /// <summary>FNV-1a: our own few names, so nobody can choose them to collide.</summary>
    private int BucketOf(ReadOnlySpan<byte> name)
    {
        uint hash = 2166136261;
        foreach (byte b in name)
            hash = (hash ^ b) * 16777619;
        return (int)((hash ^ (hash >> 16)) & (uint)(_buckets.Length - 1));
    }
}
