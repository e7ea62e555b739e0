using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Peer;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Simulation;

/// <summary>One side of a simulation: the peer, and all that came out of it.</summary>
internal sealed class SimulatedPeer(WebRtcPeer peer, string name)
{
    public WebRtcPeer Peer { get; } = peer;

    public List<PeerEvent> Events { get; } = [];

    public List<byte[]> Messages { get; } = [];

    public List<(ReceivedAudio Header, byte[] Opus)> Audio { get; } = [];

    /// <summary>False: messages stay in the engine, as they do when the application does not read.</summary>
    public bool ReadsMessages { get; set; } = true;

    public int DatagramsSent { get; set; }

    /// <summary>Nothing reaches it and no timer of its goes off: the lid of the laptop is shut.</summary>
    public bool IsAsleep { get; set; }

    public bool IsOpen => Events.Any(e => e.Kind == PeerEventKind.ChannelOpen);

    public PeerEnd? End => Events.Select(e => e.End).FirstOrDefault(end => end is not null);

    public bool Saw(PeerEventKind kind) => Events.Any(e => e.Kind == kind);

    public override string ToString() => $"{name}: {string.Join(" → ", Events.Select(e => e.End is { } end ? $"{e.Kind}({end.Reason}: {end.Detail})" : $"{e.Kind}"))}";

    /// <summary>Takes what is ready for the application.</summary>
    public void Drain(Instant now)
    {
        while (Peer.TryTakeEvent(out PeerEvent e))
            Events.Add(e);
        Span<byte> opus = stackalloc byte[1500];
        while (Peer.TryTakeAudio(opus, out ReceivedAudio audio))
            Audio.Add((audio, opus[..audio.Length].ToArray()));
        while (ReadsMessages && Peer.TryPeekMessage(out int length, out _))
        {
            byte[] message = new byte[length];
            Peer.TakeMessage(message, now);
            Messages.Add(message);
        }
    }
}
