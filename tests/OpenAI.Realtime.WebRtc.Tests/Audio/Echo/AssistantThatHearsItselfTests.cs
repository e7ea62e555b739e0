using OpenAI.Realtime.WebRtc.Media;
using static OpenAI.Realtime.WebRtc.Tests.Audio.Echo.Cancelled;

namespace OpenAI.Realtime.WebRtc.Tests.Audio.Echo;

/// <summary>
/// Ten virtual minutes of an assistant that answers for twelve seconds in every twenty through a loudspeaker beside the microphone, with the voice activity of the local endpoint: speech begins when 60 ms in a row are
/// above −40 dBFS, and ends after half a second below.
/// </summary>
public sealed class AssistantThatHearsItselfTests
{
    private const int Period = 20 * SampleRate;
    private const int Periods = 30;
    private static readonly short[] s_far = EchoScene.ToSamples(Answers());
    private static readonly short[] s_microphone = EchoScene.ToSamples(Echoes());

    [Fact]
    public void Without_cancellation_every_answer_is_taken_for_the_caller() => Assert.InRange(Listen(null, Periods, person: null).Count, Periods, int.MaxValue);

    [Fact]
    public void With_it_no_answer_of_ten_minutes_is_and_a_person_who_speaks_across_the_last_one_interrupts_it()
    {
        double[] person = SpeechLike.Make(3, 23, 200, -26);

        List<double> heard = Listen(new EchoCanceller(), Periods, EchoScene.ToSamples(person));

        double first = Assert.Single(heard.Take(1));
        double speaks = ((Periods - 1) * 20) + 4;       // and begins with a pause of up to 0.6 s
        Assert.InRange(first, speaks, speaks + 1.5);
    }

    // When speech began, in seconds.
    private static List<double> Listen(EchoCanceller? canceller, int periods, short[]? person)
    {
        var started = new List<double>();
        short[] frame = new short[Frame];
        int loud = 0, quiet = 0;
        bool speaking = false;
        for (int period = 0; period < periods; period++)
        {
            for (int at = 0; at < Period; at += Frame)
            {
                s_microphone.AsSpan(at, Frame).CopyTo(frame);
                int into = at - (4 * SampleRate);
                if (person is not null && period == periods - 1 && into >= 0 && into + Frame <= person.Length)
                {
                    for (int n = 0; n < Frame; n++)
                        frame[n] = (short)Math.Clamp(frame[n] + person[into + n], short.MinValue, short.MaxValue);
                }

                canceller?.Process(s_far.AsSpan(at, Frame), frame, frame);
                if (AudioLevel.Measure(frame).RmsDbfs < -40)
                {
                    loud = 0;
                    speaking &= ++quiet < 25;
                    continue;
                }

                quiet = 0;
                if (++loud < 3 || speaking)
                    continue;
                speaking = true;
                started.Add((period * 20) + ((double)at / SampleRate));
            }
        }

        return started;
    }

    private static double[] Answers()
    {
        var far = new double[Period];
        SpeechLike.Make(12, 5, 180, -18).CopyTo(far, SampleRate);
        return far;
    }

    // The room answers the end of a period in the beginning of the next.
    private static double[] Echoes()
    {
        double[] twice = [.. Answers(), .. Answers()];
        return new EchoScene { Far = twice, Response = SimulatedRoom.Response(0.3), Delay = 90, LossDb = 6, NoiseDb = 35 }.Mix()[Period..];
    }
}
