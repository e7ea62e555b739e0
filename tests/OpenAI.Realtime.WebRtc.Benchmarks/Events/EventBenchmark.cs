using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Benchmarks.Host;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Events;

/// <summary>
/// One transcript delta of 183 bytes read into its type, beside the two usual ways in the same run: a <see cref="JsonDocument"/> to look at
/// <c>type</c> and then <see cref="JsonSerializer"/> with generated code, and by reflection. Rounds are interleaved.
/// <code>
/// dotnet run -c Release --project tests/OpenAI.Realtime.WebRtc.Benchmarks -- events [rounds]
/// </code>
/// </summary>
internal static class EventBenchmark
{
    private const int PerRound = 100_000;

    private static readonly byte[] s_delta =
        """{"type":"response.output_audio_transcript.delta","event_id":"event_CZ4x7","response_id":"resp_CZ4x6A","item_id":"item_CZ4x6BQq1","output_index":0,"content_index":0,"delta":" Hello, "}"""u8.ToArray();

    /// <summary>The example that the published description gives of this event.</summary>
    private static readonly byte[] s_published =
        """{"event_id":"event_4546","type":"response.output_audio_transcript.delta","response_id":"resp_001","item_id":"msg_008","output_index":0,"content_index":0,"delta":"Hello, how can I a"}"""u8.ToArray();

    private static readonly RunningIds s_ids = new();

    private static readonly SessionUpdate s_update = new(new RealtimeSessionConfig
    {
        Instructions = "Be brief.",
        Voice = "marin",
        TurnDetection = new ServerVad { Threshold = 0.5, SilenceDuration = TimeSpan.FromMilliseconds(400) },
        Tools = [new FunctionDefinition { Name = "f", Parameters = RawJson.Parse("""{"type":"object","properties":{"x":{"type":"string"}}}""") }],
    });

    private static readonly JsonSerializerOptions s_reflection = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static int Run(string[] args)
    {
        int rounds = Figures.Argument(args, 0, 21);
        Figures.PrintMachine("events");
        Console.WriteLine($"the event has {s_delta.Length} bytes");
        (string Name, Func<object?> Read)[] variants =
        [
            ("this SDK", static () => ServerEventReader.ReadEvent(s_delta, RealtimeDialect.Ga, s_ids)),
            ("JsonDocument, then generated code", static () => ByDocument(generated: true)),
            ("JsonDocument, then reflection", static () => ByDocument(generated: false)),
            ("this SDK, the description's own example", static () => ServerEventReader.ReadEvent(s_published, RealtimeDialect.Ga, s_ids)),
            ("this SDK, a session.update written into a pooled buffer", WriteUpdate),
        ];
        List<double>[] nanoseconds = [.. variants.Select(_ => new List<double>())];
        double[] bytes = new double[variants.Length];
        for (int round = -10; round < rounds; round++)
        {
            for (int v = 0; v < variants.Length; v++)
            {
                Func<object?> read = variants[v].Read;
                long allocated = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
                for (int i = 0; i < PerRound; i++)
                    read();
                double each = Stopwatch.GetElapsedTime(start).TotalNanoseconds / PerRound;
                bytes[v] = (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / PerRound;
                if (round >= 0)
                    nanoseconds[v].Add(each);
            }
        }

        double ours = Figures.Median(nanoseconds[0]);
        for (int v = 0; v < variants.Length; v++)
        {
            Console.WriteLine(Figures.Text(
                $"{variants[v].Name}: {Figures.Median(nanoseconds[v]):0} ns ({nanoseconds[v].Min():0}–{nanoseconds[v].Max():0}), {bytes[v]:0} B, {Figures.Median(nanoseconds[v]) / ours:0.0} × ours"));
        }

        return 0;
    }

    private static object? WriteUpdate()
    {
        using var buffer = new PooledBuffer();
        s_update.Write(buffer, RealtimeDialect.Ga);
        return null;
    }

    private static TranscriptDelta? ByDocument(bool generated)
    {
        using JsonDocument document = JsonDocument.Parse(s_delta);
        return document.RootElement.GetProperty("type"u8).GetString() != "response.output_audio_transcript.delta" ? null
            : generated ? document.Deserialize(EventBenchmarkJson.Default.TranscriptDelta)
            : document.Deserialize<TranscriptDelta>(s_reflection);
    }
}

/// <summary>The same fields as the SDK's type, for the other ways.</summary>
internal sealed class TranscriptDelta
{
    public string? Type { get; set; }

    public string? EventId { get; set; }

    public string? ResponseId { get; set; }

    public string? ItemId { get; set; }

    public int OutputIndex { get; set; }

    public int ContentIndex { get; set; }

    public string? Delta { get; set; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(TranscriptDelta))]
internal sealed partial class EventBenchmarkJson : JsonSerializerContext;
