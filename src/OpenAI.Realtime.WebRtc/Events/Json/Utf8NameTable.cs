using System.Buffers.Binary;
using System.Text;

namespace OpenAI.Realtime.WebRtc.Events.Json;

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

    /// <summary>Length and end tell our names apart well enough; they are our own few, so nobody can choose them to collide.</summary>
    private int BucketOf(ReadOnlySpan<byte> name)
    {
        ulong end = name.Length >= sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(name[^sizeof(ulong)..]) : name.IsEmpty ? 0UL : name[0];
        ulong hash = (end + (ulong)name.Length) * 0x9E3779B97F4A7C15; // 2⁶⁴ divided by the golden ratio spreads what differs anywhere
        return (int)((hash >> 40) & (uint)(_buckets.Length - 1));
    }
}
