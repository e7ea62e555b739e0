using System.Buffers.Binary;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>A connection's share of a port: it sends through it, and so claims the addresses that it talks to. Used by the connection's loop alone.</summary>
internal sealed class PortShare(SharedPort port, IDatagramReceiver receiver)
{
    // RFC 8489 §5: the first 16 bits. No other protocol of ours begins with a byte under 20.
    private const ushort BindingSuccess = 0x0101, BindingError = 0x0111;

    private readonly RemoteSocketAddress _socketAddress = new(port.Local.IsIPv6, port.Scope);
    private TransportAddress _claimed;
    private long _taken;

    public SharedPort Port => port;

    public IDatagramReceiver Receiver => receiver;

    public TransportAddress Local => port.Local;

    /// <summary>Its entry in the port's directory.</summary>
    public PortDirectory<PortShare>.Member Member { get; set; } = null!;

    /// <summary>How many datagrams went to an address whose answers are brought to another connection.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Sends one datagram. Never blocks, never throws, allocates nothing.</summary>
    public SendOutcome Send(ReadOnlySpan<byte> datagram, in TransportAddress remote)
    {
        if (remote.IsIPv6 != Local.IsIPv6)
            return SendOutcome.Unreachable;
        Claim(datagram, remote);
        return port.Send(datagram, _socketAddress.Of(remote));
    }

    private void Claim(ReadOnlySpan<byte> datagram, in TransportAddress remote)
    {
        ushort type = datagram.Length < 2 ? (ushort)0 : BinaryPrimitives.ReadUInt16BigEndian(datagram);
        if (type == BindingError)
            return; // anybody can get one
        ClaimStrength strength = type == BindingSuccess ? ClaimStrength.Proven : ClaimStrength.Sent;
        if (strength == ClaimStrength.Sent && _claimed == remote)
            return;
        if (port.TryClaim(this, remote, strength))
            _claimed = remote;
        else
            Interlocked.Increment(ref _taken);
    }
}
