using System.Text.Json;
using Microsoft.Playwright;

namespace OpenAI.Realtime.WebRtc.Interop.Tests.Chromium;

/// <summary>The peer in a page; see peer.js.</summary>
public sealed class ChromiumPeer : IAsyncDisposable
{
    private readonly IPage _page;
    private readonly List<string> _console = [];

    public ChromiumPeer(IPage page)
    {
        _page = page;
        page.Console += (_, message) => _console.Add(message.Text);
        page.PageError += (_, error) => _console.Add(error);
    }

    public Task<string> OfferAsync(double frequency) => _page.EvaluateAsync<string>("f => window.peer.offer(f)", frequency);

    public Task<string> AnswerAsync(string offer, double frequency) =>
        _page.EvaluateAsync<string>("([sdp, f]) => window.peer.answer(sdp, f)", new object[] { offer, frequency });

    public Task SetAnswerAsync(string answer) => _page.EvaluateAsync("sdp => window.peer.setAnswer(sdp)", answer);

    public Task<string> OfferRestartAsync() => _page.EvaluateAsync<string>("() => window.peer.offerRestart()");

    public Task<string> AnswerRestartAsync(string offer) => _page.EvaluateAsync<string>("sdp => window.peer.answerRestart(sdp)", offer);

    public Task SendTextAsync(int length) => _page.EvaluateAsync("n => window.peer.sendText(n)", length);

    public Task SendBinaryAsync(int length) => _page.EvaluateAsync("n => window.peer.sendBinary(n)", length);

    public Task CloseAsync() => _page.EvaluateAsync("() => window.peer.close()");

    public async Task<ChromiumReport> ReportAsync() =>
        JsonSerializer.Deserialize<ChromiumReport>(
            await _page.EvaluateAsync<string>("async () => JSON.stringify(await window.peer.report())"), JsonSerializerOptions.Web)!;

    public async ValueTask DisposeAsync()
    {
        await _page.CloseAsync();
        Assert.Empty(_console);
    }
}

/// <summary>What the browser says of the connection.</summary>
public sealed record ChromiumReport(
    string Connection,
    string Ice,
    string? Channel,
    string? Label,
    IReadOnlyList<ChromiumMessage> Received,
    double? Frequency,
    string? LocalAddress,
    string? IceFragment,
    string? DtlsCipher,
    string? SrtpCipher);

/// <summary>A message that the browser received.</summary>
public sealed record ChromiumMessage(bool Text, int Length, uint Adler32);
