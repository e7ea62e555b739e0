using Microsoft.Extensions.Time.Testing;

namespace OpenAI.Realtime.WebRtc.Devices.Tests.Support;

/// <summary>
/// A room with a person in it, in virtual time: the fake microphone hears the person, and the fake loudspeaker 45 ms later, more quietly and from some walls as well. A session writes and reads 20 ms every 20 ms, the devices
/// work 10 ms at a time by a clock of their own.
/// </summary>
/// <param name="time">The time.</param>
/// <param name="system">The devices: one of each kind, open or not.</param>
internal sealed class EchoRoom(FakeTimeProvider time, FakeSystem system)
{
    public const int Frame = 960;
    private const int Period = 480;
    private static readonly (int Samples, double Gain)[] Paths = [(2_160, 0.6), (2_371, -0.24), (2_803, 0.2), (3_529, 0.12), (4_703, -0.08), (6_101, 0.04)];
    private static readonly TimeSpan SessionPeriod = TimeSpan.FromMilliseconds(20);

    private readonly List<short> _played = [.. new short[7_000]];
    private readonly short[] _heard = new short[Period];
    private int _said;

    /// <summary>10 ms of the devices' clock.</summary>
    public TimeSpan DevicePeriod { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Plays the one and says the other at the same time; what the session read meanwhile, a frame for a frame, zeros where it got nothing.</summary>
    public async Task<short[]> RunAsync(Microphone microphone, Loudspeaker loudspeaker, short[] assistant, short[] person)
    {
        short[] read = new short[assistant.Length];
        _said = 0;
        TimeSpan session = SessionPeriod, device = DevicePeriod, now = TimeSpan.Zero;
        for (int at = 0; at + Frame <= assistant.Length;)
        {
            TimeSpan next = session < device ? session : device;
            time.Advance(next - now);
            now = next;
            if (now == device)
            {
                Work(person);
                device += DevicePeriod;
            }

            if (now == session)
            {
                await loudspeaker.WriteAsync(assistant.AsMemory(at, Frame));
                await ReadAsync(microphone, read.AsMemory(at, Frame));
                at += Frame;
                session += SessionPeriod;
            }
        }

        return read;
    }

    /// <summary>Both devices work for 10 ms.</summary>
    public void Work(short[] person)
    {
        FakeStream? speaker = system.Open.Find(stream => stream.Device.Kind == AudioDeviceKind.Loudspeaker), microphone = system.Open.Find(stream => stream.Device.Kind == AudioDeviceKind.Microphone);
        _played.AddRange(speaker?.Play(Period) ?? new short[Period]);
        for (int n = 0; n < Period; n++)
        {
            double sum = _said < person.Length ? person[_said++] : 0;
            foreach ((int samples, double gain) in Paths)
                sum += gain * _played[_played.Count - Period + n - samples];
            _heard[n] = (short)Math.Clamp(Math.Round(sum), short.MinValue, short.MaxValue);
        }

        microphone?.Hear(_heard);
    }

    private static async Task ReadAsync(Microphone microphone, Memory<short> to)
    {
        using var stop = new CancellationTokenSource();
        ValueTask<int> read = microphone.ReadAsync(to, stop.Token);
        if (!read.IsCompleted)
            await stop.CancelAsync();
        try
        {
            await read;
        }
        catch (OperationCanceledException)
        {
            // A frame of silence, as a session would send it.
        }
    }
}
