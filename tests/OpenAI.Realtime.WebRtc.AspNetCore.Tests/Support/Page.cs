using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Tests.Support;

/// <summary>A page: a WebRTC peer of ours that offers, as a browser does, and reads its channel.</summary>
internal sealed class Page : IAsyncDisposable
{
    private readonly Channel<JsonObject> _events = Channel.CreateUnbounded<JsonObject>();
    private readonly List<string> _raw = [];
    private readonly CancellationTokenSource _stopped = new();
    private Task _reading = Task.CompletedTask;

    public Page(PeerConnectionOptions? options = null) => Peer = new PeerConnectionFactory().Create(options ?? new PeerConnectionOptions { IncludeLoopback = true });

    public IPeerConnection Peer { get; }

    /// <summary>Where the call is, as the host's Location says.</summary>
    public Uri? Location { get; private set; }

    public string? CallId { get; private set; }

    /// <summary>All that has come over the channel, as it was on the wire.</summary>
    public IReadOnlyList<string> Received
    {
        get
        {
            lock (_raw)
                return [.. _raw];
        }
    }

    /// <summary>Offers to a route of the host, and connects with its answer.</summary>
    public static async Task<Page> ConnectAsync(TestHost host, string path, string? user = null)
    {
        var page = new Page();
        string offer = await page.Peer.CreateOfferAsync();
        using HttpResponseMessage response = await host.PostAsync(path, offer, user: user);
        await page.AcceptAsync(response);
        return page;
    }

    /// <summary>Offers to the service itself with an ephemeral key.</summary>
    public static async Task<Page> ConnectWithKeyAsync(HttpClient http, JsonObject session)
    {
        var page = new Page();
        using var request = new HttpRequestMessage(HttpMethod.Post, session["calls_url"]!.GetValue<string>());
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", session["value"]!.GetValue<string>());
        request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(await page.Peer.CreateOfferAsync()));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(TestHost.SdpType);
        using HttpResponseMessage response = await http.SendAsync(request);
        await page.AcceptAsync(response);
        return page;
    }

    /// <summary>Applies the answer, connects, and begins to read.</summary>
    public async Task AcceptAsync(HttpResponseMessage response, Func<string, string>? carry = null)
    {
        string answer = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == System.Net.HttpStatusCode.Created, $"{(int)response.StatusCode}: {answer}");
        Location = response.Headers.Location;
        CallId = response.Headers.TryGetValues("X-Realtime-Call-Id", out IEnumerable<string>? ids) ? ids.Single() : null;
        Peer.SetAnswer(carry?.Invoke(answer) ?? answer);
        await Peer.ConnectAsync();
        _reading = ReadAsync();
    }

    /// <summary>From now on it leaves what comes where it is, and so its receive window closes, while its connection lives on.</summary>
    public async Task StopReadingAsync()
    {
        await _stopped.CancelAsync();
        await _reading;
    }

    public ValueTask SendAsync(string json) => Peer.Messages.SendAsync(Encoding.UTF8.GetBytes(json), MessageKind.Text);

    /// <summary>The next event with this name; others before it are passed over.</summary>
    public async Task<JsonObject> WaitForAsync(string type, Func<JsonObject, bool>? matches = null)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            while (true)
            {
                JsonObject e = await _events.Reader.ReadAsync(patience.Token);
                if (e["type"]?.GetValue<string>() == type && matches?.Invoke(e) != false)
                    return e;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            throw new TimeoutException($"No '{type}' came. Until now: {string.Join(", ", Received)}. State: {Peer.State}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Peer.DisposeAsync();
        await _reading;
        _stopped.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await Peer.Messages.ReceiveAsync(_stopped.Token) is { } message)
            {
                using (message)
                {
                    string text = Encoding.UTF8.GetString(message.Memory.Span);
                    lock (_raw)
                        _raw.Add(text);
                    _events.Writer.TryWrite(JsonNode.Parse(text)!.AsObject());
                }
            }
        }
        catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
        {
            // It does not read any more.
        }
        _events.Writer.TryComplete();
    }
}
