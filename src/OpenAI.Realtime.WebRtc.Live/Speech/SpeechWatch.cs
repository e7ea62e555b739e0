using System.Threading.Channels;
using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>Who speaks. Looks at the audio's levels each 20 ms; readers come from anywhere.</summary>
internal sealed class SpeechWatch(LiveSpeechOptions options, MediaPort audio, ConnectClock clock)
{
    private const int ChangesKept = 64;

    private readonly SpeechGate _user = new(options.UserThreshold, options.Onset, options.Hold);
    private readonly SpeechGate _assistant = new(options.AssistantThreshold, options.Onset, options.Hold);
    private readonly Channel<LiveSpeechChange> _changes = Channel.CreateBounded<LiveSpeechChange>(new BoundedChannelOptions(ChangesKept) { FullMode = BoundedChannelFullMode.DropOldest });
    private int _looking;

    public ChannelReader<LiveSpeechChange> Changes => _changes.Reader;

    public bool IsUserSpeaking => Volatile.Read(ref _userSpeaks);

    public bool IsAssistantSpeaking => Volatile.Read(ref _assistantSpeaks);

    private bool _userSpeaks;
    private bool _assistantSpeaks;

    /// <summary>Looks; a call that finds another looking does nothing.</summary>
    public void Look()
    {
        if (Interlocked.Exchange(ref _looking, 1) != 0)
            return;
        TimeSpan now = clock.Elapsed;
        if (_user.Handle(audio.IsMuted ? AudioLevel.FloorDbfs : audio.InputLevel.RmsDbfs, now))
        {
            Volatile.Write(ref _userSpeaks, _user.IsSpeaking);
            _changes.Writer.TryWrite(new LiveSpeechChange(LiveRole.User, _user.IsSpeaking, now));
        }
        if (_assistant.Handle(audio.OutputLevel.RmsDbfs, now))
        {
            Volatile.Write(ref _assistantSpeaks, _assistant.IsSpeaking);
            _changes.Writer.TryWrite(new LiveSpeechChange(LiveRole.Assistant, _assistant.IsSpeaking, now));
        }
        Volatile.Write(ref _looking, 0);
    }

    public void End() => _changes.Writer.TryComplete();
}
