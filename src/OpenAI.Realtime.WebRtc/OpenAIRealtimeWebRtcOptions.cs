using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc;

/// <summary>
/// Where the service is, how to prove who we are, and how long each phase of connecting may take. Bindable from configuration.
/// </summary>
/// <remarks>
/// One source of keys is needed. Of those that are set, the first of this list is used: an <see cref="Keys.IEphemeralKeyProvider"/> handed to the
/// client or registered with it, <see cref="EphemeralKey"/>, <see cref="KeyUrl"/>, <see cref="ApiKey"/> or <see cref="ApiKeyProvider"/>.
/// </remarks>
public sealed class OpenAIRealtimeWebRtcOptions
{
    /// <summary>The base address of the API. Default: <c>https://api.openai.com/v1</c>. A query on it is kept on every request.</summary>
    public Uri Endpoint { get; set; } = new("https://api.openai.com/v1");

    /// <summary>
    /// The API key (<c>sk-…</c>). Mints ephemeral keys, opens calls when <see cref="UseUnifiedInterface"/> is set, and hangs calls up. Belongs on a
    /// trusted machine only; elsewhere use <see cref="KeyUrl"/>. Default: none.
    /// </summary>
    public string? ApiKey { get; set; }

    /// <summary>
    /// Gives the API key, where it may change while the client lives: from a vault, from a file that is rewritten, a token that expires. Takes the place of <see cref="ApiKey"/>; only
    /// one of the two may be set. Default: null.
    /// </summary>
    /// <remarks>
    /// It is asked each time a key is needed, for each connect and each request about a call; what it gives is never kept, nor is an ephemeral key that was minted with it, whatever
    /// <see cref="CacheKeys"/> says. So it keeps the key itself where asking is slow. It is called on a thread of the pool, by several callers at once if need be, and gets
    /// <see cref="KeyTimeout"/> (for a hang-up at most <see cref="HangUpTimeout"/>), then its token is cancelled and it is left alone. If it throws, takes too long, or gives something that is no
    /// key, the operation fails with <see cref="RealtimeFailure.KeyUnusable"/>; what it threw is the inner exception, and in no message or log, since it may quote a key.
    /// </remarks>
    public Func<CancellationToken, ValueTask<string>>? ApiKeyProvider { get; set; }

    /// <summary>In which header <see cref="ApiKey"/>, or what <see cref="ApiKeyProvider"/> gives, travels. Default: <c>Authorization: Bearer</c>.</summary>
    public ApiKeyHeader ApiKeyHeader { get; set; } = ApiKeyHeader.AuthorizationBearer;

    /// <summary>
    /// The address on one's own server that hands out ephemeral keys. It is asked with a POST and answers JSON with <c>value</c> or
    /// <c>client_secret.value</c>. A key fetched there is used for one call and never kept. Default: none.
    /// </summary>
    public Uri? KeyUrl { get; set; }

    /// <summary>An ephemeral key (<c>ek_…</c>) that is at hand already. Default: none.</summary>
    public string? EphemeralKey { get; set; }

    /// <summary>Sent as <c>OpenAI-Organization</c> beside the API key. Default: none.</summary>
    public string? Organization { get; set; }

    /// <summary>Sent as <c>OpenAI-Project</c> beside the API key. Default: none.</summary>
    public string? Project { get; set; }

    /// <summary>
    /// Sent as <c>OpenAI-Safety-Identifier</c> beside the API key: a stable, hashed identifier of the end user. Overridden by
    /// <see cref="RealtimeConnectOptions.SafetyIdentifier"/>. Default: none.
    /// </summary>
    public string? SafetyIdentifier { get; set; }

    /// <summary>Added to the query of every request to <see cref="Endpoint"/>, such as <c>api-version</c> or <c>webrtcfilter</c>. Default: empty.</summary>
    public IDictionary<string, string> ExtraQuery { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Which generation of the protocol the service speaks. Default: <see cref="RealtimeDialect.Ga"/>.</summary>
    public RealtimeDialect Dialect { get; set; } = RealtimeDialect.Ga;

    /// <summary>Whether each event keeps a copy of the message that it was read from, see <see cref="Events.ServerEvent.ReceivedJson"/>. Default: false.</summary>
    public bool KeepEventJson { get; set; }

    /// <summary>The model, or on Azure the deployment, when a session names none. Default: <c>gpt-realtime-2.1</c>.</summary>
    public string Model { get; set; } = "gpt-realtime-2.1";

    /// <summary>
    /// Opens calls with the API key itself, SDP and session configuration in one multipart request, without an ephemeral key: the "unified
    /// interface". One round trip less; for trusted machines. Needs <see cref="ApiKey"/> or <see cref="ApiKeyProvider"/>, and the GA dialect. Default: false.
    /// </summary>
    public bool UseUnifiedInterface { get; set; }

    /// <summary>
    /// Where calls of translation sessions are opened, below <see cref="Endpoint"/>. An option because no description of the service names the place: the default is what independent clients use, and is not
    /// verified. Default: <c>realtime/translations/calls</c>.
    /// </summary>
    public string TranslationCallsPath { get; set; } = "realtime/translations/calls";

    /// <summary>How long a minted key is to live: 10 s to 2 h. Default: null, the service decides (600 s).</summary>
    public TimeSpan? KeyLifetime { get; set; }

    /// <summary>Whether keys minted with <see cref="ApiKey"/> are kept until shortly before they expire; those of <see cref="KeyUrl"/> never are, nor those minted with a key of <see cref="ApiKeyProvider"/>. Default: true.</summary>
    public bool CacheKeys { get; set; } = true;

    /// <summary>A kept key is not used any more when less than this is left of its life. Default: 15 s.</summary>
    public TimeSpan KeyExpiryMargin { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The label of the data channel. Any works with OpenAI. Default: <c>oai-events</c>.</summary>
    public string ChannelLabel { get; set; } = "oai-events";

    /// <summary>
    /// The stream id of a data channel that both sides know beforehand; sent as <c>dcid</c> and saves the round trip that opens a channel in-band.
    /// Default: null, the channel is opened in-band.
    /// </summary>
    public int? NegotiatedChannelId { get; set; }

    /// <summary>Whether the loopback addresses are used as well, for an endpoint on one's own machine. Default: null, when the endpoint's host is a loopback one.</summary>
    public bool? IncludeLoopback { get; set; }

    /// <summary>
    /// Over what a call may travel. Default: <see cref="NetworkChoice.Auto"/>, UDP; and TCP, to where the service offers it, where no UDP path has answered after 300 ms.
    /// </summary>
    public NetworkChoice Network { get; set; }

    /// <summary>
    /// The HTTP proxy of this client: for its requests, where the HTTP client is the SDK's own, and for calls that go over TCP (<c>CONNECT</c>). An <c>http</c> address, with user name and password
    /// in it where the proxy asks for them, percent-encoded. UDP goes through no proxy; a call whose TCP the proxy does not connect is tried directly. Default: null, the system's
    /// (<see cref="HttpClient.DefaultProxy"/>; on Linux the variables <c>HTTPS_PROXY</c>, <c>ALL_PROXY</c> and <c>NO_PROXY</c>).
    /// </summary>
    public Uri? Proxy { get; set; }

    /// <summary>
    /// The local addresses to use, as text, one socket each; not beside <see cref="Interfaces"/>. Default: empty, every address of the machine that is up.
    /// </summary>
    public IList<string> LocalAddresses { get; } = [];

    /// <summary>The network interfaces whose addresses are used, by name, such as <c>eth0</c>. Default: empty, all that are up.</summary>
    public IList<string> Interfaces { get; } = [];

    /// <summary>
    /// The UDP ports that calls use: <c>40000-40100</c>, of which each socket takes a free one, or a single one such as <c>40000</c>, which all calls of the process share. Two calls over a shared port cannot
    /// have the same address of the service as their peer, so a program with several calls names a range. Default: null, any port.
    /// </summary>
    public string? UdpPorts { get; set; }

    /// <summary>
    /// The addresses by which this machine is reached from outside when they are not its own, as text: they stand in the offer with the port of each socket, in place of the local addresses of their family. The
    /// service needs none: it takes the path that our checks come by. At most 16. Default: empty, the local addresses themselves.
    /// </summary>
    public IList<string> AnnouncedAddresses { get; } = [];

    /// <summary>Whether the local addresses stand in the offer beside <see cref="AnnouncedAddresses"/>. Default: false.</summary>
    public bool AnnounceLocalAddresses { get; set; }

    /// <summary>
    /// Which Opus implementation runs where a session's <see cref="AudioOptions.Codec"/> and <see cref="AudioOptions.CodecFactory"/> name none. Default: <see cref="OpusCodecChoice.Auto"/>, the one
    /// registered with the client; without that libopus, and Concentus where that is missing.
    /// </summary>
    public OpusCodecChoice Codec { get; set; }

    /// <summary>The largest event accepted from the service, in bytes. Default: 1 MiB; at least 16 KiB.</summary>
    public int MaxEventSize { get; set; } = 1024 * 1024;

    /// <summary>
    /// How many bytes of events (as JSON, with some overhead) wait for a reader of <see cref="RealtimeWebRtcSession.ReadEventsAsync"/>. While nobody
    /// reads at all, the oldest beyond that are dropped. A reader that is behind gets 4 MiB more, so that the session itself still sees what comes; then the service has to wait. Default: 4 MiB; at least 64 KiB.
    /// </summary>
    public int EventBufferSize { get; set; } = 4 * 1024 * 1024;

    /// <summary>How long getting a key may take; and how long <see cref="ApiKeyProvider"/> may, each time it is asked. Default: 15 s.</summary>
    public TimeSpan KeyTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the service may take to answer the offer. Default: 20 s.</summary>
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long ICE may take to find a path. Default: 15 s.</summary>
    public TimeSpan IceTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the DTLS handshake may take. Default: 15 s.</summary>
    public TimeSpan DtlsTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the data channel may take to open. Default: 15 s.</summary>
    public TimeSpan ChannelTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long hanging a call up may take before it is left to the service; and how long <see cref="ApiKeyProvider"/> may when it is asked for that. Default: 5 s.</summary>
    public TimeSpan HangUpTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Names the endpoint and the source of keys; never a key.</summary>
    public override string ToString() => $"{Endpoint} ({Dialect}, {Model}, key from {KeySource})";

    internal string KeySource =>
        UseUnifiedInterface ? ApiKeyOption + ", unified interface"
        : !string.IsNullOrEmpty(EphemeralKey) ? "EphemeralKey"
        : KeyUrl is not null ? "KeyUrl"
        : HasApiKey ? ApiKeyOption
        : "nowhere";

    /// <summary>Whether there is an API key, or somebody to ask for it.</summary>
    internal bool HasApiKey => ApiKeyProvider is not null || !string.IsNullOrEmpty(ApiKey);

    /// <summary>The option that the API key comes from.</summary>
    internal string ApiKeyOption => ApiKeyProvider is null ? nameof(ApiKey) : nameof(ApiKeyProvider);

    /// <summary>
    /// Set by the registration when it has a key provider of its own, so that no other source of keys is asked for. Internal, and so out of reach of the
    /// configuration binder.
    /// </summary>
    internal bool HasOwnKeyProvider { get; set; }
}
