namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Records;

/// <summary>
/// Which of the last 64 record numbers have been received (RFC 6347 §4.1.2.6). Asked before the record is authenticated, told
/// only after.
/// </summary>
internal struct ReplayWindow
{
    private const int Width = 64;

    private ulong _next;    // one more than the highest number received
    private ulong _seen;    // bit n: number _next - 1 - n has been received

    public readonly bool IsNew(ulong sequence)
    {
        if (sequence >= _next)
            return true;
        ulong age = _next - 1 - sequence;
        return age < Width && (_seen >> (int)age & 1) == 0;
    }

    public void Accept(ulong sequence)
    {
        if (sequence >= _next)
        {
            ulong ahead = sequence - _next + 1;
            _seen = ahead < Width ? _seen << (int)ahead | 1 : 1;
            _next = sequence + 1;
            return;
        }

        ulong age = _next - 1 - sequence;
        if (age < Width)
            _seen |= 1UL << (int)age;
    }
}
