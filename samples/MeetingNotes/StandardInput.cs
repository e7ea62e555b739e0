using System.Buffers;
using System.IO.Pipelines;

namespace MeetingNotes;

/// <summary>
/// Reads standard input ahead, from the beginning of the program on: what a recorder says while the call is being connected is kept, and what comes faster than sound, such as a redirected file, is held back
/// once a minute of it waits. The session takes it at the pace of sound.
/// </summary>
internal static class StandardInput
{
    private const int MaxWaiting = 60 * 24_000 * 2;      // bytes
    private const int HeaderLength = 12;

    /// <summary>Begins to read.</summary>
    /// <returns>The bytes; a read fails with <see cref="InvalidDataException"/> when they are a WAV file's.</returns>
    public static Stream Open()
    {
        var waiting = new Pipe(new PipeOptions(pauseWriterThreshold: MaxWaiting, resumeWriterThreshold: MaxWaiting / 2, minimumSegmentSize: 16 * 1024, useSynchronizationContext: false));
        _ = Task.Run(() => FillAsync(Console.OpenStandardInput(), waiting.Writer));
        return waiting.Reader.AsStream();
    }

    /// <summary>Carries a stream into a pipe until one of the two has ended. Never faults: what goes wrong is for the reader.</summary>
    internal static async Task FillAsync(Stream input, PipeWriter writer)
    {
        try
        {
            byte[] header = new byte[HeaderLength];
            int length = await input.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false);
            if (header.AsSpan(0, 4).SequenceEqual("RIFF"u8) && header.AsSpan(8).SequenceEqual("WAVE"u8))
                throw new InvalidDataException("standard input is a WAV file, and - takes raw samples: give the file's name, or convert it (ffmpeg -i FILE.wav -f s16le -ac 1 -ar 24000 - | …).");
            writer.Write(header.AsSpan(0, length));
            await writer.FlushAsync();
            await input.CopyToAsync(writer);
            await writer.CompleteAsync();
        }
#pragma warning disable CA1031 // Whatever it is, the reader gets it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            await writer.CompleteAsync(e);
        }
    }
}
