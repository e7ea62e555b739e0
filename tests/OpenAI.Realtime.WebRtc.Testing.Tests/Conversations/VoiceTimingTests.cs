using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Conversations;

/// <summary>When a turn begins and ends, packet by packet and in virtual time.</summary>
public sealed class VoiceTimingTests : IDisposable
{
    private const int Packet = IOpusEncoder.FrameSamples;
    private readonly ManualTimeProvider _time = new();
    private readonly List<RealtimeTestEvent> _sent = [];
    private readonly Conversation _conversation;
    private ushort _sequence;
    private uint _timestamp;

    public VoiceTimingTests()
    {
        var options = new RealtimeTestEndpointOptions { TimeProvider = _time, CodecFactory = new LevelCodecs() };
        options.Script.OnResponse = (_, _) => ValueTask.FromResult(RealtimeTestReply.Nothing);
        _conversation = new Conversation(null!, options, EffectiveSession.Create(isBeta: false, null, "session", out _)!, Note, static (_, _) => { }, NullLogger.Instance);
        _conversation.Open();
    }

    [Fact]
    public void A_turn_lasts_from_its_padding_to_the_end_of_the_silence()
    {
        Quiet(50);
        Loud(50);
        Quiet(50);

        Assert.Equal(["input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped", "input_audio_buffer.committed"], Turns());
        Assert.Equal(1_000 - 300, (int)Sent("speech_started")["audio_start_ms"]!);
        Assert.Equal(2_000 + 500, (int)Sent("speech_stopped")["audio_end_ms"]!);
    }

    [Theory]
    [InlineData(900, false)]
    [InlineData(5_000, true)]
    public void Packets_that_a_busy_machine_holds_up_make_no_silence(int milliseconds, bool everythingStands)
    {
        Loud(25);
        if (everythingStands)
            _time.Stall(TimeSpan.FromMilliseconds(milliseconds));
        else
            _time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        Loud(25);
        Assert.Equal(["input_audio_buffer.speech_started"], Turns());

        Quiet(30);
        Assert.Equal(["input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped", "input_audio_buffer.committed"], Turns());
    }

    [Fact]
    public void A_pause_in_the_timestamps_is_silence_however_the_packets_arrive()
    {
        Loud(25);
        _timestamp += 25 * Packet;      // DTX: 500 ms were not sent
        Loud(1);

        Assert.Equal(["input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped", "input_audio_buffer.committed"], Turns());
    }

    [Fact]
    public void A_client_that_sends_nothing_any_more_has_ended_its_turn()
    {
        Loud(25);
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(["input_audio_buffer.speech_started", "input_audio_buffer.speech_stopped", "input_audio_buffer.committed"], Turns());
    }

    public void Dispose() => _conversation.Dispose();

    private void Loud(int packets) => Speak(packets, 50);

    private void Quiet(int packets) => Speak(packets, 0);

    private void Speak(int packets, byte level)
    {
        for (int i = 0; i < packets; i++, _timestamp += Packet)
            _conversation.HandleAudio([level], new EncodedAudio(1, 111, _sequence++, _timestamp, false, 1, _time.Now));
    }

    private void Note(string type, byte[] utf8)
    {
        lock (_sent)
            _sent.Add(new RealtimeTestEvent(type, utf8, TimeSpan.Zero));
    }

    private string[] Turns()
    {
        lock (_sent)
            return [.. _sent.Select(e => e.Type).Where(type => type.StartsWith("input_audio_buffer.", StringComparison.Ordinal))];
    }

    private JsonNode Sent(string name)
    {
        lock (_sent)
            return _sent.Single(e => e.Type == "input_audio_buffer." + name).Parse()!;
    }

    /// <summary>A codec whose packet is the level of its sound.</summary>
    private sealed class LevelCodecs : IOpusCodecFactory, IOpusEncoder, IOpusDecoder
    {
        public IOpusEncoder CreateEncoder(OpusEncoderOptions options) => this;

        public IOpusDecoder CreateDecoder() => this;

        public int Encode(ReadOnlySpan<short> pcm, Span<byte> packet) => 1;

        public bool TryDecode(ReadOnlySpan<byte> packet, Span<short> pcm, out int samples)
        {
            samples = Packet;
            pcm[..samples].Fill((short)(packet[0] * 100));
            return true;
        }

        public bool TryDecodeFec(ReadOnlySpan<byte> nextPacket, Span<short> pcm) => false;

        public void Conceal(Span<short> pcm) => pcm.Clear();

        public void Tune(in OpusEncoderTuning tuning)
        {
        }

        public void Reset()
        {
        }

        public void Dispose()
        {
        }
    }
}
