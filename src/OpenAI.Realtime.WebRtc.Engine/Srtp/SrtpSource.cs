using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Engine.Srtp;

/// <summary>What is kept for one SSRC in one direction: the cryptographic context of RFC 3711 §3.2.3, without the keys, which all share.</summary>
internal struct SrtpSource
{
    public uint Ssrc { get; set; }

    /// <summary>Indices of the SRTP packets seen. Its highest index holds ROC and s_l of §3.3.1.</summary>
    public ReplayWindow Rtp;

    /// <summary>Indices of the SRTCP packets seen.</summary>
    public ReplayWindow Rtcp;
}

/// <summary>The sources of one direction, in slots made beforehand. A slot is taken for good.</summary>
internal sealed class SrtpSourceTable(int capacity)
{
    private readonly SrtpSource[] _sources = new SrtpSource[capacity];

    public int Count { get; private set; }

    public bool IsFull => Count == _sources.Length;

    public ref SrtpSource this[int slot] => ref _sources[slot];

    /// <summary>The slot of this SSRC, or −1.</summary>
    public int Find(uint ssrc)
    {
        for (int slot = 0; slot < Count; slot++)
        {
            if (_sources[slot].Ssrc == ssrc)
                return slot;
        }

        return -1;
    }

    /// <summary>Takes a free slot; not to be called when <see cref="IsFull"/>.</summary>
    public int Add(uint ssrc)
    {
        _sources[Count].Ssrc = ssrc;
        return Count++;
    }
}
