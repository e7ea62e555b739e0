using OpenAI.Realtime.WebRtc.Media;
using static OpenAI.Realtime.WebRtc.Tests.Audio.Echo.Cancelled;

namespace OpenAI.Realtime.WebRtc.Tests.Audio.Echo;

/// <summary>
/// A busy machine: what the loudspeaker is given comes late, early, or not at all, and its echo with it. Frame by frame, without a clock; speech begins when 60 ms in a row are above −40 dBFS, as at the local endpoint.
/// </summary>
public sealed class LateFramesTests
{
    private const int Ticks = 500;
    private const int Moment = 300;     // when it happens: 6 s after the assistant has begun to speak
    private const int Way = 50 * 48;    // what the devices add to what the loudspeaker tells
    private static readonly double[] s_room = SimulatedRoom.Response(0.3);
    private static readonly short[] s_speech = EchoScene.ToSamples(SpeechLike.Make(10, 5, 180, -18));

    [Theory]
    [InlineData("nothing", 2)]
    [InlineData("a frame comes 20 ms late", 2)]
    [InlineData("three frames come 60 ms late", 2)]
    [InlineData("three frames come 60 ms late", 3)]
    [InlineData("two frames come early", 2)]
    [InlineData("a frame is missing", 2)]
    [InlineData("a frame is missing", 3)]
    [InlineData("the assistant is interrupted", 2)]
    [InlineData("the assistant is interrupted", 3)]
    [InlineData("the assistant is interrupted, and frames come late", 2)]
    [InlineData("the assistant is interrupted, and frames come late", 3)]
    public void Its_echo_is_taken_for_nobody(string what, int cushion)
    {
        (List<short[]> far, List<double> played) = Play(what, cushion);
        double[] echo = SimulatedRoom.Convolve([.. played], s_room);
        double gain = 0.5 / Math.Sqrt(s_room.Sum(h => h * h));
        var canceller = new EchoCanceller();
        short[] frame = new short[Frame];
        int loud = 0, before = 0, after = 0;
        for (int tick = 0; tick < Ticks; tick++)
        {
            for (int n = 0; n < Frame; n++)
            {
                int at = (tick * Frame) + n - Way;
                frame[n] = at < 0 ? (short)0 : (short)Math.Clamp(echo[at] * gain, short.MinValue, short.MaxValue);
            }

            before += AudioLevel.Measure(frame).RmsDbfs > -40 ? 1 : 0;
            canceller.Process(far[tick], frame, frame);
            loud = AudioLevel.Measure(frame).RmsDbfs > -40 ? loud + 1 : 0;
            after += loud == 3 ? 1 : 0;
        }

        Assert.InRange(before, 150, Ticks);
        Assert.Equal(0, after);
    }

    // What the canceller is given for far end, and what the loudspeaker plays: one that begins when so many frames wait in it.
    private static (List<short[]> Far, List<double> Played) Play(string what, int cushion)
    {
        var line = new FarEndTimeline();
        var waiting = new Queue<short>();
        var far = new List<short[]>();
        var played = new List<double>();
        bool plays = false;
        int written = 0;
        for (int tick = 0; tick < Ticks; tick++)
        {
            int since = tick - Moment;
            bool isInterrupted = what.StartsWith("the assistant is interrupted", StringComparison.Ordinal);
            if (isInterrupted && since == 0)
            {
                waiting.Clear();
                line.Flush();
            }

            int frames = (what, since) switch
            {
                ("a frame comes 20 ms late", 0) => 0,
                ("a frame comes 20 ms late", 1) => 2,
                ("three frames come 60 ms late" or "the assistant is interrupted, and frames come late", >= 0 and < 3) => 0,
                ("three frames come 60 ms late" or "the assistant is interrupted, and frames come late", 3) => 4,
                ("two frames come early", 0) => 3,
                ("two frames come early", 1 or 2) => 0,
                ("a frame is missing", 0) => 0,
                _ => 1,
            };
            for (; frames > 0; frames--)
            {
                short[] piece = new short[Frame];
                if (tick >= 25 && !(isInterrupted && since is >= 0 and < 50))
                    s_speech.AsSpan(Frame * written++, Frame).CopyTo(piece);
                line.Write(piece, waiting.Count);
                foreach (short sample in piece)
                    waiting.Enqueue(sample);
            }

            plays = waiting.Count >= (plays ? Frame : cushion * Frame);
            for (int n = 0; n < Frame; n++)
                played.Add(plays ? waiting.Dequeue() : 0);
            short[] heard = new short[Frame];
            line.Read(heard);
            far.Add(heard);
        }

        return (far, played);
    }
}
