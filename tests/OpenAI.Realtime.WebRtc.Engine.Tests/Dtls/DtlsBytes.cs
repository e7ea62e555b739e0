using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Dtls;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Records;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Dtls;

/// <summary>Takes datagrams apart and makes records that no honest peer would send.</summary>
internal static class DtlsBytes
{
    /// <summary>The records of a datagram, headers and all.</summary>
    public static List<byte[]> Records(byte[] datagram)
    {
        var records = new List<byte[]>();
        Span<byte> rest = datagram;
        while (RecordHeader.TryParse(rest, out RecordHeader header))
        {
            records.Add(rest[..(RecordHeader.Size + header.Length)].ToArray());
            rest = rest[(RecordHeader.Size + header.Length)..];
        }

        Assert.True(rest.IsEmpty);
        return records;
    }

    public static bool IsHandshake(byte[] record, HandshakeType type) =>
        record[0] == (byte)ContentType.Handshake && record[4] == 0 && record[RecordHeader.Size] == (byte)type;

    public static bool IsProtected(byte[] record) => record[4] == 1;

    public static byte[] Join(params IEnumerable<byte[]> records) => [.. records.SelectMany(r => r)];

    /// <summary>A record of epoch 0.</summary>
    public static byte[] Plain(ContentType type, byte[] content, ulong sequence = 1000)
    {
        var record = new byte[RecordHeader.Size + content.Length];
        new RecordHeader(type, ProtocolVersion.Dtls12, 0, sequence, content.Length).Write(record);
        content.CopyTo(record, RecordHeader.Size);
        return record;
    }

    /// <summary>A record of epoch 1, sealed with the keys of a connection.</summary>
    public static byte[] Sealed(DtlsConnection connection, ContentType type, byte[] content)
    {
        var record = new byte[content.Length + DtlsConnection.RecordOverhead];
        Assert.True(connection.Records.TryWrite(RecordLayer.ProtectedEpoch, type, content, default, record, out int length));
        Assert.Equal(record.Length, length);
        return record;
    }

    /// <summary>A fragment of a handshake message; by default all of it.</summary>
    public static byte[] Fragment(HandshakeType type, ushort sequence, byte[] body, int offset = 0, int? length = null)
    {
        int take = length ?? body.Length;
        var fragment = new byte[HandshakeFragment.HeaderSize + take];
        HandshakeFragment.WriteHeader(fragment, type, body.Length, sequence, offset, take);
        body.AsSpan(offset, take).CopyTo(fragment.AsSpan(HandshakeFragment.HeaderSize));
        return fragment;
    }

    /// <summary>A ClientHello like a browser's that would rather speak DTLS 1.3: unknown suites, extensions and versions, a post-quantum key share.</summary>
    public static byte[] BrowserClientHello(bool extendedMasterSecret = true, ushort suite = 0xC02B, ushort group = 23, ushort profile = 1, ushort version = 0xFEFD)
    {
        var bytes = new byte[4096];
        var writer = new SpanWriter(bytes);
        writer.WriteUInt16(version);
        writer.Take(32).Fill(0x5A);
        writer.WriteUInt8(0);
        writer.WriteUInt8(0);
        int suites = writer.BeginLength16();
        foreach (ushort s in (ushort[])[0x1301, 0x1302, suite, 0x00FF])
            writer.WriteUInt16(s);
        writer.EndLength16(suites);
        writer.WriteUInt16(0x0100);
        int extensions = writer.BeginLength16();
        Extension(ref writer, 0x3A3A, []);                                                      // GREASE
        Extension(ref writer, 43, [4, 0xFE, 0xFC, 0xFE, 0xFD]);                                 // supported_versions: 1.3, 1.2
        Extension(ref writer, 51, [0x04, 0xC4, 0x11, 0xEC, 0x04, 0xC0, .. new byte[1216]]);     // key_share: X25519MLKEM768
        Extension(ref writer, 10, [0, 6, 0x11, 0xEC, 0, 29, (byte)(group >> 8), (byte)group]);
        Extension(ref writer, 11, [1, 0]);
        Extension(ref writer, 13, [0, 6, 4, 3, 8, 4, 4, 1]);
        Extension(ref writer, 14, [0, 4, 0, 8, (byte)(profile >> 8), (byte)profile, 0]);
        Extension(ref writer, 35, []);
        if (extendedMasterSecret)
            Extension(ref writer, 23, []);
        writer.EndLength16(extensions);
        Assert.False(writer.Overflowed);
        return writer.Written.ToArray();
    }

    private static void Extension(ref SpanWriter writer, ushort type, byte[] data)
    {
        writer.WriteUInt16(type);
        writer.WriteUInt16((ushort)data.Length);
        writer.WriteBytes(data);
    }
}
