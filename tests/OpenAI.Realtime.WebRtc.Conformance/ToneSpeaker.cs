using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Conformance;

/// <summary>Speaks a sine of a known frequency into a connection, 20 ms at a time, until it is disposed.</summary>
public sealed class ToneSpeaker : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _speaking;

    /// <summary>Starts to speak.</summary>
    public ToneSpeaker(IPeerConnection peer, IOpusCodecFactory codec, double frequency)
    {
        Frequency = frequency;
        _speaking = SpeakAsync(peer, codec, _stop.Token);
    }

    /// <summary>In hertz.</summary>
    public double Frequency { get; }

    /// <summary>While true, encoded silence is sent.</summary>
    public bool Muted { get; set; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _speaking;
        _stop.Dispose();
    }

    private async Task SpeakAsync(IPeerConnection peer, IOpusCodecFactory codec, CancellationToken stop)
    {
        using IOpusEncoder encoder = codec.CreateEncoder(new OpusEncoderOptions());
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
        short[] pcm = new short[IOpusEncoder.FrameSamples];
        byte[] packet = new byte[EncodedAudio.MaxLength];
        ushort number = 0;
        for (uint timestamp = 0; !stop.IsCancellationRequested; timestamp += IOpusEncoder.FrameSamples)
        {
            for (int i = 0; i < pcm.Length; i++)
                pcm[i] = Muted ? (short)0 : (short)(12_000 * Math.Sin(2 * Math.PI * Frequency * (timestamp + i) / 48_000));
            peer.Audio.Send(packet.AsSpan(0, encoder.Encode(pcm, packet)), new(number++, timestamp, Marker: timestamp == 0));
            try
            {
                await timer.WaitForNextTickAsync(stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
