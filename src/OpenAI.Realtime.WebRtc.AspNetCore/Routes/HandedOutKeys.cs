using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Routes;

/// <summary>Remembers digests of the keys that have been handed out, so that none goes to a second caller whatever a provider does. Thread-safe.</summary>
internal sealed class HandedOutKeys
{
    /// <summary>How many are remembered: at a hundred keys a second, those of ten minutes, which is how long a key lives.</summary>
    public const int MaxKeys = 65_536;

    private readonly HashSet<UInt128> _known = [];
    private readonly Queue<UInt128> _oldest = new();
    private readonly Lock _gate = new();

    /// <summary>False when the key has been handed out already.</summary>
    public bool TryAdd(string key)
    {
        UInt128 digest = BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
        lock (_gate)
        {
            if (!_known.Add(digest))
                return false;
            _oldest.Enqueue(digest);
            if (_oldest.Count > MaxKeys)
                _known.Remove(_oldest.Dequeue());
            return true;
        }
    }
}
