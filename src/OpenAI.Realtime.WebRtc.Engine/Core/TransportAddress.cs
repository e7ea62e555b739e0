using System.Buffers.Binary;
using System.Net;

namespace OpenAI.Realtime.WebRtc.Engine.Core;

/// <summary>
/// An IP address and a port as a value: comparing, hashing and storing one allocates nothing.
/// An IPv4-mapped IPv6 address is the IPv4 address.
/// </summary>
public readonly record struct TransportAddress
{
    private readonly UInt128 _address;
    private readonly uint _scope;

    private TransportAddress(UInt128 address, ushort port, uint scope, bool isIPv6)
    {
        _address = address;
        _scope = scope;
        Port = port;
        IsIPv6 = isIPv6;
    }

    /// <summary>The port, 0 to 65535.</summary>
    public ushort Port { get; }

    /// <summary>Whether this is an IPv6 address; otherwise it is IPv4.</summary>
    public bool IsIPv6 { get; }

    /// <summary>The length of the address in bytes: 4 or 16.</summary>
    public int AddressLength => IsIPv6 ? 16 : 4;

    /// <summary>Whether the address is in 127.0.0.0/8 or is ::1.</summary>
    public bool IsLoopback => IsIPv6 ? _address == 1 : (uint)_address >> 24 == 127;

    /// <summary>Whether the address is link-local: fe80::/10 or 169.254.0.0/16.</summary>
    public bool IsLinkLocal => IsIPv6 ? (uint)(_address >> 118) == 0x3FA : (uint)_address >> 16 == 0xA9FE;

    /// <summary>Makes one from the address bytes in network order: 4 or 16 of them.</summary>
    /// <exception cref="ArgumentException">The address has neither 4 nor 16 bytes.</exception>
    public static TransportAddress From(ReadOnlySpan<byte> address, ushort port, uint scope = 0)
    {
        if (address.Length == 4)
            return new(BinaryPrimitives.ReadUInt32BigEndian(address), port, 0, isIPv6: false);
        if (address.Length != 16)
            throw new ArgumentException("An IP address has 4 or 16 bytes.", nameof(address));
        UInt128 value = BinaryPrimitives.ReadUInt128BigEndian(address);
        return value >> 32 == 0xFFFF
            ? new((uint)value, port, 0, isIPv6: false)
            : new(value, port, scope, isIPv6: true);
    }

    /// <summary>Makes one from .NET's own types.</summary>
    public static TransportAddress From(IPAddress address, int port)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        uint scope = length == 16 ? (uint)address.ScopeId : 0;
        return From(bytes[..length], checked((ushort)port), scope);
    }

    /// <summary>Makes one from .NET's own types.</summary>
    public static TransportAddress From(IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        return From(endPoint.Address, endPoint.Port);
    }

    /// <summary>Writes the address bytes in network order and returns how many: 4 or 16.</summary>
    public int WriteAddress(Span<byte> destination)
    {
        if (!IsIPv6)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)_address);
            return 4;
        }

        BinaryPrimitives.WriteUInt128BigEndian(destination, _address);
        return 16;
    }

    /// <summary>The address as .NET's own type. Allocates.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        int length = WriteAddress(bytes);
        return IsIPv6 ? new IPAddress(bytes[..length], _scope) : new IPAddress(bytes[..length]);
    }

    /// <summary>Address and port as .NET's own type. Allocates.</summary>
    public IPEndPoint ToIPEndPoint() => new(ToIPAddress(), Port);

    /// <inheritdoc/>
    public override string ToString() => ToIPEndPoint().ToString();
}
