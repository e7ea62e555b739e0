namespace OpenAI.Realtime.WebRtc.Engine.Sctp.Sending;

/// <summary>
/// Tells DATA that was cut for longer packets than the path carries from bad luck. Such DATA cannot be cut again (RFC 9260 §6.9), and answers to other packets hide that it is repeated for ever:
/// each of them says that the peer is there.
/// </summary>
/// <remarks>What counts is the oldest chunk: it was repeated, nothing as long was acknowledged meanwhile, DATA or probe, and something shorter was.</remarks>
internal sealed class RepeatsInVain(PacketSizeProbe size)
{
    /// <summary>So many say that the path may have shrunk; by chance, where a fifth is lost, one chunk in a hundred is repeated so often.</summary>
    private const int RepeatsUntilDoubt = 3;

    private int _count;
    private bool _shorterArrive;

    /// <summary>The oldest chunk goes again, and not into a closed window: that may be repeated for ever (§6.1 A).</summary>
    public void HandleRepeat()
    {
        if (++_count == RepeatsUntilDoubt)
            size.Doubt();
    }

    /// <summary>A packet has been acknowledged that does not hold the oldest chunk.</summary>
    /// <param name="packet">Its length.</param>
    /// <param name="oldest">The length of the oldest chunk's packet; 0: nothing is outstanding.</param>
    public void HandleArrived(int packet, int oldest)
    {
        if (packet < oldest)
            _shorterArrive |= _count > 0;
        else if (packet > size.SmallSize)
            Forget(); // Small packets say nothing of small chunks that were bundled for a wider path.
    }

    /// <summary>The oldest chunk has been acknowledged.</summary>
    public void Forget()
    {
        _count = 0;
        _shorterArrive = false;
    }

    /// <summary>Whether the oldest chunk does not get through, because it is too long.</summary>
    /// <param name="oldest">The length of its packet; 0: nothing is outstanding.</param>
    /// <param name="repeats">How many are enough.</param>
    public bool IsTooLong(int oldest, int repeats) => _count > repeats && _shorterArrive && oldest > size.Size;
}
