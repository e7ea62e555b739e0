using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OpenAI.Realtime.WebRtc.Interop.Tests.Aiortc;

/// <summary>A process with an aiortc peer in it; see aiortc_peer.py.</summary>
public sealed class AiortcPeer : IAsyncDisposable
{
    /// <summary>Debian's own Python: python3-aiortc is installed for no other.</summary>
    public const string Python = "/usr/bin/python3";

    public const string Package = "/usr/lib/python3/dist-packages/aiortc";

    private readonly Process _process;
    private readonly Task<string> _errors;

    public AiortcPeer()
    {
        _process = Process.Start(new ProcessStartInfo(Python, [Path.Combine(AppContext.BaseDirectory, "Aiortc", "aiortc_peer.py")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _errors = _process.StandardError.ReadToEndAsync();
    }

    public async Task<string> OfferAsync(double frequency) => (string)(await DoAsync(new() { ["do"] = "offer", ["frequency"] = frequency }))["sdp"]!;

    public async Task<string> AnswerAsync(string offer, double frequency) =>
        (string)(await DoAsync(new() { ["do"] = "answer", ["sdp"] = offer, ["frequency"] = frequency }))["sdp"]!;

    public Task SetAnswerAsync(string answer) => DoAsync(new() { ["do"] = "set_answer", ["sdp"] = answer });

    public Task SendAsync(int length, bool text) => DoAsync(new() { ["do"] = "send", ["length"] = length, ["text"] = text });

    public async Task<AiortcReport> ReportAsync() =>
        (await DoAsync(new() { ["do"] = "report" })).Deserialize<AiortcReport>(JsonSerializerOptions.Web)!;

    public Task CloseAsync() => DoAsync(new() { ["do"] = "close" });

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(10));
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task<JsonObject> DoAsync(JsonObject command)
    {
        await _process.StandardInput.WriteLineAsync(command.ToJsonString());
        await _process.StandardInput.FlushAsync();
        string? line = await _process.StandardOutput.ReadLineAsync().WaitAsync(Peers.Patience);
        Assert.True(line is not null, $"aiortc ended: {(line is null ? await _errors : "")}");
        JsonObject reply = JsonNode.Parse(line!)!.AsObject();
        Assert.False(reply.ContainsKey("error"), $"aiortc: {reply["error"]}");
        return reply;
    }
}

/// <summary>What aiortc says of the connection.</summary>
public sealed record AiortcReport(string State, string? Channel, string? Label, IReadOnlyList<AiortcMessage> Messages, double? Frequency);

/// <summary>A message that aiortc received.</summary>
public sealed record AiortcMessage(bool Text, int Length, string Sha256);

/// <summary>A test that needs aiortc. In CI it fails where aiortc is missing; on a developer's own machine it is skipped and says so.</summary>
public sealed class AiortcTheoryAttribute : TheoryAttribute
{
    public AiortcTheoryAttribute() => Skip = Peers.SkipWithout(AiortcPeer.Package, "python3-aiortc");
}
