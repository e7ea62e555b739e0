using System.Threading.Channels;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.Agents.Tests.Support;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Calls;

/// <summary>Calls that are exchanged over real WebRTC, with one microphone and one loudspeaker; the conversation's clock is the test's.</summary>
public sealed class EndpointCallTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ChannelAudioSource _microphone = new(AudioFormat.Mono48kHz, TimeSpan.FromSeconds(10));
    private readonly Ear _loudspeaker = new();
    private readonly FakeTimeProvider _time = new();
    private RealtimeTestEndpoint _endpoint = null!;
    private RealtimeWebRtcClient _client = null!;

    public async Task InitializeAsync()
    {
        _endpoint = await RealtimeTestEndpoint.StartAsync();
        _endpoint.Script.OnResponse = (turn, _) => ValueTask.FromResult(RealtimeTestReply.Say($"This is call {_endpoint.Calls.Count}.", RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1))));
        _client = new RealtimeWebRtcClient(new OpenAIRealtimeWebRtcOptions { Endpoint = _endpoint.BaseAddress, ApiKey = _endpoint.ApiKey, CacheKeys = false });
    }

    public async Task DisposeAsync() => await _endpoint.DisposeAsync();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task An_old_call_is_exchanged_and_sound_goes_on_in_both_directions()
    {
        await using VoiceConversation talk = await StartAsync();
        IRealtimeSession first = talk.Session;
        await talk.SendTextAsync("I am Ada.");
        await _loudspeaker.HeardAsync(TimeSpan.FromMilliseconds(500));
        await talk.UntilAsync(u => u is SpeechUpdate { IsSpeaking: false });
        _time.Advance(TimeSpan.FromMinutes(57));
        var rotated = (RotatedUpdate)await talk.UntilAsync(u => u is RotatedUpdate);
        Assert.Equal((_endpoint.Calls[0].Id, _endpoint.Calls[1].Id, TimeSpan.Zero), (rotated.Change.PreviousCallId, rotated.Change.CallId, rotated.Change.Gap));
        await _endpoint.Calls[0].Completion.WaitAsync(Patience);       // it is hung up
        Assert.Equal(SessionEndReason.ClosedLocally, (await first.Completion.WaitAsync(Patience)).Reason);
        await SpeakAsync(talk, _endpoint.Calls[1]);
    }

    [Fact]
    public async Task A_call_that_ends_is_replaced_and_sound_goes_on_in_both_directions()
    {
        await using VoiceConversation talk = await StartAsync();
        await talk.SendTextAsync("I am Ada.");
        await talk.UntilAsync(u => u is SpeechUpdate { IsSpeaking: false });
        await _endpoint.Calls[0].ExpireSessionAsync();
        await talk.UntilAsync(u => u is ReconnectingUpdate { Lost.Reason: SessionEndReason.SessionExpired, Attempt: 1 });
        var back = (ReconnectedUpdate)await talk.UntilAsync(u => u is ReconnectedUpdate);
        Assert.Equal(_endpoint.Calls[1].Id, back.Change.CallId);
        await SpeakAsync(talk, _endpoint.Calls[1]);
    }

    [Fact]
    public async Task One_recording_goes_through_all_calls_with_each_side_where_it_was_heard()
    {
        string path = Path.Combine(Path.GetTempPath(), $"talk-{Guid.NewGuid():N}.wav");
        try
        {
            await using (var recorder = new CallRecorder(path))
            await using (VoiceConversation talk = await StartAsync(recorder))
            {
                await talk.SendTextAsync("I am Ada.");
                await talk.UntilAsync(u => u is SpeechUpdate { IsSpeaking: false });
                await _endpoint.Calls[0].ExpireSessionAsync();
                await talk.UntilAsync(u => u is ReconnectedUpdate);
                await SpeakAsync(talk, _endpoint.Calls[1]);
            }

            (bool[] user, bool[] assistant) = await LoudAsync(path);
            int asked = Array.IndexOf(user, true);
            Assert.InRange(asked, Array.IndexOf(assistant, true) + 1, Array.LastIndexOf(assistant, true) - 1);      // behind the first call's words, before the second's
            Assert.DoesNotContain(true, assistant[(asked + 2)..(asked + 5)]);       // on a busy machine the first call's last words may be heard late
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task The_microphone_loses_not_one_frame_when_the_call_is_exchanged_in_mid_sentence()
    {
        var microphone = new CountedMicrophone();
        await using VoiceConversation talk = await _client.StartConversationAsync(
            new VoiceAgent { Session = new() { TurnDetection = null } }, new RealtimeConnectOptions { Audio = { EncodedSource = microphone, Sink = _loudspeaker } }, new VoiceConversationOptions { TimeProvider = _time });
        await microphone.SpeakAsync(20);
        Task exchanged = talk.UntilAsync(u => u is RotatedUpdate);
        _time.Advance(TimeSpan.FromMinutes(57));
        while (!exchanged.IsCompleted || talk.Session.CallId == _endpoint.Calls[0].Id)
        {
            await microphone.SpeakAsync(1);
            await ArrivedAsync(exceptFor: 50);      // a busy endpoint reads late, and its socket drops what it cannot hold
            _time.Advance(TimeSpan.FromMilliseconds(20));
        }

        await exchanged;
        await microphone.SpeakAsync(20);
        await ArrivedAsync(exceptFor: 2);       // what is on its way to the old call when that is hung up nobody reads
        await SentAsync();
        Assert.All(_endpoint.Calls, call => Assert.NotEqual(0, call.Uplink.Packets));
        Assert.All(_endpoint.Calls, call => Assert.Equal((0, 0), (call.Uplink.Lost, call.Uplink.IrregularTimestamps)));

        async Task SentAsync()
        {
            using var patience = new CancellationTokenSource(Patience);
            AudioSendStatistics sent;
            while ((sent = talk.Session.GetStatistics().Audio.Sent).Packets < microphone.Spoken)
            {
                Assert.False(patience.IsCancellationRequested, $"Of {microphone.Spoken} packets were sent: {sent}");
                await Task.Delay(5);
            }

            Assert.Equal((microphone.Spoken, 0, 0, 0), (sent.Packets, sent.DroppedFrames, sent.SkippedFrames, sent.UnderrunFrames));
        }

        async Task ArrivedAsync(int exceptFor)
        {
            using var patience = new CancellationTokenSource(Patience);
            while (_endpoint.Calls.Sum(call => call.Uplink.Packets) < microphone.Spoken - exceptFor)
            {
                Assert.False(patience.IsCancellationRequested, $"Of {microphone.Spoken} packets came {string.Join(" and ", _endpoint.Calls.Select(call => $"{call.Uplink.Packets} ({call.Uplink.Lost} lost)"))}.");
                await Task.Delay(5);
            }
        }
    }

    // Whether each side is heard, a tenth of a second at a time.
    private static async Task<(bool[] Left, bool[] Right)> LoudAsync(string path)
    {
        using var file = new WavFileAudioSource(path);
        Assert.Equal(2, file.Format.Channels);
        List<bool> left = [], right = [];
        short[] block = new short[file.Format.SamplesIn(TimeSpan.FromMilliseconds(100))];
        while (await file.ReadAsync(block) is var read and > 0)
        {
            left.Add(IsLoud(block.AsSpan(0, read), 0));
            right.Add(IsLoud(block.AsSpan(0, read), 1));
        }

        return ([.. left], [.. right]);

        static bool IsLoud(ReadOnlySpan<short> samples, int channel)
        {
            for (int i = channel; i < samples.Length; i += 2)
            {
                if (Math.Abs((int)samples[i]) > 2_000)
                    return true;
            }

            return false;
        }
    }

    // The user speaks into the microphone that was there from the beginning, and hears the answer from the loudspeaker that was.
    private async Task SpeakAsync(VoiceConversation talk, RealtimeTestCall call)
    {
        Task heard = _loudspeaker.MoreHeardAsync(TimeSpan.FromMilliseconds(500));
        _microphone.TryWrite(RealtimeTestAudio.Voice(TimeSpan.FromSeconds(1)).Samples.Span);
        await call.WaitForSentEventAsync("input_audio_buffer.speech_started").WaitAsync(Patience);
        await talk.UntilAsync(u => u is TranscriptUpdate { IsFinal: true, Text: "This is call 2." });
        await heard.WaitAsync(Patience);
        Assert.Equal(["user: I am Ada.", "assistant: This is call 1."], talk.History.Items.Take(2).Select(i => i.ToString()));
        Assert.Equal([ChatRole.User, ChatRole.Assistant], talk.History.Items.Skip(2).Cast<HistoryMessage>().Select(m => m.Role));
        Assert.DoesNotContain(call.SentEvents, e => e.Type == "error");
        Assert.Equal(2, _endpoint.KeysMinted);       // each call has a key of its own
    }

    private Task<VoiceConversation> StartAsync(CallRecorder? recorder = null)
    {
        var audio = new AudioOptions { Source = recorder?.Record(_microphone) ?? _microphone, Sink = recorder?.Record(_loudspeaker) ?? _loudspeaker };
        return _client.StartConversationAsync(new VoiceAgent(), new RealtimeConnectOptions { Audio = audio }, new VoiceConversationOptions { TimeProvider = _time });
    }

    /// <summary>A microphone that gives as many packets as it is told to, 20 ms each, at the pace of whoever reads them.</summary>
    private sealed class CountedMicrophone : IEncodedAudioSource
    {
        private static readonly byte[] Silence = [0xF8, 0xFF, 0xFE];        // RFC 6716: CELT, full band, 20 ms, mono

        private readonly Channel<bool> _ready = Channel.CreateUnbounded<bool>(), _taken = Channel.CreateUnbounded<bool>();
        private ushort _number;

        public long Spoken { get; private set; }

        public async Task SpeakAsync(int packets)
        {
            for (int i = 0; i < packets; i++)
            {
                Spoken++;
                _ready.Writer.TryWrite(true);
                await _taken.Reader.ReadAsync().AsTask().WaitAsync(Patience);
                await Task.Delay(1);
            }
        }

        public async ValueTask<EncodedAudioFrame> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await _ready.Reader.ReadAsync(cancellationToken);
            Silence.CopyTo(buffer);
            _taken.Writer.TryWrite(true);
            return new EncodedAudioFrame(Silence.Length, new OpusPacketHeader { SequenceNumber = ++_number, Timestamp = _number * 960u });
        }
    }
}
