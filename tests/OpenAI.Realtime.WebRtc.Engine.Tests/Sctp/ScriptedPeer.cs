using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sctp;
using OpenAI.Realtime.WebRtc.Engine.Sctp.Chunks;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Sctp;

/// <summary>An established association whose peer is written by the test, packet by packet.</summary>
internal sealed class ScriptedPeer
{
    public const uint Tag = 0x11223344;

    private readonly byte[] _buffer = new byte[2048];

    /// <param name="change">Other options of the association.</param>
    /// <param name="answersProbe">Whether the path has shown already that it carries full packets.</param>
    public ScriptedPeer(Func<SctpOptions, SctpOptions>? change = null, bool answersProbe = true)
    {
        Association = new(SctpLink.Options(1, change));
        Association.Start(Now);
        byte[] init = Assert.Single(TakePackets());
        Assert.True(SctpPacket.TryParse(init, out SctpPacket packet));
        Assert.True(new ChunkReader(packet.Chunks).TryRead(out Chunk chunk));
        Assert.True(InitChunk.TryParse(chunk, out InitChunk parsed));
        LocalTag = parsed.Fields.InitiateTag;
        LocalInitialTsn = parsed.Fields.InitialTsn;
        Send((ref SpanWriter writer) =>
        {
            int begin = InitChunk.Begin(ref writer, ChunkType.InitAck, new(Tag, 1_000_000, 65535, 65535, InitialTsn));
            Parameter.Write(ref writer, ParameterType.StateCookie, [1, 2, 3, 4]);
            Chunk.End(ref writer, begin);
        });
        Assert.Equal([ChunkType.CookieEcho], Packets.TypesOf(Assert.Single(TakePackets())));
        Send((ref SpanWriter writer) => Chunk.WriteEmpty(ref writer, ChunkType.CookieAck));
        Assert.True(Association.IsEstablished);
        Assert.True(Association.TryTakeEvent(out _));
        if (answersProbe)
            AnswerHeartbeat(Assert.Single(TakePackets()));
    }

    public static Serial32 InitialTsn => new(1000);

    public SctpAssociation Association { get; }

    public uint LocalTag { get; }

    public Serial32 LocalInitialTsn { get; }

    public Instant Now { get; set; } = new(TimeSpan.FromHours(1).Ticks);

    public void Send(Packets.WriteChunks write) => SendWithTag(LocalTag, write);

    public void SendWithTag(uint tag, Packets.WriteChunks write) => Association.HandlePacket(Packets.Make(tag, write), Now);

    /// <summary>Sends the value of a packet's HEARTBEAT back.</summary>
    public void AnswerHeartbeat(byte[] packet)
    {
        Assert.True(SctpPacket.TryParse(packet, out SctpPacket parsed));
        Assert.True(new ChunkReader(parsed.Chunks).TryRead(out Chunk heartbeat));
        Assert.Equal(ChunkType.Heartbeat, heartbeat.Type);
        byte[] value = heartbeat.Value.ToArray();
        Send((ref SpanWriter writer) =>
        {
            int begin = Chunk.Begin(ref writer, ChunkType.HeartbeatAck);
            writer.WriteBytes(value);
            Chunk.End(ref writer, begin);
        });
    }

    public void SendData(int offset, byte flags, int length, ushort stream = 0, int ssn = 0) => Send((ref SpanWriter writer) =>
        new DataChunk
        {
            Flags = flags,
            Tsn = InitialTsn + offset,
            StreamId = stream,
            Ssn = new((ushort)ssn),
            Ppid = 51,
            UserData = Packets.Message(length, offset),
        }.Write(ref writer));

    public List<byte[]> TakePackets()
    {
        List<byte[]> packets = [];
        while (Association.TryTakePacket(_buffer, out int length))
            packets.Add(_buffer[..length]);
        return packets;
    }

    /// <summary>The chunks that the association sends now, as hexadecimal digits.</summary>
    public List<string> TakeChunks()
    {
        List<string> chunks = [];
        foreach (byte[] packet in TakePackets())
        {
            Assert.Equal(Tag, Packets.TagOf(packet));
            ChunkReader reader = new(packet.AsSpan(SctpPacket.HeaderLength));
            while (reader.TryRead(out Chunk chunk))
                chunks.Add($"{chunk.Type:X2}{chunk.Flags:X2} {Convert.ToHexString(chunk.Value)}");
            Assert.False(reader.IsMalformed);
        }

        return chunks;
    }

    public SctpEvent TakeEvent()
    {
        Assert.True(Association.TryTakeEvent(out SctpEvent e));
        return e;
    }
}
