using System.Text.Json;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace ConsoleVoiceChat;

/// <summary>How it went, in numbers; what --stats writes.</summary>
/// <param name="Ms">When each step was passed, in milliseconds from the start; null for what was not reached.</param>
/// <param name="Audio">Packets, both ways.</param>
/// <param name="Codec">The Opus implementation that ran; null when it was never connected.</param>
/// <param name="Path">By what way the call went; null when it was never connected.</param>
/// <param name="CallId">The call's id; null when the service named none.</param>
/// <param name="DtlsCipher">The cipher suite, by its IANA name.</param>
/// <param name="SrtpProfile">The SRTP protection profile, by its IANA name.</param>
/// <param name="AllocatedBytes">Allocated by the whole program, in the demonstration with the endpoint inside it.</param>
/// <param name="Ended">Why it ended: reply_played, seconds, interrupted, or the failure's name.</param>
internal sealed record Statistics(
    StepTimes Ms, AudioCounts Audio, string? Codec, CallPath? Path, string? CallId, string? DtlsCipher, string? SrtpProfile, long AllocatedBytes, string Ended)
{
    public static Statistics Of(Call conversation, Timeline timeline, ChatException? failure, long allocated)
    {
        PeerStatistics? connection = conversation.Counted?.Connection;
        return new Statistics(
            new StepTimes(
                timeline[ConnectStep.Key], timeline[ConnectStep.Answer], timeline[ConnectStep.Ice], timeline[ConnectStep.Dtls],
                timeline[ConnectStep.Channel], timeline[ConnectStep.FirstEvent], timeline[ConnectStep.FirstAudio]),
            AudioCounts.Of(connection, conversation.Counted?.Audio ?? default),
            conversation.Counted?.Codec,
            CallPath.Of(connection),
            conversation.CallId,
            connection?.DtlsCipherSuite,
            connection?.SrtpProfile,
            allocated,
            failure?.Name ?? conversation.Ended ?? "interrupted");
    }

    public void Write(Stream file)
    {
        JsonSerializer.Serialize(file, this, StatisticsJson.Default.Statistics);
        file.Write("\n"u8);
        file.Flush();
    }
}

/// <summary>Milliseconds from the start.</summary>
internal sealed record StepTimes(double? Key, double? Answer, double? Ice, double? Dtls, double? Channel, double? FirstEvent, double? FirstAudio);

/// <summary>By what way a call went.</summary>
internal sealed record CallPath(string Transport, string? Local, string? Remote, string? Proxy)
{
    public static CallPath? Of(PeerStatistics? connection) => connection?.Transport is { } transport
        ? new(transport == TransportProtocol.Tcp ? "tcp" : "udp", connection.LocalAddress, connection.RemoteAddress, connection.Proxy)
        : null;

    public override string ToString() => $"{Transport}, {Local} to {Remote}{(Proxy is null ? "" : $" through {Proxy}")}";
}

/// <summary>What was sent and received.</summary>
/// <remarks>Underrun frames, 20 ms each, were sent silent because the microphone or file had nothing ready; skipped ones were never sent, because the machine stood still.</remarks>
internal sealed record AudioCounts(
    long SentPackets, long SentBytes, long UnderrunFrames, long SkippedFrames, long ReceivedPackets, long ReceivedBytes, long Lost, long Late, long Duplicate, long ConcealedSamples, double JitterMs, double BufferMs)
{
    /// <summary>The engine counts what was on the wire; the jitter buffer what became of it.</summary>
    public static AudioCounts Of(PeerStatistics? connection, AudioStatistics audio) => new(
        connection?.AudioPacketsSent ?? audio.Sent.Packets,
        connection?.AudioBytesSent ?? audio.Sent.Bytes,
        audio.Sent.UnderrunFrames,
        audio.Sent.SkippedFrames,
        connection?.AudioPacketsReceived ?? audio.Received.Packets,
        connection?.AudioBytesReceived ?? audio.Received.Bytes,
        audio.Received.Lost,
        audio.Received.Late,
        audio.Received.Duplicate,
        audio.Received.ConcealedSamples,
        Math.Round((connection?.Jitter ?? audio.Received.Jitter).TotalMilliseconds, 3),
        Math.Round(audio.Received.TargetDelay.TotalMilliseconds, 3));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(Statistics))]
internal sealed partial class StatisticsJson : JsonSerializerContext;
