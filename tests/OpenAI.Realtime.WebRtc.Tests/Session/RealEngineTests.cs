using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Testing;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Media;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Session;

/// <summary>The client as users have it, on the engine of this package, against an answerer on loopback.</summary>
public sealed class RealEngineTests : IAsyncLifetime
{
    private readonly FakeLogCollector _log = new();
    private readonly TaskCompletionSource<IPeerConnection> _answerer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private HttpEndpoint _endpoint = null!;
    private string _offer = "";
    private string _answer = "";

    public async Task InitializeAsync()
    {
        _endpoint = await HttpEndpoint.StartAsync();
        _endpoint.MintsKeys();
        _endpoint.AnswersCalls();
        _endpoint.Routes["/v1/realtime/calls"] = AnswerAsync;
    }

    public async Task DisposeAsync()
    {
        if (_answerer.Task.IsCompletedSuccessfully)
            await _answerer.Task.Result.DisposeAsync();
        await _endpoint.DisposeAsync();
    }

    private Func<string, string> ChangeAnswer { get; set; } = answer => answer;

    [Fact]
    public async Task A_conversation_connects_exchanges_events_hears_audio_and_is_hung_up()
    {
        using RealtimeWebRtcClient client = Client();
        var firstAudio = new TaskCompletionSource();
        await using RealtimeWebRtcSession session = await client.ConnectAsync(new()
        {
            Session = new RealtimeSessionConfig { Voice = "marin" },
            Audio = { EncodedSink = new Ear(firstAudio), EncodedSource = new Mouth() },
        }).Within();
        IPeerConnection service = await _answerer.Task.Within();

        await service.Messages.SendAsync("""{"type":"session.created","session":{"id":"sess_1"}}"""u8.ToArray(), MessageKind.Text);
        await foreach (ServerEvent e in session.ReadEventsAsync())
        {
            Assert.Equal("sess_1", Assert.IsType<SessionCreated>(e).Session.Id);
            break;
        }
        await session.SendAsync(ConversationItemCreate.UserText("hello"));
        using (IncomingMessage? message = await service.Messages.ReceiveAsync().AsTask().Within())
            Assert.Contains("\"hello\"", Encoding.UTF8.GetString(message!.Memory.Span), StringComparison.Ordinal);

        service.Audio.Send([0xf8, 0xff, 0xfe], new(0, 0, Marker: true));
        await firstAudio.Task.Within();

        ConnectTimings timings = session.Timings;
        Assert.NotNull(timings.FirstAudio);
        TimeSpan?[] inOrder = [timings.Answer, timings.Ice, timings.Dtls, timings.Channel];
        Assert.Equal(inOrder.Order(), inOrder);
        Assert.DoesNotContain(null, inOrder);

        await session.CloseAsync().Within();
        Assert.Equal(SessionEndReason.ClosedLocally, (await session.Completion).Reason);
        Assert.Equal(PeerEndReason.ClosedByPeer, (await service.Completion.Within()).Reason);
        Assert.Single(_endpoint.To("/v1/realtime/calls/rtc_1/hangup"));

        // The passwords of both sides were on the wire and in none of the logs, at any level.
        Assert.NotEmpty(_log.GetSnapshot());
        foreach (string password in new[] { _offer, _answer }.Select(PasswordOf))
            Assert.DoesNotContain(password, _log.All, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_closes_is_told_apart()
    {
        using RealtimeWebRtcClient client = Client();
        await using RealtimeWebRtcSession session = await client.ConnectAsync(Silent()).Within();
        await (await _answerer.Task.Within()).CloseAsync().Within();
        Assert.Equal(SessionEndReason.ClosedByPeer, (await session.Completion.Within()).Reason);
        await session.DisposeAsync();
        Assert.Empty(_endpoint.To("/v1/realtime/calls/rtc_1/hangup"));
    }

    [Fact]
    public async Task A_certificate_that_the_answer_did_not_promise_is_named_and_the_call_hung_up()
    {
        ChangeAnswer = answer =>
        {
            int at = answer.IndexOf("a=fingerprint:sha-256 ", StringComparison.Ordinal) + "a=fingerprint:sha-256 ".Length;
            char[] changed = answer.ToCharArray();
            changed[at] = changed[at] == '0' ? '1' : '0';
            return new string(changed);
        };
        RealtimeConnectException e = await ConnectFails();
        Assert.Equal(ConnectPhase.Dtls, e.Phase);
        Assert.Equal(RealtimeFailure.FingerprintMismatch, e.Failure);
        Assert.Contains("fingerprint", e.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("a=fingerprint:")]
    [InlineData("a=ice-pwd:")]
    [InlineData("m=application")]
    public async Task An_answer_that_lacks_what_a_call_needs_is_named_and_the_call_hung_up(string missing)
    {
        ChangeAnswer = answer => string.Concat(answer.Split("\r\n", StringSplitOptions.RemoveEmptyEntries)
            .Where(line => !line.StartsWith(missing, StringComparison.Ordinal)).Select(line => line + "\r\n"));
        RealtimeConnectException e = await ConnectFails();
        Assert.Equal(ConnectPhase.Answer, e.Phase);
        Assert.Equal(RealtimeFailure.AnswerUnusable, e.Failure);
    }

    [Fact]
    public async Task A_path_that_leads_nowhere_ends_with_ice_and_the_call_is_hung_up()
    {
        ChangeAnswer = answer => string.Concat(answer.Split("\r\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.StartsWith("a=ice-pwd:", StringComparison.Ordinal) ? "a=ice-pwd:notthepasswordnotthepassword" : line)
            .Select(line => line + "\r\n"));
        RealtimeConnectException e = await ConnectFails(o => o.IceTimeout = TimeSpan.FromMilliseconds(500));
        Assert.Equal(ConnectPhase.Ice, e.Phase);
        Assert.Equal(RealtimeFailure.IceFailed, e.Failure);
    }

    private async Task<RealtimeConnectException> ConnectFails(Action<OpenAIRealtimeWebRtcOptions>? change = null)
    {
        using RealtimeWebRtcClient client = Client(change);
        var e = await Assert.ThrowsAsync<RealtimeConnectException>(() => client.ConnectAsync(Silent()).Within());
        Assert.Single(_endpoint.To("/v1/realtime/calls/rtc_1/hangup"));
        Assert.DoesNotContain(PasswordOf(_answer), e.ToString(), StringComparison.Ordinal);
        return e;
    }

    private RealtimeWebRtcClient Client(Action<OpenAIRealtimeWebRtcOptions>? change = null)
    {
        var options = new OpenAIRealtimeWebRtcOptions { Endpoint = _endpoint.Base, ApiKey = "sk-1" };
        change?.Invoke(options);
        return new RealtimeWebRtcClient(options, loggerFactory: _log.Factory());
    }

    private static RealtimeConnectOptions Silent() => new() { Audio = { EncodedSink = new Ear(new TaskCompletionSource()), EncodedSource = new Mouth() } };

    private async Task AnswerAsync(HttpContext context)
    {
        _offer = _endpoint.Requests.Last().Text;
        IPeerConnection service = new PeerConnectionFactory().Create(new PeerConnectionOptions { IncludeLoopback = true, IceLite = true });
        _answer = await service.CreateAnswerAsync(_offer);
        _ = service.ConnectAsync();
        _answerer.TrySetResult(service);
        await HttpEndpoint.WriteAnswerAsync(context, answer: ChangeAnswer(_answer));
    }

    private static string PasswordOf(string sdp)
    {
        int start = sdp.IndexOf("a=ice-pwd:", StringComparison.Ordinal) + "a=ice-pwd:".Length;
        return sdp[start..sdp.IndexOf('\r', start)];
    }

    /// <summary>A source that has ended before it began.</summary>
    private sealed class Mouth : IEncodedAudioSource
    {
        public ValueTask<EncodedAudioFrame> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => default;
    }

    private sealed class Ear(TaskCompletionSource heard) : IEncodedAudioSink
    {
        public ValueTask WriteAsync(ReadOnlyMemory<byte> opus, EncodedAudio packet, CancellationToken cancellationToken = default)
        {
            heard.TrySetResult();
            return default;
        }

        public void Flush()
        {
        }
    }
}
