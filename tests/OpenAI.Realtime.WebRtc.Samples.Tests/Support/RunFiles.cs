using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Samples.Tests.Support;

/// <summary>What the program wrote by --events and --stats.</summary>
internal static class RunFiles
{
    /// <summary>Every line, parsed; each has exactly the three members that the help names.</summary>
    public static List<(double At, string Direction, JsonObject Event)> ReadEvents(string path)
    {
        List<(double, string, JsonObject)> events = [];
        foreach (string line in File.ReadAllLines(path))
        {
            JsonObject entry = JsonNode.Parse(line)!.AsObject();
            Assert.Equal(["at_ms", "direction", "event"], entry.Select(member => member.Key));
            string direction = entry["direction"]!.GetValue<string>();
            Assert.Contains(direction, new[] { "sent", "received" });
            events.Add((entry["at_ms"]!.GetValue<double>(), direction, entry["event"]!.AsObject()));
        }
        return events;
    }

    public static List<string> Names(string path, string direction) =>
        [.. ReadEvents(path).Where(e => e.Direction == direction).Select(e => e.Event["type"]!.GetValue<string>())];

    /// <summary>The statistics, with exactly the members that they are to have.</summary>
    public static JsonObject ReadStats(string path)
    {
        JsonObject stats = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        Assert.Equal(["allocated_bytes", "audio", "call_id", "codec", "dtls_cipher", "ended", "ms", "path", "srtp_profile"], stats.Select(m => m.Key).Order());
        Assert.Equal(["answer", "channel", "dtls", "first_audio", "first_event", "ice", "key"], stats["ms"]!.AsObject().Select(m => m.Key).Order());
        Assert.Equal(
            ["buffer_ms", "concealed_samples", "duplicate", "jitter_ms", "late", "lost", "received_bytes", "received_packets", "sent_bytes", "sent_packets", "skipped_frames", "underrun_frames"],
            stats["audio"]!.AsObject().Select(m => m.Key).Order());
        return stats;
    }
}
