using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Ice;
using OpenAI.Realtime.WebRtc.Engine.Rtp;
using OpenAI.Realtime.WebRtc.Engine.Sctp;
using OpenAI.Realtime.WebRtc.Engine.Srtp;

namespace OpenAI.Realtime.WebRtc.Engine.Peer;

// What the protocols have counted, gathered for who asks.
public sealed partial class WebRtcPeer
{
    private Dropped _dropped;
    private long _messagesSent;
    private long _messagesReceived;
    private long _audioNotSent;
    private bool _channelWasOpen;
    private int _restarts;

    /// <summary>How the peer wishes to be sent Opus; null before negotiation, and without audio. The same object for the connection's life.</summary>
    public OpusPreferences? OpusPreferences => _media?.Preferences;

    /// <summary>The share of our packets that the peer's last receiver report calls lost, 0 to 1; null before the first.</summary>
    public double? RemoteFractionLost => _media?.RemoteFractionLost;

    /// <summary>What has been counted until now. Allocates; not for each packet.</summary>
    public PeerCounters GetCounters()
    {
        RtpReceiveStatistics? received = _media?.Received;
        return new PeerCounters
        {
            AudioPacketsSent = _media?.PacketsSent ?? 0,
            AudioBytesSent = _media?.BytesSent ?? 0,
            AudioPacketsNotSent = _audioNotSent + (_media?.NotSent ?? 0),
            AudioPacketsReceived = received?.TotalPackets ?? 0,
            AudioBytesReceived = received?.TotalOctets ?? 0,
            AudioPacketsNotTaken = _media?.NotTaken ?? 0,
            AudioPacketsLost = received?.TotalLost ?? 0,
            Jitter = OpusClock.ToTimeSpan(received?.Jitter ?? 0),
            RemoteFractionLost = RemoteFractionLost,
            RoundTripTime = _ices.Current.RoundTripTime ?? _media?.RoundTripTime,
            MessagesSent = _messagesSent,
            MessagesReceived = _messagesReceived,
            ChunksRetransmitted = _channel?.Association.Counters.ChunksRetransmitted ?? 0,
            CandidatesIgnored = (_session?.NamedCandidates ?? 0) + (_session?.UnusableCandidates ?? 0) + _ices.Current.Counters.IgnoredTcpCandidates,
            Drops = GetDrops(),
            DtlsCipherSuite = _dtls?.CipherSuiteName,
            SrtpProfile = _dtls?.SrtpProfile?.NameOf(),
            IceRestarts = _restarts,
            SelectedPath = _ices.Current.LastPath,
        };
    }

    private Dictionary<string, long> GetDrops()
    {
        Dictionary<string, long> drops = [];
        void Add(string reason, long count)
        {
            if (count > 0)
                drops.Add(reason, count);
        }

        Add("peer: nothing was expected", _dropped.Unexpected);
        Add("peer: unknown protocol", _dropped.UnknownProtocol);
        Add("peer: no check has passed on that path", _dropped.UnvalidatedSource);
        Add("peer: stream without frames", _dropped.BrokenStream);

        IceCounters ice = _ices.Current.Counters;
        Add("ice: malformed", ice.DroppedMalformed);
        Add("ice: fingerprint", ice.DroppedFingerprint);
        Add("ice: unauthenticated", ice.DroppedUnauthenticated);
        Add("ice: username", ice.DroppedUsername);
        Add("ice: integrity", ice.DroppedIntegrity);
        Add("ice: unknown attribute", ice.DroppedUnknownAttribute);
        Add("ice: unknown transaction", ice.DroppedUnknownTransaction);
        Add("ice: asymmetric", ice.DroppedAsymmetric);
        Add("ice: unknown local address", ice.DroppedUnknownLocalAddress);
        Add("ice: over a limit", ice.DroppedOverLimit);

        if (_dtls?.Counters is { } dtls)
        {
            Add("dtls: malformed", dtls.Malformed);
            Add("dtls: unknown epoch", dtls.UnknownEpoch);
            Add("dtls: replayed", dtls.Replayed);
            Add("dtls: not authentic", dtls.Unauthentic);
            Add("dtls: too early", dtls.TooEarly);
            Add("dtls: ignored", dtls.Ignored);
            Add("dtls: fragments", dtls.FragmentsDropped);
        }

        SrtpDrops srtp = _media?.SrtpDrops ?? default;
        Add("srtp: malformed", srtp.Malformed);
        Add("srtp: too many sources", srtp.TooManySources);
        Add("srtp: replayed", srtp.Replayed);
        Add("srtp: not authentic", srtp.AuthenticationFailed);
        Add("rtp: unusable", _media?.Unusable ?? 0);

        SctpCounters sctp = _channel?.Association.Counters ?? default;
        Add("sctp: malformed", sctp.DroppedMalformed);
        Add("sctp: checksum", sctp.DroppedBadChecksum);
        Add("sctp: port", sctp.DroppedWrongPort);
        Add("sctp: verification tag", sctp.DroppedWrongTag);
        Add("sctp: beyond the window", sctp.ChunksBeyondWindow);
        Add("sctp: ignored chunks", sctp.ChunksIgnored);
        return drops;
    }

    /// <summary>What never reached a protocol.</summary>
    private struct Dropped
    {
        public long Unexpected, UnknownProtocol, UnvalidatedSource, BrokenStream;
    }
}
