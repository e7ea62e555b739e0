using System.Net;
using System.Text;
using OpenAI.Realtime.WebRtc.Engine.Peer;
using OpenAI.Realtime.WebRtc.Engine.Tests.Hostile.Fuzzing;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Fuzz.Targets;

/// <summary>What comes by TCP: the frames of a stream, and what a proxy says before it. Each is the same wherever it is cut.</summary>
internal static class StreamTargets
{
    public static IEnumerable<FuzzTarget> All() =>
    [
        new("stream-frames", ReadFrames, FrameSeeds) { MayNotCatch = true },
        new("http-connect", ReadReply, ReplySeeds) { MayNotCatch = true },
    ];

    // The first byte says how long the pieces are.
    private static void ReadFrames(byte[] input)
    {
        if (input.Length == 0)
            return;
        if (Frames(input[1..], input.Length) != Frames(input[1..], input[0] + 1))
            throw new FuzzFailureException("The frames depend on where the stream is cut.");
    }

    private static string Frames(byte[] stream, int piece)
    {
        StreamFrames frames = new();
        StringBuilder found = new();
        for (int at = 0; at < stream.Length; at += piece)
        {
            Span<byte> data = stream.AsSpan(at, Math.Min(piece, stream.Length - at)).ToArray();
            while (frames.TryTake(ref data, out Span<byte> datagram))
                found.Append(Convert.ToHexString(datagram)).Append(' ');
        }

        return found.Append(frames.IsBroken).ToString();
    }

    private static void ReadReply(byte[] input)
    {
        if (input.Length == 0)
            return;
        if (Reply(input[1..], input.Length) != Reply(input[1..], input[0] + 1))
            throw new FuzzFailureException("The reply depends on where it is cut.");
    }

    private static string Reply(byte[] reply, int piece)
    {
        HttpConnect question = new(new IPEndPoint(IPAddress.Loopback, 443), null);
        for (int at = 0; at < reply.Length; at += piece)
        {
            Span<byte> data = reply.AsSpan(at, Math.Min(piece, reply.Length - at)).ToArray();
            int length = data.Length;
            if (question.Read(ref data) is not { } isComplete)
                continue;
            if (question.Reason.Any(char.IsControl))
                throw new FuzzFailureException("A proxy's words hold a control character.");
            return $"{isComplete} {question.Status} {question.Reason} {question.OffersBasic} {(isComplete ? at + length - data.Length : 0)}";
        }

        return "incomplete";
    }

    private static IEnumerable<byte[]> FrameSeeds() => [[0, 0, 2, 1, 2, 0, 0, 0, 1, 9], [3, 0x47, 0x45, 0x54], [1, 0, 4, 1, 2, 3, 4, 0, 1]];

    private static IEnumerable<byte[]> ReplySeeds() =>
    [
        [5, .. "HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy\r\n\r\nrest"u8],
        [0, .. "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n"u8],
        [200, .. "HTTP/1.0 403\n\n"u8],
    ];
}
