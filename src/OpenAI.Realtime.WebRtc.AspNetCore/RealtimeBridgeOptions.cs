using System.Net;
using Microsoft.AspNetCore.Http;
using OpenAI.Realtime.WebRtc.Media;

namespace OpenAI.Realtime.WebRtc.AspNetCore;

/// <summary>How a bridge is to be: its bounds, what pages may do and see, who takes part. Read when the host starts.</summary>
public sealed class RealtimeBridgeOptions : RealtimeEndpointOptions
{
    /// <summary>How many calls may be live at a time, those that are connecting included; more are refused with 503. Default: 100.</summary>
    public int MaxCalls { get; set; } = 100;

    /// <summary>How many of them may be one signed-in user's; more are refused with 429. Default: 4.</summary>
    public int MaxCallsPerUser { get; set; } = 4;

    /// <summary>How long a call may last; then the page is told <c>session_expired</c> and the call ends. Default: 30 min.</summary>
    public TimeSpan MaxDuration { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How long the page may take to connect once it has its answer. Default: 15 s.</summary>
    public TimeSpan PageConnectTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long nothing at all may come from the page until it counts as gone; 8 s or more, since a page that has nothing to say shows itself every 4 to 6 s (RFC 7675). Default: 30 s,
    /// in which a page can change from one network to another and come back by an ICE restart. A page that closes is noticed at once.</summary>
    public TimeSpan PageTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The largest event accepted from a page, in bytes; announced to the page. Default: 256 KiB.</summary>
    public int MaxPageEventSize { get; set; } = 256 * 1024;

    /// <summary>
    /// How many bytes of the service's events (as JSON, with some overhead) may wait because the page does not take its messages, beside 256 KiB that are on their way to it;
    /// beyond that the call ends with <see cref="RealtimeBridgeEndReason.PageStalled"/>. It bounds what a page that does not read can hold; larger bursts than this, faster than the page's line, need more. Default: 512 KiB; 64 KiB to 16 MiB.
    /// </summary>
    public int MaxPageBacklog { get; set; } = 512 * 1024;

    /// <summary>
    /// Whether pages may send any event, <c>session.update</c> among them. Default: false: a page may speak, write as the user, ask for an answer and interrupt it;
    /// what would change instructions, tools or somebody else's items is refused with an <c>error</c> event.
    /// </summary>
    public bool PageMayConfigure { get; set; }

    /// <summary>
    /// Whether pages are shown all that the service sends. Default: false: instructions, prompts and tools are taken out of what a page sees; calls of tools, their
    /// results, system messages and events that this version does not know are not shown.
    /// </summary>
    public bool PageMaySeeEverything { get; set; }

    /// <summary>
    /// Makes the handler of a call: it observes, holds back and adds events, runs tools, listens in. Called once for each call, after authorization. Default: null,
    /// a <see cref="RealtimeBridgeHandler"/> that lets everything through that the two options above allow.
    /// </summary>
    public Func<HttpContext, RealtimeBridgeHandler>? CreateHandler { get; set; }

    /// <summary>The local addresses that pages connect to, one socket each. Default: null, every address of the machine, loopback too when the request came by it.</summary>
    public IReadOnlyList<IPAddress>? MediaAddresses { get; set; }

    /// <summary>
    /// The TCP port on which pages may connect as well, for those whose UDP is blocked: 443 where nothing else listens there, since it passes most firewalls. One for all calls. 0: a free port.
    /// Default: null, UDP alone.
    /// </summary>
    public int? TcpPort { get; set; }

    /// <summary>
    /// The network interfaces whose addresses pages connect to, by name, such as <c>eth0</c>; not beside <see cref="MediaAddresses"/>. Default: null, all that are up. One that is not there makes each call fail, with the
    /// names of those that are.
    /// </summary>
    public IReadOnlyList<string>? Interfaces { get; set; }

    /// <summary>
    /// The UDP ports that pages connect to: a range, of which each call takes a free one a local address, or a single one, which all calls share. What is to be let in by a firewall, and published of a container.
    /// Default: null, any port.
    /// </summary>
    public PortRange? UdpPorts { get; set; }

    /// <summary>
    /// The addresses by which pages reach this host when they are not its own: of a one-to-one NAT, of a container's host. They stand in the answer in place of the local addresses of their family, with the same port;
    /// at most 16. Default: null, the local addresses themselves.
    /// </summary>
    public IReadOnlyList<IPAddress>? AnnouncedAddresses { get; set; }

    /// <summary>Whether the local addresses stand in the answer beside <see cref="AnnouncedAddresses"/>, for pages inside the same network. Default: false.</summary>
    public bool AnnounceLocalAddresses { get; set; }

    /// <summary>The Opus codec of sinks that listen in; without a sink nothing is decoded. Default: null, libopus, or Concentus where that is missing.</summary>
    public IOpusCodecFactory? CodecFactory { get; set; }

    internal override void Validate()
    {
        base.Validate();
        if (MaxCalls < 1)
            throw new ArgumentException("MaxCalls must be at least 1.");
        if (MaxCallsPerUser < 1)
            throw new ArgumentException("MaxCallsPerUser must be at least 1.");
        if (MaxDuration <= TimeSpan.Zero || MaxDuration > TimeSpan.FromDays(1))
            throw new ArgumentException("MaxDuration must be longer than 0 and at most a day.");
        if (PageConnectTimeout <= TimeSpan.Zero || PageConnectTimeout > TimeSpan.FromMinutes(10))
            throw new ArgumentException("PageConnectTimeout must be longer than 0 and at most 10 minutes.");
        if (PageTimeout < TimeSpan.FromSeconds(8) || PageTimeout > TimeSpan.FromMinutes(10))
            throw new ArgumentException("PageTimeout must lie between 8 seconds and 10 minutes.");
        if (MaxPageEventSize is < 1024 or > 16 * 1024 * 1024)
            throw new ArgumentException("MaxPageEventSize must lie between 1,024 bytes and 16 MiB.");
        if (MaxPageBacklog is < 64 * 1024 or > 16 * 1024 * 1024)
            throw new ArgumentException("MaxPageBacklog must lie between 64 KiB and 16 MiB.");
        if (MediaAddresses is { Count: 0 })
            throw new ArgumentException("MediaAddresses must be null or name at least one address.");
        if (Interfaces is not null && MediaAddresses is not null)
            throw new ArgumentException("Interfaces and MediaAddresses are both set: leave one of the two out.");
        new PeerConnectionOptions { TcpPort = TcpPort, Interfaces = Interfaces, UdpPorts = UdpPorts, AnnouncedAddresses = AnnouncedAddresses }.Validate();
    }
}
