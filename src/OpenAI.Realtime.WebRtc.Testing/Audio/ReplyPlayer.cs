using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Testing;

/// <summary>A stretch of audio that waits to be heard, or is being heard.</summary>
internal sealed class Clip(string responseId, string itemId, short[] samples)
{
    public string ResponseId { get; } = responseId;

    public string ItemId { get; } = itemId;

    public short[] Samples { get; } = samples;

    /// <summary>How much of it there is: less than <see cref="Samples"/> when the response was cancelled before all had been generated.</summary>
    public int Length { get; set; } = samples.Length;

    /// <summary>How much has been sent.</summary>
    public int Played { get; set; }

    public TimeSpan PlayedTime => AudioFormat.Mono48kHz.DurationOf(Played);
}

/// <summary>
/// The endpoint's output audio buffer: clips in a queue, one frame of 20 ms for each <see cref="NextFrame"/>, silence between them. Under the
/// conversation's gate.
/// </summary>
internal sealed class ReplyPlayer
{
    private readonly Queue<Clip> _queue = new();
    private readonly short[] _frame = new short[IOpusEncoder.FrameSamples];

    /// <summary>The clip being heard; null in silence.</summary>
    public Clip? Current => _queue.TryPeek(out Clip? clip) ? clip : null;

    /// <summary>How many clips are heard or wait for it.</summary>
    public int Count => _queue.Count;

    public void Enqueue(Clip clip) => _queue.Enqueue(clip);

    /// <summary>Takes everything out that has not been heard.</summary>
    public Clip[] Clear()
    {
        Clip[] cleared = [.. _queue];
        _queue.Clear();
        return cleared;
    }

    /// <summary>The next 20 ms.</summary>
    /// <param name="finished">The clip that ended with the frame before this one; null when none did.</param>
    public ReadOnlySpan<short> NextFrame(out Clip? finished)
    {
        finished = null;
        if (_queue.TryPeek(out Clip? clip) && clip.Played >= clip.Length)
        {
            finished = _queue.Dequeue();
            clip = Current;
        }

        if (clip is null)
        {
            _frame.AsSpan().Clear();
            return _frame;
        }

        int count = Math.Clamp(clip.Length - clip.Played, 0, _frame.Length);
        clip.Samples.AsSpan(clip.Played, count).CopyTo(_frame);
        _frame.AsSpan(count).Clear();
        clip.Played += count;
        return _frame;
    }
}
