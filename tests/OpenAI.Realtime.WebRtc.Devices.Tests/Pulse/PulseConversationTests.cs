using System.Runtime.InteropServices;
using OpenAI.Realtime.WebRtc.Devices.Tests.Support;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Samples.Tests.Support;
using OpenAI.Realtime.WebRtc.Testing;

namespace OpenAI.Realtime.WebRtc.Devices.Tests.Pulse;

/// <summary>A whole conversation through real devices: said into a microphone of PulseAudio's, sent over WebRTC to the endpoint, which says it back, and recorded where the loudspeaker plays.</summary>
[Collection(nameof(PulseServer))]
public sealed class PulseConversationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [PulseFact]
    public async Task What_is_said_comes_out_of_the_loudspeaker()
    {
        await using PulseServer server = await PulseServer.StartAsync();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync(new());
        using AudioDevices devices = AudioDevices.Open(new() { Server = server.Address });
        using AudioDuplex duplex = devices.OpenDuplex();
        using PulseRecording recording = server.Record("speaker");
        using RealtimeWebRtcClient client = Client(endpoint);
        await using RealtimeWebRtcSession session = await client.ConnectAsync(new() { Audio = new AudioOptions { Source = duplex.Microphone, Sink = duplex.Loudspeaker } });

        short[] question = await QuestionAsync();
        using var speaking = server.Say(question);
        await UntilPlayedAsync(session);
        await PulseServer.UntilAsync(() => recording.Count > 0 && Quiet(recording), "the recording ends in silence");

        double[] said = Sound.Envelope(Half(question)), heard = Sound.Envelope(Half(recording.Samples));
        int first = Array.FindIndex(said, level => level > -50), last = Array.FindLastIndex(said, level => level > -50);
        AudioDeviceStatistics spoken = duplex.Microphone.GetStatistics(), played = duplex.Loudspeaker.GetStatistics();

        // On a machine that does not keep the time of two sound cards words have holes, and every hole is counted; what lies between them is the same all the same.
        bool keptTime = spoken is { Underruns: 0, Overruns: 0 } && played is { Underruns: 0, Overruns: 0 };
        if (keptTime)
        {
            (double correlation, _) = Sound.Find(said[first..last], heard);
            Assert.True(correlation > 0.9, $"{correlation:F3}; microphone {spoken}, loudspeaker {played}");
        }
        else
        {
            (double Correlation, int At)[] seconds = Sound.FindEachSecond(said[first..last], heard);
            int[] found = [.. seconds.Where(second => second.Correlation > 0.8).Select(second => second.At)];
            string matches = string.Join(", ", seconds.Select(second => $"{second.Correlation:0.00} at {second.At * 0.02:0.0} s"));
            Assert.True(found.Length > seconds.Length / 3, $"{matches}; microphone {spoken}, loudspeaker {played}");
            Assert.True(found.Zip(found.Skip(1)).Count(pair => pair.Second > pair.First) >= (found.Length - 1) * 2 / 3, $"Out of order: {matches}.");
        }

        Assert.InRange(duplex.Loudspeaker.Buffered, TimeSpan.Zero, TimeSpan.FromMilliseconds(500));

        AudioSendStatistics sent = session.GetStatistics().Audio.Sent;
        Assert.Equal(0, sent.DroppedFrames);
        if (keptTime && sent.SkippedFrames == 0)
            Assert.InRange(sent.UnderrunFrames, 0, sent.Packets / 4);       // until the microphone has 20 ms; a busy sound server brings them late
    }

    [PulseFact]
    public async Task A_microphone_that_is_pulled_out_in_mid_call_leaves_the_session_alive()
    {
        await using PulseServer server = await PulseServer.StartAsync();
        await using RealtimeTestEndpoint endpoint = await RealtimeTestEndpoint.StartAsync(new());
        using AudioDevices devices = AudioDevices.Open(new() { Server = server.Address });
        using AudioDuplex duplex = devices.OpenDuplex();
        using RealtimeWebRtcClient client = Client(endpoint);
        await using RealtimeWebRtcSession session = await client.ConnectAsync(new() { Audio = new AudioOptions { Source = duplex.Microphone, Sink = duplex.Loudspeaker } });
        using var humming = server.Say(Waves.Tone(500, 48_000 * 120, 12_000));
        await PulseServer.UntilAsync(() => session.InputLevel.RmsDbfs > -20, "the tone goes out");

        await server.UnplugAsync("module-remap-source", "microphone");
        await PulseServer.UntilAsync(() => duplex.Microphone.State == AudioDeviceState.Lost && session.InputLevel.RmsDbfs < -90, "silence goes out");
        long packets = session.GetStatistics().Audio.Sent.Packets;
        await PulseServer.UntilAsync(() => session.GetStatistics().Audio.Sent.Packets > packets + 25, "silence goes on");
        Assert.False(session.Completion.IsCompleted);

        await server.PlugMicrophoneAsync();
        await PulseServer.UntilAsync(() => session.InputLevel.RmsDbfs > -20, "the tone goes out again");
        Assert.False(session.Completion.IsCompleted);
        humming.Kill();
    }

    private static RealtimeWebRtcClient Client(RealtimeTestEndpoint endpoint) => new(new OpenAIRealtimeWebRtcOptions { Endpoint = endpoint.BaseAddress, ApiKey = endpoint.ApiKey });

    private static async Task UntilPlayedAsync(RealtimeWebRtcSession session)
    {
        using var limit = new CancellationTokenSource(Patience);
        await foreach (ServerEvent e in session.ReadEventsAsync(limit.Token))
        {
            if (e is OutputAudioBufferStopped)
                return;
        }
    }

    private static bool Quiet(PulseRecording recording) => recording.Count > 48_000 && Waves.Rms(recording.From(recording.Count - 24_000)) < 30;

    private static async Task<short[]> QuestionAsync()
    {
        using Stream file = typeof(PulseConversationTests).Assembly.GetManifestResourceStream("question.wav")!;
        using var source = new WavFileAudioSource(file);
        using var all = new MemoryStream();
        short[] pcm = new short[4_800];
        int count;
        while ((count = await source.ReadAsync(pcm)) > 0)
            all.Write(MemoryMarshal.AsBytes(pcm.AsSpan(0, count)));
        var resampler = new Resampler(source.Format.SampleRate, Waves.Rate);
        ReadOnlySpan<short> read = MemoryMarshal.Cast<byte, short>(all.ToArray());
        short[] converted = new short[resampler.MaxOutput(read.Length)];
        return converted[..resampler.Process(read, converted)];
    }

    private static short[] Half(short[] pcm)
    {
        short[] half = new short[pcm.Length / 2];
        for (int i = 0; i < half.Length; i++)
            half[i] = (short)((pcm[2 * i] + pcm[(2 * i) + 1]) / 2);
        return half;
    }
}
