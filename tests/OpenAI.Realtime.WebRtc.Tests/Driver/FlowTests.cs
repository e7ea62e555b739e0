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
            sends.Add(pair.Offerer.SendMessageAsync(numbered, MessageKind.Binary).AsTask());
        }

        for (int i = 0; i < 50; i++)
            await ConnectionTests.AudioArrives(pair.Offerer, pair.Answerer);
        Assert.Contains(sends, s => !s.IsCompleted);

        for (int i = 0; i < 300; i++)
        {
            using IncomingMessage? got = await pair.Answerer.ReceiveMessageAsync().AsTask().WaitAsync(DriverPair.Patience);
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
            sends.Add(pair.Offerer.SendMessageAsync(new byte[32 * 1024], MessageKind.Binary).AsTask());
        using var cancellation = new CancellationTokenSource();
        Task cancelled = pair.Offerer.SendMessageAsync(new byte[] { 1 }, MessageKind.Binary, cancellation.Token).AsTask();
        Task after = pair.Offerer.SendMessageAsync(new byte[] { 2 }, MessageKind.Binary).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.WaitAsync(DriverPair.Patience));

        byte[] small;
        do
        {
            using IncomingMessage? got = await pair.Answerer.ReceiveMessageAsync().AsTask().WaitAsync(DriverPair.Patience);
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
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(async () => await pair.Offerer.SendMessageAsync(new byte[2049], MessageKind.Binary));
        Assert.Contains("2048", error.Message, StringComparison.Ordinal);
        await pair.Offerer.SendMessageAsync(new byte[2048], MessageKind.Binary);
    }

    [Fact]
    public async Task A_message_before_the_channel_is_open_is_refused_and_audio_is_counted()
    {
        await using IPeerConnection connection = DriverPair.Factory().Create(DriverPair.Options());
        await Assert.ThrowsAsync<PeerConnectionException>(async () => await connection.SendMessageAsync(new byte[1], MessageKind.Text));
        await connection.CreateOfferAsync();
        await Assert.ThrowsAsync<PeerConnectionException>(async () => await connection.SendMessageAsync(new byte[1], MessageKind.Text));
        connection.SendAudio(new byte[10], 0, false);
        Assert.Equal(1, connection.GetStatistics().AudioPacketsDroppedOnSend);
    }

    [Fact]
    public async Task Who_reads_audio_too_late_gets_the_newest_and_the_rest_is_counted()
    {
        await using DriverPair pair = await DriverPair.ConnectAsync();
        for (int i = 0; i < 200; i++)
            pair.Offerer.SendAudio(new byte[] { 0xF8, (byte)i }, (uint)(i * 960), i == 0);
        using var patience = new CancellationTokenSource(DriverPair.Patience);
        while (pair.Answerer.GetStatistics().AudioPacketsReceived < 200)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        byte[] buffer = new byte[EncodedAudio.MaxLength];
        List<byte> read = [];
        while (pair.Answerer.TryReadAudio(buffer, out EncodedAudio packet))
        {
            Assert.Equal(2, packet.Length);
            read.Add(buffer[1]);
        }

        Assert.Equal(Enumerable.Range(136, 64).Select(i => (byte)i), read);
        Assert.Equal(136, pair.Answerer.GetStatistics().AudioPacketsDroppedOnReceive);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 3)]
    [InlineData(-1, 0)]
    [InlineData(40_000, 500)]
    public async Task Packets_that_a_relay_has_lost_are_missing_to_its_listener(int lost, int shown)
    {
        await using DriverPair pair = await DriverPair.ConnectAsync();
        byte[] buffer = new byte[EncodedAudio.MaxLength];
        pair.Offerer.SendAudio([0xF8, 1], 960, marker: true);
        Assert.True(await pair.Answerer.WaitForAudioAsync());
        Assert.True(pair.Answerer.TryReadAudio(buffer, out EncodedAudio before));
        pair.Offerer.SendAudio([0xF8, 2], 1_920, marker: false, lost);
        Assert.True(await pair.Answerer.WaitForAudioAsync());
        Assert.True(pair.Answerer.TryReadAudio(buffer, out EncodedAudio after));
        Assert.Equal(shown + 1, (ushort)(after.SequenceNumber - before.SequenceNumber));
        Assert.Equal(960u, after.Timestamp - before.Timestamp);
    }

    [Fact]
    public async Task Waiting_for_audio_and_for_messages_can_be_cancelled_and_begun_again()
    {
        await using DriverPair pair = await DriverPair.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            using var cancellation = new CancellationTokenSource();
            Task audio = pair.Answerer.WaitForAudioAsync(cancellation.Token).AsTask();
            Task message = pair.Answerer.ReceiveMessageAsync(cancellation.Token).AsTask();
            await cancellation.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => audio);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => message);
        }

        await ConnectionTests.AudioArrives(pair.Offerer, pair.Answerer);
    }
}
