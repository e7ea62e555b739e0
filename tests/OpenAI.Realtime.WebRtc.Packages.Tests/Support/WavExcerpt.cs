using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Packages.Tests.Support;

/// <summary>The beginning of a recording, so that nobody has to listen to all of it.</summary>
internal static class WavExcerpt
{
    public static async Task WriteAsync(string from, string to, TimeSpan length)
    {
        using var source = new WavFileAudioSource(from);
        using var sink = new WavFileAudioSink(to, source.Format);
        short[] pcm = new short[source.Format.SamplesIn(length)];
        int count = 0;
        while (count < pcm.Length)
        {
            int read = await source.ReadAsync(pcm.AsMemory(count));
            if (read == 0)
                break;
            count += read;
        }
        await sink.WriteAsync(pcm.AsMemory(0, count));
    }
}
