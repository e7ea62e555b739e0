using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Driver;

public sealed class ConnectionTests
{
    private static int s_sent;

    [Theory]
    [InlineData("default")]
    [InlineData("select")]
    public async Task Two_connections_on_loopback_connect_and_exchange_messages_and_audio(string poller)
    {
        await using DriverPair pair = await DriverPair.ConnectAsync(poller);
        Assert.Equal(PeerState.Connected, pair.Offerer.State);

        await pair.Offerer.Messages.SendAsync("hello"u8.ToArray(), MessageKind.Text);
        using (IncomingMessage? got = await pair.Answerer.Messages.ReceiveAsync().AsTask().WaitAsync(DriverPair.Patience))
        {
            Assert.Equal("hello", Encoding.UTF8.GetString(got!.Memory.Span));
            Assert.Equal(MessageKind.Text, got.Kind);
        }

        await pair.Answerer.Messages.SendAsync(new byte[] { 1, 2, 3 }, MessageKind.Binary);
        using (IncomingMessage? got = await pair.Offerer.Messages.ReceiveAsync().AsTask().WaitAsync(DriverPair.Patience))
        {
            Assert.Equal([1, 2, 3], got!.Memory.ToArray());
            Assert.Equal(MessageKind.Binary, got.Kind);
        }

        await AudioArrives(pair.Offerer, pair.Answerer);
        await AudioArrives(pair.Answerer, pair.Offerer);
    }

    [Fact]
    public async Task A_large_message_arrives_whole_through_a_small_send_buffer()
    {
        await using DriverPair pair = await DriverPair.ConnectAsync(offerer: DriverPair.Options(sendBuffer: 300 * 1024));
        byte[] large = new byte[256 * 1024];
        new Random(1).NextBytes(large);

        for (int i = 0; i < 3; i++) // the second and the third have to wait for room
        {
            Task sent = pair.Offerer.Messages.SendAsync(large, MessageKind.Binary).AsTask();
            using IncomingMessage? got = await pair.Answerer.Messages.ReceiveAsync().AsTask().WaitAsync(DriverPair.Patience);
            Assert.Equal(large, got!.Memory.ToArray());
            await sent.WaitAsync(DriverPair.Patience);
        }
    }

    [Fact]
    public async Task The_states_are_those_of_the_protocol_in_their_order()
    {
        DriverPair pair = await DriverPair.ConnectAsync();
        await pair.DisposeAsync();

        List<PeerStateChange> changes = [];
        await foreach (PeerStateChange change in pair.Offerer.StateChanges.ReadAllAsync())
            changes.Add(change);
        Assert.Equal(
            [PeerState.CheckingConnectivity, PeerState.Securing, PeerState.OpeningChannel, PeerState.Connected, PeerState.Closing, PeerState.Closed],
            changes.Select(c => c.State));
        Assert.Equal(changes.OrderBy(c => c.At), changes);
        PeerStatistics statistics = pair.Offerer.GetStatistics();
        Assert.Equal(
            [PeerPhase.Gathering, PeerPhase.Negotiation, PeerPhase.Ice, PeerPhase.Dtls, PeerPhase.Channel],
            statistics.PhaseTimes!.Keys.Order());
    }

    [Fact]
    public async Task Statistics_count_both_ways_and_name_the_path_and_the_ciphers()
    {
        await using DriverPair pair = await DriverPair.ConnectAsync();
        await AudioArrives(pair.Offerer, pair.Answerer);
        await pair.Offerer.Messages.SendAsync("x"u8.ToArray(), MessageKind.Text);
        using IncomingMessage? got = await pair.Answerer.Messages.ReceiveAsync().AsTask().WaitAsync(DriverPair.Patience);

        PeerStatistics sender = pair.Offerer.GetStatistics(), receiver = pair.Answerer.GetStatistics();
        Assert.Equal(1, sender.MessagesSent);
        Assert.Equal(1, receiver.MessagesReceived);
        Assert.True(sender.AudioPacketsSent > 0);
        Assert.True(receiver.AudioPacketsReceived > 0);
        Assert.Equal(sender.LocalAddress, receiver.RemoteAddress);
        Assert.NotNull(sender.DtlsCipherSuite);
        Assert.NotNull(sender.SrtpProfile);
    }

    [Fact]
    public async Task It_connects_on_the_machines_own_addresses_without_loopback()
    {
        await using DriverPair pair = await DriverPair.ConnectAsync(offerer: new PeerConnectionOptions(), answerer: new PeerConnectionOptions());
        Assert.Equal(PeerState.Connected, pair.Answerer.State);
    }

    internal static async Task AudioArrives(IPeerConnection from, IPeerConnection to)
    {
        byte[] packet = [0xF8, 1, 2, 3, 4];
        byte[] buffer = new byte[EncodedAudio.MaxLength];
        from.Audio.Send(packet, new(unchecked((ushort)Interlocked.Increment(ref s_sent)), 960, Marker: true));
        Assert.True(await to.Audio.WaitAsync().AsTask().WaitAsync(DriverPair.Patience));
        Assert.True(to.Audio.TryRead(buffer, out EncodedAudio audio));
        Assert.Equal(packet, buffer[..audio.Length]);
        Assert.True(audio.Marker);
        Assert.Equal(111, audio.PayloadType);
    }
}
