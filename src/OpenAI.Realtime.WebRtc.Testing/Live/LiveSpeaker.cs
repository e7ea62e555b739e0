using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>What the model says: one clip after the other, and the words of each when their share of the audio has been sent. Under the conversation's gate.</summary>
internal sealed class LiveSpeaker(IOpusEncoder encoder, LiveSpeaker.PacketHandler send, ILogger logger) : IDisposable
{
    private const int MaxClips = 64;

    private readonly ReplyPlayer _player = new();
    private readonly Queue<Saying> _sayings = new();
    private readonly byte[] _packet = new byte[EncodedAudio.MaxLength];
    private ushort _sequence;
    private uint _timestamp;
    private bool _marker = true;
    private bool _hasSaid;

    public delegate void PacketHandler(ReadOnlySpan<byte> opus, OpusPacketHeader header);

    public delegate void FrameHandler(ReadOnlySpan<short> pcm);

    public bool IsSpeaking => _player.Current is not null;

    /// <summary>Says something behind what is being said; false when there is much to say already.</summary>
    public bool TrySay(string transcript, RealtimeTestAudio? audio)
    {
        if (_sayings.Count >= MaxClips)
            return false;
        bool isFirst = !_hasSaid;       // pieces carry their own blanks, so one behind another sentence begins with one
        string[] words = [.. transcript.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((word, index) => index == 0 && isFirst ? word : " " + word)];
        _hasSaid = true;
        audio ??= RealtimeTestAudio.Voice(TimeSpan.FromMilliseconds(Math.Clamp(words.Length * 300, 300, 60_000)));
        var clip = new Clip("", "", audio.To48kHz());
        _player.Enqueue(clip);
        _sayings.Enqueue(new Saying(clip, words));
        return true;
    }

    /// <summary>Says no more of what it says, and nothing of what waits.</summary>
    public void Stop()
    {
        _player.Clear();
        _sayings.Clear();
    }

    /// <summary>Sends the next 20 ms.</summary>
    /// <param name="skipped">How many frames before it were left out, because this machine was held up.</param>
    /// <param name="say">Told of each word that is heard now.</param>
    /// <param name="show">Shown the sound.</param>
    public void SendFrame(int skipped, Action<string> say, FrameHandler show)
    {
        _timestamp += (uint)(skipped * IOpusEncoder.FrameSamples);
        _marker |= skipped > 0;
        ReadOnlySpan<short> frame = _player.NextFrame(out _);
        show(frame);
        try
        {
            int length = encoder.Encode(frame, _packet);
            send(_packet.AsSpan(0, length), new OpusPacketHeader(_sequence++, _timestamp, _marker));
        }
        catch (Exception e)     // a codec or an engine of the user's choice must not end the process on a timer's thread
        {
            logger.AudioFailed(e);
        }
        _timestamp += IOpusEncoder.FrameSamples;
        _marker = false;
        WriteDown(say);
    }

    public void Dispose() => encoder.Dispose();

    private void WriteDown(Action<string> say)
    {
        while (_sayings.TryPeek(out Saying? saying))
        {
            while (saying.Next < saying.Words.Length && (long)saying.Clip.Samples.Length * saying.Next <= (long)saying.Clip.Played * saying.Words.Length && saying.Clip.Played > 0)
                say(saying.Words[saying.Next++]);
            if (saying.Clip.Played < saying.Clip.Length)
                return;
            _sayings.Dequeue();
        }
    }

    /// <summary>What is being said, and its words.</summary>
    private sealed class Saying(Clip clip, string[] words)
    {
        public Clip Clip => clip;

        public string[] Words => words;

        public int Next { get; set; }
    }
}
