using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Tests.Driver;

/// <summary>Back-pressure and independence: messages wait, audio does not.</summary>
public sealed class FlowTests
{
    [Fact]
    public async Task Who_does_not_read_messages_still_hears_audio_and_loses_no_message()
    {
        await using DriverPair pair = await DriverPair.ConnectAsync(offerer: DriverPair.Options(sendBuffer: 64 * 1024));
        byte[] message = new byte[16 * 1024];
        List<Task> sends = [];
        for (int i = 0; i < 300; i++) // 4.7 MiB: far more than every buffer on the way holds
        {
            byte[] numbered = [.. message];
            numbered[0] = (byte)i;
            sends.Add(pair.Offerer.Messages.SendAsync(numbered, MessageKind.Binary).AsTask());
        }

        for (int i = 0; i < 50; i++)
            await ConnectionTests.AudioArrives(pair.Offerer, pair.Answerer);
        Assert.Contains(sends, s => !s.IsCompleted);

        for (int i = 0; i < 300; i++)
        {
            using IncomingMessage? got = await pair.Answerer.Messages.ReceiveAsync().AsTask().WaitAsync(DriverPair.Patience);
            Assert.Equal((byte)i, got!.Memory.Span[0]);
        }

        await Task.WhenAll(sends).WaitAsync(DriverPair.Patience);
    }

    [Fact]
    public async Task A_send_that_waits_for_room_can_be_cancelled_and_the_others_go_on()
    {
        await using DriverPair pair = await DriverPair.ConnectAsync(offerer: DriverPair.Options(sendBuffer: 64 * 1024));
        List<Task> sends = [];
        for (int i = 0; i < 200; i++) // 6.3 MiB that nobody reads: more than every buffer on the way holds
            sends.Add(pair.Offerer.Messages.SendAsync(new byte[32 * 1024], MessageKind.Binary).AsTask());
        using var cancellation = new CancellationTokenSource();
        Task cancelled = pair.Offerer.Messages.SendAsync(new byte[] { 1 }, MessageKind.Binary, cancellation.Token).AsTask();
        Task after = pair.Offerer.Messages.SendAsync(new byte[] { 2 }, MessageKind.Binary).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(DriverPair.Patience));

        byte[] small;
        do
        {
            using IncomingMessage? got = await pair.Answerer.Messages.ReceiveAsync().AsTask().WaitAsync(DriverPair.Patience);
            small = got!.Memory.ToArray();
        }
        while (small.Length > 1);
        Assert.Equal([2], small);
        await Task.WhenAll([.. sends, after]).WaitAsync(DriverPair.Patience);
    }

    [Fact]
    public async Task A_message_larger_than_the_peer_accepts_is_refused_by_its_size()
    {
        await using DriverPair pair = await DriverPair.ConnectAsync(answerer: new PeerConnectionOptions
        {
            LocalAddresses = [System.Net.IPAddress.Loopback],
            MaxIncomingMessageSize = 2048,
        });
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(async () => await pair.Offerer.Messages.SendAsync(new byte[2049], MessageKind.Binary));
        Assert.Contains("2048", error.Message, StringComparison.Ordinal);
        await pair.Offerer.Messages.SendAsync(new byte[2048], MessageKind.Binary);
    }

    [Fact]
    public async Task A_message_before_the_channel_is_open_is_refused_and_audio_is_counted()
    {
        await using IPeerConnection connection = DriverPair.Factory().Create(DriverPair.Options());
        await Assert.ThrowsAsync<PeerConnectionException>(async () => await connection.Messages.SendAsync(new byte[1], MessageKind.Text));
        await connection.CreateOfferAsync();
        await Assert.ThrowsAsync<PeerConnectionException>(async () => await connection.Messages.SendAsync(new byte[1], MessageKind.Text));
        connection.Audio.Send(new byte[10], default);
        Assert.Equal(1, connection.GetStatistics().AudioPacketsDroppedOnSend);
    }

    [Fact]
    public async Task Who_reads_audio_too_late_gets_the_newest_and_the_rest_is_counted()
    {
        await using DriverPair pair = await DriverPair.ConnectAsync();
        for (int i = 0; i < 200; i++)
            pair.Offerer.Audio.Send(new byte[] { 0xF8, (byte)i }, new((ushort)i, (uint)(i * 960), i == 0));
        using var patience = new CancellationTokenSource(DriverPair.Patience);
        while (pair.Answerer.GetStatistics().AudioPacketsReceived < 200)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        byte[] buffer = new byte[EncodedAudio.MaxLength];
        List<byte> read = [];
        while (pair.Answerer.Audio.TryRead(buffer, out EncodedAudio packet))
        {
            Assert.Equal(2, packet.Length);
            read.Add(buffer[1]);
        }

        Assert.Equal(Enumerable.Range(136, 64).Select(i => (byte)i), read);
        Assert.Equal(136, pair.Answerer.GetStatistics().AudioPacketsDroppedOnReceive);
    }

    [Fact]
    public async Task What_a_relay_lost_and_reordered_is_lost_and_reordered_to_its_listener()
    {
        await using DriverPair pair = await DriverPair.ConnectAsync();
        byte[] buffer = new byte[EncodedAudio.MaxLength];
        List<int> numbers = [];
        List<long> times = [];
        ushort first = 0;
        foreach (ushort number in new ushort[] { 65_535, 3, 2, 4 })
        {
            pair.Offerer.Audio.Send([0xF8, 1], new(number, unchecked((uint)(short)number * 960), Marker: false));
            Assert.True(await pair.Answerer.Audio.WaitAsync());
            Assert.True(pair.Answerer.Audio.TryRead(buffer, out EncodedAudio packet));
            if (numbers.Count == 0)
                first = packet.SequenceNumber;
            numbers.Add((ushort)(packet.SequenceNumber - first));
            times.Add(packet.Timestamp);
        }

        Assert.Equal([0, 4, 3, 5], numbers);
        Assert.Equal([0u, 4 * 960u, 3 * 960u, 5 * 960u], times.Select(t => unchecked((uint)(t - times[0]))));

        // A number that was used before is no packet: its SRTP index must not be used twice (RFC 3711 §9.1).
        pair.Offerer.Audio.Send([0xF8, 1], new(3, 2_880, Marker: false));
        using var patience = new CancellationTokenSource(DriverPair.Patience);
        while (pair.Offerer.GetStatistics().AudioPacketsDroppedOnSend == 0)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [Fact]
    public async Task Waiting_for_audio_and_for_messages_can_be_cancelled_and_begun_again()
    {
        await using DriverPair pair = await DriverPair.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            using var cancellation = new CancellationTokenSource();
            Task audio = pair.Answerer.Audio.WaitAsync(cancellation.Token).AsTask();
            Task message = pair.Answerer.Messages.ReceiveAsync(cancellation.Token).AsTask();
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => audio);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => message);
        }

        await ConnectionTests.AudioArrives(pair.Offerer, pair.Answerer);
    }
}
