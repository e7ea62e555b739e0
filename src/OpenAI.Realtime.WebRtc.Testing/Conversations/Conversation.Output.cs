using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

internal sealed partial class Conversation
{
    private readonly AudioPacketHandler _sendAudio;
    private ushort _sequence;
    private readonly IOpusEncoder _encoder;
    private readonly ReplyPlayer _player = new();
    private readonly byte[] _packet = new byte[EncodedAudio.MaxLength];
    private Metronome? _metronome;
    private Clip? _announced;
    private string _lastResponseId = "";
    private uint _timestamp;
    private bool _marker = true;
    private bool _hasSpoken;

    /// <summary>Whether no packets are sent at all.</summary>
    public bool IsAudioPaused { get; set; }

    // Every 20 ms, on a timer's thread.
    private void OnBeat(int skipped)
    {
        lock (_gate)
        {
            if (_isOver)
                return;
            HearSilenceWhenNothingComes();
            _timestamp += (uint)(skipped * IOpusEncoder.FrameSamples);
            _marker |= skipped > 0;
            ReadOnlySpan<short> frame = _player.NextFrame(out Clip? finished);
            if (finished is not null)
                OnFinished(finished);
            Announce();
            try
            {
                SendFrame(frame);
            }
            catch (Exception e)     // a codec or an engine of the user's choice must not end the process on a timer's thread
            {
                _logger.AudioFailed(e);
            }
        }
    }

    private void SendFrame(ReadOnlySpan<short> frame)
    {
        uint timestamp = _timestamp;
        _timestamp += IOpusEncoder.FrameSamples;
        if (IsAudioPaused)
        {
            _marker = true;
            return;
        }

        int length = _encoder.Encode(frame, _packet);
        _sendAudio(_packet.AsSpan(0, length), new OpusPacketHeader(_sequence++, timestamp, _marker));
        _marker = false;
    }

    private void Play(Clip clip)
    {
        _player.Enqueue(clip);
        _hasSpoken = true;
        Announce();
    }

    private void Announce()
    {
        Clip? current = _player.Current;
        if (current is null || current == _announced)
            return;
        _announced = current;
        _lastResponseId = current.ResponseId;
        Emit("output_audio_buffer.started", ("response_id", current.ResponseId));
    }

    private void OnFinished(Clip clip)
    {
        if (_runs.Find(run => run.Clip == clip) is { } run)
            run.OwesStopped = true;     // response.done comes first
        else
            Emit("output_audio_buffer.stopped", ("response_id", clip.ResponseId));
    }

    private ApiError? ClearOutput()
    {
        if (!DropOutput())
            Emit("output_audio_buffer.cleared", ("response_id", _lastResponseId));
        return null;
    }

    // What has not been heard is no longer part of the conversation: the service truncates by itself on WebRTC.
    private bool DropOutput()
    {
        Clip? current = _player.Current;
        foreach (Clip clip in _player.Clear())
        {
            if (clip == current)
                Emit("output_audio_buffer.cleared", ("response_id", clip.ResponseId));
            if (_items.Exists(entry => entry.Item.Text("id") == clip.ItemId))
                Emit("conversation.item.truncated", ("item_id", clip.ItemId), ("content_index", 0), ("audio_end_ms", (int)clip.PlayedTime.TotalMilliseconds));
        }

        return current is not null;
    }
}
