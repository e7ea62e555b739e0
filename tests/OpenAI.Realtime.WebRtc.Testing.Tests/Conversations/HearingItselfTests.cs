using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Testing.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Testing.Tests.Conversations;

/// <summary>
/// Whole calls in a room: what the loudspeaker plays comes back into the microphone. The room goes by what is played, a frame for a frame, so that a busy machine changes no delay. Ten minutes of the same, without a
/// network and in virtual time, are in the SDK's own tests.
/// </summary>
public sealed class HearingItselfTests
{
    private static readonly TimeSpan s_reply = TimeSpan.FromSeconds(6);

    [Fact]
    public async Task Without_echo_cancellation_the_assistant_interrupts_itself()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        var room = new Room();
        await using Caller caller = await AnswerAsync(endpoint, room, room.Loudspeaker);

        await caller.WaitAsync("input_audio_buffer.speech_started");
        Assert.Equal("cancelled", (string?)(await caller.WaitAsync("response.done"))["response"]!["status"]);
    }

    [Fact]
    public async Task With_echo_cancellation_it_speaks_to_the_end_and_a_person_who_speaks_across_interrupts_it()
    {
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync();
        var room = new Room();
        var audio = new EchoCancellingAudio(room, room.Loudspeaker);
        await using Caller caller = await AnswerAsync(endpoint, audio.Source, audio.Sink);

        await caller.WaitAsync("output_audio_buffer.stopped");
        Assert.DoesNotContain("input_audio_buffer.speech_started", caller.ReceivedTypes);
        Assert.Equal("completed", (string?)(await caller.WaitAsync("response.done"))["response"]!["status"]);

        await caller.Session.SendAsync(new ResponseCreate());
        await room.PlayedAsync(TimeSpan.FromSeconds(2)).WaitAsync(Caller.Patience);     // of the second answer
        room.Speak(RealtimeTestAudio.Tone(900, TimeSpan.FromSeconds(1)));
        await caller.WaitAsync("input_audio_buffer.speech_started");
        await caller.WaitAsync("output_audio_buffer.cleared");
    }

    private static async Task<Caller> AnswerAsync(RealtimeTestEndpoint endpoint, IAudioSource microphone, IAudioSink loudspeaker)
    {
        endpoint.Script.OnResponse = (turn, _) => ValueTask.FromResult(turn.IsAutomatic ? RealtimeTestReply.Nothing : RealtimeTestReply.Say("an answer", RealtimeTestAudio.Voice(s_reply)));
        Caller caller = await Caller.ConnectAsync(endpoint, configureCall: o => o.Audio = new AudioOptions { Source = microphone, Sink = loudspeaker });
        await caller.Session.SendAsync(new ResponseCreate());
        return caller;
    }

    /// <summary>A microphone that hears a loudspeaker 60 ms later, half as loud, from the walls as well.</summary>
    private sealed class Room : IAudioSource
    {
        private static readonly (int Samples, float Gain)[] s_paths = [(2_880, 0.5f), (3_050, -0.2f), (3_411, 0.15f), (4_127, 0.1f), (5_333, -0.07f), (7_919, 0.04f)];

        private readonly ChannelAudioSource _heard = new(AudioFormat.Mono48kHz, TimeSpan.FromSeconds(10));
        private readonly Lock _gate = new();
        private readonly short[] _played = new short[16_384];
        private long _count, _loud, _wanted;
        private TaskCompletionSource? _reached;
        private short[] _person = [];
        private int _said;

        public Room() => Loudspeaker = new Speaker(this);

        public Speaker Loudspeaker { get; }

        public AudioFormat Format => AudioFormat.Mono48kHz;

        public bool IsLive => true;

        public bool IsNonBlocking => true;

        public ValueTask<int> ReadAsync(Memory<short> buffer, CancellationToken cancellationToken = default) => _heard.ReadAsync(buffer, cancellationToken);

        public void Speak(RealtimeTestAudio voice)
        {
            lock (_gate)
            {
                _person = voice.Samples.ToArray();
                _said = 0;
            }
        }

        /// <summary>So much more that is no silence has been played.</summary>
        public Task PlayedAsync(TimeSpan time)
        {
            lock (_gate)
            {
                _wanted = _loud + AudioFormat.Mono48kHz.SamplesIn(time);
                _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return _reached.Task;
            }
        }

        private void Play(ReadOnlySpan<short> pcm)
        {
            lock (_gate)
            {
                var heard = new short[pcm.Length];
                for (int n = 0; n < pcm.Length; n++, _count++)
                {
                    _played[_count % _played.Length] = pcm[n];
                    float sum = _said < _person.Length ? _person[_said++] : 0;
                    foreach ((int samples, float gain) in s_paths)
                    {
                        if (_count >= samples)
                            sum += gain * _played[(_count - samples) % _played.Length];
                    }

                    heard[n] = (short)Math.Clamp(sum, short.MinValue, short.MaxValue);
                }

                if (AudioLevel.Measure(pcm).RmsDbfs > -60)
                    _loud += pcm.Length;
                if (_loud >= _wanted)
                    _reached?.TrySetResult();
                _heard.TryWrite(heard);
            }
        }

        internal sealed class Speaker(Room room) : IAudioSink
        {
            public AudioFormat Format => AudioFormat.Mono48kHz;

            public bool IsNonBlocking => true;

            public ValueTask WriteAsync(ReadOnlyMemory<short> pcm, CancellationToken cancellationToken = default)
            {
                room.Play(pcm.Span);
                return ValueTask.CompletedTask;
            }

            public void Flush()
            {
            }
        }
    }
}
