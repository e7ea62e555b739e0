using System.Buffers;
using System.Text;

namespace OpenAI.Realtime.WebRtc.Samples.Tests.Support;

/// <summary>All that a process writes to one of its streams, and a way to wait until it has written something.</summary>
internal sealed class Captured
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource _more = NewSource();

    public Captured(Stream stream) => Ended = ReadAsync(stream);

    /// <summary>Completes when the stream has ended.</summary>
    public Task Ended { get; }

    public byte[] Bytes
    {
        get
        {
            lock (_gate)
                return _bytes.WrittenSpan.ToArray();
        }
    }

    public string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>Completes when the text has been written; false when the stream has ended without it.</summary>
    public async Task<bool> HoldsAsync(string text)
    {
        while (true)
        {
            Task more;
            lock (_gate)
                more = _more.Task;
            bool ended = Ended.IsCompleted;
            if (Text.Contains(text, StringComparison.Ordinal))
                return true;
            if (ended)
                return false;
            await Task.WhenAny(more, Ended);
        }
    }

    private async Task ReadAsync(Stream stream)
    {
        byte[] buffer = new byte[16 * 1024];
        int length;
        while ((length = await stream.ReadAsync(buffer)) > 0)
        {
            TaskCompletionSource more;
            lock (_gate)
            {
                _bytes.Write(buffer.AsSpan(0, length));
                (more, _more) = (_more, NewSource());
            }

            more.SetResult();
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
