using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Packages.Tests.Support;

/// <summary>The beginning of a recording, so that nobody has to listen to all of it.</summary>
internal static class WavExcerpt
{
    public static void Write(string from, string to, TimeSpan length)
    {
        using var source = new WavFileAudioSource(from);
        using var sink = new WavFileAudioSink(to, source.Format);
        short[] pcm = new short[source.Format.SamplesIn(length)];
        int count = 0;
        while (count < pcm.Length)
        {
            int read = source.ReadAsync(pcm.AsMemory(count)).AsTask().GetAwaiter().GetResult();
            if (read == 0)
                break;
            count += read;
        }
        sink.WriteAsync(pcm.AsMemory(0, count)).AsTask().GetAwaiter().GetResult();
    }
}
