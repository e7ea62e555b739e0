namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Records;

/// <summary>
/// Records of epoch 1 that overtook what comes before them: a Finished before the message that makes the keys, application data before
/// the Finished. Keeping a few saves a retransmission (RFC 6347 §4.1 allows either).
/// </summary>
internal sealed class EarlyRecords
{
    /// <summary>How many records may wait.</summary>
    public const int MaxCount = 8;

    /// <summary>How many bytes may wait, over all records.</summary>
    public const int MaxBytes = 8 * 1024;

    private readonly List<byte[]> _records = [];
    private int _bytes;

    public bool TryAdd(ReadOnlySpan<byte> record)
    {
        if (_records.Count == MaxCount || _bytes + record.Length > MaxBytes)
            return false;
        _records.Add(record.ToArray());
        _bytes += record.Length;
        return true;
    }

    /// <summary>Takes the first record that can be read now: handshake and alerts with the keys, application data once connected.</summary>
    public bool TryTake(bool hasKeys, bool isConnected, out byte[] record)
    {
        for (int i = 0; hasKeys && i < _records.Count; i++)
        {
            record = _records[i];
            if (!isConnected && record[0] == (byte)ContentType.ApplicationData)
                continue;
            _records.RemoveAt(i);
            _bytes -= record.Length;
            return true;
        }

        record = [];
        return false;
    }
}
