using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Live.Tests.Session;

/// <summary>The parts of a session, in virtual time.</summary>
public sealed class PartsTests
{
    private static readonly byte[] Speech = [0xF8, 1, 2, 3];

    private readonly FakeTimeProvider _time = new();
    private readonly KeptTrack _track = new();

    [Fact]
    public void Silence_is_sent_each_20_ms_until_somebody_sends()
    {
        using var flow = new FlowingTrack(_track, _time);
        flow.Start();
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(5, _track.Sent.Count);
        Assert.All(_track.Sent, packet => Assert.Equal([0xF8, 0xFF, 0xFE], packet.Opus));
        Assert.Equal([0, 960, 1920, 2880, 3840], _track.Sent.Select(packet => packet.Header.Timestamp));
        Assert.Equal([true, false, false, false, false], _track.Sent.Select(packet => packet.Header.Marker));

        for (int i = 0; i < 10; i++)
        {
            flow.Send(Speech, new OpusPacketHeader((ushort)(7000 + i), (uint)(900_000 + (960 * i)), i == 0));
            _time.Advance(TimeSpan.FromMilliseconds(20));
        }
        Assert.Equal(15, _track.Sent.Count);        // no silence between them
        Assert.Equal(Enumerable.Range(0, 15).Select(i => (ushort)i), _track.Sent.Select(packet => packet.Header.SequenceNumber));
        Assert.Equal(Enumerable.Range(0, 15).Select(i => (uint)i * 960), _track.Sent.Select(packet => packet.Header.Timestamp));
        Assert.Equal(5, flow.Fillers);
    }

    [Fact]
    public void A_source_that_stops_is_followed_by_silence_and_goes_on_behind_it()
    {
        using var flow = new FlowingTrack(_track, _time);
        flow.Start();
        flow.Send(Speech, new OpusPacketHeader(65535, uint.MaxValue - 100, true));
        _time.Advance(TimeSpan.FromMilliseconds(80));
        Assert.Single(_track.Sent);
        _time.Advance(TimeSpan.FromMilliseconds(120));
        int silent = _track.Sent.Count - 1;
        Assert.InRange(silent, 5, 6);
        flow.Send(Speech, new OpusPacketHeader(0, 859, false));
        ushort[] numbers = [.. _track.Sent.Select(packet => packet.Header.SequenceNumber)];
        Assert.All(numbers.Zip(numbers.Skip(1)), pair => Assert.Equal((ushort)(pair.First + 1), pair.Second));
        uint[] times = [.. _track.Sent.Select(packet => packet.Header.Timestamp)];
        Assert.All(times.Zip(times.Skip(1)), pair => Assert.Equal(960u, pair.Second - pair.First));
    }

    [Fact]
    public void A_loss_that_a_relay_shows_stays_one()
    {
        using var flow = new FlowingTrack(_track, _time);
        flow.Send(Speech, new OpusPacketHeader(5, 4800, true));
        flow.Send(Speech, new OpusPacketHeader(8, 7680, false));
        Assert.Equal([5, 8], _track.Sent.Select(packet => (int)packet.Header.SequenceNumber));
        Assert.Equal([4800u, 7680u], _track.Sent.Select(packet => packet.Header.Timestamp));
    }

    [Fact]
    public void Nothing_is_sent_after_the_end()
    {
        var flow = new FlowingTrack(_track, _time);
        flow.Start();
        flow.Dispose();
        flow.Start();
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty(_track.Sent);
    }

    [Fact]
    public async Task A_far_end_is_waited_for_in_pieces()
    {
        using var expiry = new LiveExpiry(_time, TimeSpan.FromMinutes(2));
        DateTimeOffset end = _time.GetUtcNow().AddDays(100);
        expiry.Set(end);
        for (int day = 0; day < 99; day++)
            _time.Advance(TimeSpan.FromDays(1));
        Assert.False(expiry.Expiring.IsCompleted);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(end, await expiry.Expiring);
    }

    [Fact]
    public async Task An_end_that_is_put_off_is_told_of_later()
    {
        using var expiry = new LiveExpiry(_time, TimeSpan.FromMinutes(2));
        expiry.Set(_time.GetUtcNow().AddMinutes(10));
        expiry.Set(_time.GetUtcNow().AddMinutes(20));
        _time.Advance(TimeSpan.FromMinutes(17));
        Assert.False(expiry.Expiring.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(1));
        await expiry.Expiring;
    }

    [Fact]
    public void An_end_in_the_past_is_told_of_at_once()
    {
        using var expiry = new LiveExpiry(_time, TimeSpan.FromMinutes(2));
        expiry.Set(DateTimeOffset.MinValue);
        Assert.True(expiry.Expiring.IsCompletedSuccessfully);
    }

    private sealed class KeptTrack : IOpusTrack
    {
        public List<(byte[] Opus, OpusPacketHeader Header)> Sent { get; } = [];

        public ValueTask<bool> WaitAsync(CancellationToken cancellationToken = default) => new(false);

        public bool TryRead(Span<byte> destination, out EncodedAudio packet)
        {
            packet = default;
            return false;
        }

        public void Send(ReadOnlySpan<byte> opus, OpusPacketHeader header) => Sent.Add((opus.ToArray(), header));
    }
}
