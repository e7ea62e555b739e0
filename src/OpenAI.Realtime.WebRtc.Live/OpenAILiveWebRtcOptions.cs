using OpenAI.Realtime.WebRtc.Live.Events;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.Live;

/// <summary>
/// Where the Live service is, how to prove who we are, and how long each phase of connecting may take. Bindable from configuration. What both APIs have is named and works as in
/// <see cref="OpenAIRealtimeWebRtcOptions"/>.
/// </summary>
/// <remarks>The Live API has no ephemeral keys. A session is created with the project's key, on a trusted machine: by this program (<see cref="ApiKey"/>, <see cref="ApiKeyProvider"/>) or by a server of yours (<see cref="BrokerUrl"/>).</remarks>
public sealed class OpenAILiveWebRtcOptions
{
    /// <summary>The base address of the API. Default: <c>https://api.openai.com/v1</c>. A query on it is kept on every request.</summary>
    public Uri Endpoint { get; set; } = new("https://api.openai.com/v1");

    /// <summary>The API key of a project (<c>sk-…</c>), with access to the Live API. Belongs on a trusted machine only. Default: none.</summary>
    public string? ApiKey { get; set; }

    /// <summary>
    /// Gives the API key, where it may change while the client lives; in place of <see cref="ApiKey"/>. Asked for each request, on a thread of the pool, and gets <see cref="KeyTimeout"/>; see
    /// <see cref="OpenAIRealtimeWebRtcOptions.ApiKeyProvider"/>. Default: null.
    /// </summary>
    public Func<CancellationToken, ValueTask<string>>? ApiKeyProvider { get; set; }

    /// <summary>In which header the API key travels. Default: <c>Authorization: Bearer</c>.</summary>
    public ApiKeyHeader ApiKeyHeader { get; set; } = ApiKeyHeader.AuthorizationBearer;

    /// <summary>
    /// The address on one's own server that creates sessions, for a program that is handed to users. It is sent what the service would be sent (<see cref="LiveSessionRequest"/>, as JSON), without a key, and
    /// answers what the service answers (<see cref="LiveSessionReply"/>). It alone should say what a session may be. Default: none.
    /// </summary>
    public Uri? BrokerUrl { get; set; }

    /// <summary>Sent as <c>OpenAI-Organization</c> beside the API key. Default: none.</summary>
    public string? Organization { get; set; }

    /// <summary>Sent as <c>OpenAI-Project</c> beside the API key. Default: none.</summary>
    public string? Project { get; set; }

    /// <summary>The end user's stable, hashed identifier, where a session's configuration has none. Default: none.</summary>
    public string? SafetyIdentifier { get; set; }

    /// <summary>Added to the query of every request to <see cref="Endpoint"/>. Default: empty.</summary>
    public IDictionary<string, string> ExtraQuery { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The model when a session names none. Default: <c>gpt-live-1</c>.</summary>
    public string Model { get; set; } = "gpt-live-1";

    /// <summary>Whether each event keeps a copy of the message that it was read from, see <see cref="LiveServerEvent.ReceivedJson"/>. Default: false.</summary>
    public bool KeepEventJson { get; set; }

    /// <summary>The label of the data channel. Default: <c>oai-events</c>.</summary>
    public string ChannelLabel { get; set; } = "oai-events";

    /// <summary>The stream id of a data channel that both sides know beforehand; sent as <c>transport.dcid</c> and saves the round trip that opens a channel in-band. Default: null, the channel is opened in-band.</summary>
    public int? NegotiatedChannelId { get; set; }

    /// <summary>Whether the loopback addresses are used as well. Default: null, when the endpoint's host is a loopback one.</summary>
    public bool? IncludeLoopback { get; set; }

    /// <summary>Over what a call may travel. Default: <see cref="NetworkChoice.Auto"/>, UDP, and TCP where no UDP path has answered after 300 ms.</summary>
    public NetworkChoice Network { get; set; }

    /// <summary>The HTTP proxy of this client, for its requests and for calls that go over TCP; see <see cref="OpenAIRealtimeWebRtcOptions.Proxy"/>. Default: null, the system's.</summary>
    public Uri? Proxy { get; set; }

    /// <summary>The local addresses to use, as text; not beside <see cref="Interfaces"/>. Default: empty, every address of the machine that is up.</summary>
    public IList<string> LocalAddresses { get; } = [];

    /// <summary>The network interfaces whose addresses are used, by name. Default: empty, all that are up.</summary>
    public IList<string> Interfaces { get; } = [];

    /// <summary>The UDP ports that calls use: a range such as <c>40000-40100</c>, or a single one that all calls share. Default: null, any port.</summary>
    public string? UdpPorts { get; set; }

    /// <summary>The addresses by which this machine is reached from outside when they are not its own, as text, at most 16. Default: empty.</summary>
    public IList<string> AnnouncedAddresses { get; } = [];

    /// <summary>Whether the local addresses stand in the offer beside <see cref="AnnouncedAddresses"/>. Default: false.</summary>
    public bool AnnounceLocalAddresses { get; set; }

    /// <summary>Which Opus implementation runs where a session names none. Default: <see cref="OpusCodecChoice.Auto"/>.</summary>
    public OpusCodecChoice Codec { get; set; }

    /// <summary>The largest event accepted from the service, in bytes. Default: 1 MiB; at least 16 KiB.</summary>
    public int MaxEventSize { get; set; } = 1024 * 1024;

    /// <summary>How many bytes of events wait for a reader of <see cref="LiveWebRtcSession.ReadEventsAsync"/>; as <see cref="OpenAIRealtimeWebRtcOptions.EventBufferSize"/>. Default: 4 MiB; at least 64 KiB.</summary>
    public int EventBufferSize { get; set; } = 4 * 1024 * 1024;

    /// <summary>How long <see cref="ApiKeyProvider"/> may take, each time it is asked. Default: 15 s.</summary>
    public TimeSpan KeyTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the service may take to answer the offer. Default: 20 s.</summary>
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long ICE may take to find a path. Default: 15 s.</summary>
    public TimeSpan IceTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the DTLS handshake may take. Default: 15 s.</summary>
    public TimeSpan DtlsTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the data channel may take to open. Default: 15 s.</summary>
    public TimeSpan ChannelTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the service may take to say <c>session.started</c> once the channel is open; it is not kept where a session starts on speech (<see cref="LiveConnectOptions.StartsOnSpeech"/>). Default: 20 s.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a command waits for its acknowledgement. Default: 15 s.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long closing waits for <c>session.closed</c>; the service says to its end what it is saying, which takes up to 10 s. Default: 15 s.</summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long ending a session by HTTP may take, where it cannot be closed over its channel, and how long a <see cref="LiveSideband"/> waits for the service's goodbye. Default: 5 s.</summary>
    public TimeSpan HangUpTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long before a session's end <see cref="LiveWebRtcSession.Expiring"/> tells of it. Default: 2 min.</summary>
    public TimeSpan ExpiryNotice { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Names the endpoint and the source of the key; never a key.</summary>
    public override string ToString() => $"{Endpoint} ({Model}, key from {(BrokerUrl is not null ? nameof(BrokerUrl) : ApiKeyProvider is not null ? nameof(ApiKeyProvider) : nameof(ApiKey))})";

    /// <summary>The same, for what is shared with the other API.</summary>
    internal OpenAIRealtimeWebRtcOptions ToShared()
    {
        var shared = new OpenAIRealtimeWebRtcOptions
        {
            Endpoint = Endpoint,
            ApiKey = ApiKey,
            ApiKeyProvider = ApiKeyProvider,
            ApiKeyHeader = ApiKeyHeader,
            Organization = Organization,
            Project = Project,
            Model = Model,
            KeepEventJson = KeepEventJson,
            ChannelLabel = ChannelLabel,
            NegotiatedChannelId = NegotiatedChannelId,
            IncludeLoopback = IncludeLoopback ?? (BrokerUrl ?? Endpoint).IsLoopback,
            Network = Network,
            Proxy = Proxy,
            UdpPorts = UdpPorts,
            AnnounceLocalAddresses = AnnounceLocalAddresses,
            Codec = Codec,
            MaxEventSize = MaxEventSize,
            EventBufferSize = EventBufferSize,
            KeyTimeout = KeyTimeout,
            AnswerTimeout = AnswerTimeout,
            IceTimeout = IceTimeout,
            DtlsTimeout = DtlsTimeout,
            ChannelTimeout = ChannelTimeout,
            HangUpTimeout = HangUpTimeout,
        };
        foreach ((string name, string value) in ExtraQuery)
            shared.ExtraQuery[name] = value;
        Add(LocalAddresses, shared.LocalAddresses);
        Add(Interfaces, shared.Interfaces);
        Add(AnnouncedAddresses, shared.AnnouncedAddresses);
        return shared;

        static void Add(IList<string> from, IList<string> to)
        {
            foreach (string text in from)
                to.Add(text);
        }
    }
}
