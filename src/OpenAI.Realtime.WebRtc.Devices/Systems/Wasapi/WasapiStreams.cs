using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using NAudio.CoreAudioApi;
using NAudio.Wave;

namespace OpenAI.Realtime.WebRtc.Devices;

/// <summary>A microphone through WASAPI. Windows converts to 48 kHz mono.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WasapiCaptureStream : IDeviceStream
{
    private readonly MMDevice _device;
    private readonly WasapiRecorder _recorder;

    public WasapiCaptureStream(MMDevice device, TimeSpan period, ICaptureClient client)
    {
        _device = device;
        _recorder = new WasapiRecorderBuilder().WithDevice(device).WithSharedMode().WithEventSync().WithFormat(new WaveFormat(ClockBridge.SampleRate, 16, 1))
            .WithBufferLength((int)(2 * period.TotalMilliseconds)).Build();
        _recorder.DataAvailable += (data, flags, _, _) =>
        {
            if ((flags & AudioClientBufferFlags.DataDiscontinuity) != 0)
                client.OnOverrun();
            client.OnCaptured(MemoryMarshal.Cast<byte, short>(data));
        };
        _recorder.RecordingStopped += (_, stopped) => client.OnFailed(stopped.Exception?.Message ?? "Windows has ended the recording");
        _recorder.StartRecording();
    }

    public TimeSpan Latency => _recorder.AverageLatency;

    public void Dispose()
    {
        _recorder.Dispose();
        _device.Dispose();
    }
}

/// <summary>A loudspeaker through WASAPI. Windows converts from 48 kHz mono.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WasapiPlaybackStream : IDeviceStream, IWaveProvider
{
    private readonly MMDevice _device;
    private readonly WasapiPlayer _player;
    private readonly IPlaybackClient _client;

    public WasapiPlaybackStream(MMDevice device, TimeSpan period, IPlaybackClient client)
    {
        _device = device;
        _client = client;
        _player = new WasapiPlayerBuilder().WithDevice(device).WithSharedMode().WithEventSync().WithCategory(AudioStreamCategory.Communications)
            .WithLatency((int)(2 * period.TotalMilliseconds)).Build();
        _player.PlaybackStopped += (_, stopped) => client.OnFailed(stopped.Exception?.Message ?? "Windows has ended the playing");
        _player.Init(this);
        _player.Play();
    }

    public TimeSpan Latency => _player.CurrentLatency;

    public WaveFormat WaveFormat { get; } = new(ClockBridge.SampleRate, 16, 1);

    public int Read(Span<byte> buffer)
    {
        _client.OnWanted(MemoryMarshal.Cast<byte, short>(buffer));
        return buffer.Length;
    }

    public void Dispose()
    {
        _player.Dispose();
        _device.Dispose();
    }
}
