using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sdp;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Sdp;

public sealed class RealAnswersTests
{
    [Fact]
    public void Production_answers_as_a_lite_agent_that_sends_the_ClientHello()
    {
        NegotiatedSession session = Samples.NegotiateAnswer(Samples.ProductionAnswer);

        Assert.Equal("NGikpJ/u0/3oN5GD", session.RemoteUfrag);
        Assert.Equal("0000000000000000000000000000000A", session.RemotePwd);
        Assert.True(session.RemoteIsIceLite);
        Assert.Equal(DtlsRole.Server, session.DtlsRole);
        CertificateFingerprint fingerprint = Assert.Single(session.RemoteFingerprints);
        Assert.Equal("sha-256", fingerprint.Algorithm);
        Assert.StartsWith("A8:BB:00", fingerprint.ToHex(), StringComparison.Ordinal);
        Assert.Equal(5000, session.RemoteSctpPort);
        Assert.Equal(1073741823, session.RemoteMaxMessageSize);
    }

    [Fact]
    public void Production_gives_UDP_and_listening_TCP_candidates()
    {
        NegotiatedSession session = Samples.NegotiateAnswer(Samples.ProductionAnswer);

        Assert.Equal(
            ["Udp 192.0.2.10:3478", "Tcp 192.0.2.10:443", "Udp 192.0.2.11:3478", "Tcp 192.0.2.11:443"],
            session.RemoteCandidates.Select(c => $"{c.Protocol} {c.TransportAddress}"));
        Assert.All(session.RemoteCandidates, c => Assert.Equal(c.Protocol == TransportProtocol.Tcp ? TcpCandidateType.Passive : TcpCandidateType.None, c.TcpType));
        Assert.Equal(2130706431u, session.RemoteCandidates[0].Priority);
        Assert.Equal("3506478603", session.RemoteCandidates[0].Foundation);
        Assert.Equal((0, 0), (session.NamedCandidates, session.UnusableCandidates));
    }

    [Fact]
    public void Production_sends_and_receives_Opus_at_111()
    {
        NegotiatedAudio audio = Samples.NegotiateAnswer(Samples.ProductionAnswer).Audio!;

        Assert.Equal(111, audio.Opus.PayloadType);
        Assert.Equal(111, audio.ReceivePayloadType);
        Assert.Equal(MediaDirection.SendReceive, audio.Direction);
        Assert.Equal((1190514604u, "realtimeapi"), (audio.RemoteSsrc!.Value, audio.RemoteCname));
        Assert.Equal((true, false, 10), (audio.Opus.UseInbandFec, audio.Opus.Stereo, audio.Opus.MinPtime));
    }

    // The captures of January and April 2026: no ice-lite, G.711 beside Opus, "WMS*" without the space, the offer's payload type 96.
    [Fact]
    public void Production_as_it_answered_in_January_2026_is_understood_too()
    {
        string answer = Samples.Without(Samples.ProductionAnswer, "a=ice-lite").Replace("WMS *", "WMS*", StringComparison.Ordinal)
            .Replace("SAVPF 111", "SAVPF 96 0 8", StringComparison.Ordinal)
            .Replace("a=fmtp:111", "a=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=fmtp:96", StringComparison.Ordinal)
            .Replace("rtpmap:111", "rtpmap:96", StringComparison.Ordinal);

        NegotiatedSession session = Samples.NegotiateAnswer(answer, Samples.Local with { OpusPayloadType = 96 });

        Assert.False(session.RemoteIsIceLite);
        Assert.Equal(new OpusFormat(96, "minptime=10;useinbandfec=1"), session.Audio!.Opus);
    }

    [Fact]
    public void Chromium_hides_its_candidates_behind_names_that_are_counted()
    {
        NegotiatedSession session = Samples.NegotiateAnswer(Samples.Read("chromium-answer"));

        Assert.Empty(session.RemoteCandidates);
        Assert.Equal((2, 0), (session.NamedCandidates, session.UnusableCandidates));
        Assert.Equal("vzIc", session.RemoteUfrag);
        Assert.Equal(262144, session.RemoteMaxMessageSize);
        Assert.Equal((825974598u, "TPx0ULHhkCUgyG1+"), (session.Audio!.RemoteSsrc!.Value, session.Audio.RemoteCname));
    }

    [Fact]
    public void Aiortc_repeats_its_candidates_below_each_m_line_and_they_count_once()
    {
        NegotiatedSession session = Samples.NegotiateAnswer(Samples.Read("aiortc-answer"));

        Assert.Equal(["192.0.2.2:47204", "[fd00::2]:37868"], session.RemoteCandidates.Select(c => c.TransportAddress.ToString()!));
        Assert.Equal(65536, session.RemoteMaxMessageSize);
        Assert.Equal("", session.Audio!.Opus.Fmtp);
    }

    [Fact]
    public void Firefox_writes_UDP_in_capitals_and_an_active_TCP_candidate_that_nobody_can_connect_to()
    {
        NegotiatedSession session = Samples.NegotiateAnswer(Samples.Read("firefox-answer"));

        Assert.Equal(
            [(CandidateType.Host, "192.0.2.30:51412"), (CandidateType.ServerReflexive, "203.0.113.4:51412")],
            session.RemoteCandidates.Select(c => (c.Type!.Value, c.TransportAddress.ToString()!)));
        Assert.Equal(1, session.UnusableCandidates);
        Assert.Equal("192.0.2.30", session.RemoteCandidates[1].RelatedAddress);
        Assert.Equal((true, 48000), (session.Audio!.Opus.Stereo, session.Audio.Opus.MaxPlaybackRate!.Value));
    }

    [Fact]
    public void Pion_gives_a_second_component_that_rtcp_mux_makes_useless()
    {
        NegotiatedSession session = Samples.NegotiateAnswer(Samples.Read("pion-answer"));

        Assert.Equal(["198.51.100.7:43210", "[2001:db8::7]:43211"], session.RemoteCandidates.Select(c => c.TransportAddress.ToString()!));
        Assert.Equal(1, session.UnusableCandidates);
        Assert.Equal(("pion", 3370419125u), (session.Audio!.RemoteCname, session.Audio.RemoteSsrc!.Value));
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r")]
    public void Other_line_ends_are_accepted(string end)
    {
        string answer = Samples.ProductionAnswer.ReplaceLineEndings(end);

        Assert.Equal(Flat(Samples.NegotiateAnswer(Samples.ProductionAnswer)), Flat(Samples.NegotiateAnswer(answer)));
    }

    [Fact]
    public void A_missing_last_line_end_and_empty_lines_are_accepted()
    {
        string answer = Samples.ProductionAnswer;

        Assert.Equal(Flat(Samples.NegotiateAnswer(answer)), Flat(Samples.NegotiateAnswer(answer.TrimEnd())));
        Assert.Equal(Flat(Samples.NegotiateAnswer(answer)), Flat(Samples.NegotiateAnswer(answer + "\r\n\r\n")));
    }

    [Fact]
    public void Transport_told_for_the_whole_session_counts_for_every_m_line()
    {
        string answer = Samples.ProductionAnswer;
        string[] shared = ["a=setup:", "a=ice-ufrag:", "a=ice-pwd:"];
        string atSession = shared.Aggregate(answer, Samples.Without).Replace("a=ice-lite", "a=setup:active\r\na=ice-ufrag:NGikpJ/u0/3oN5GD\r\na=ice-pwd:0000000000000000000000000000000A\r\na=ice-lite", StringComparison.Ordinal);

        Assert.Equal(Flat(Samples.NegotiateAnswer(answer)), Flat(Samples.NegotiateAnswer(atSession)));
    }

    [Fact]
    public void A_passive_answer_makes_us_send_the_ClientHello()
    {
        Assert.Equal(DtlsRole.Client, Samples.NegotiateAnswer(Samples.ProductionAnswer.Replace("a=setup:active", "a=setup:passive", StringComparison.Ordinal)).DtlsRole);
    }

    [Fact]
    public void Several_fingerprints_are_kept_except_those_too_weak_to_be_believed()
    {
        string more = $"a=fingerprint:SHA-384 {string.Join(':', Enumerable.Repeat("ab", 48))}\r\na=fingerprint:sha-512 {string.Join(':', Enumerable.Repeat("cd", 64))}\r\na=fingerprint:sha-1 {string.Join(':', Enumerable.Repeat("EF", 20))}\r\n";

        NegotiatedSession session = Samples.NegotiateAnswer(Samples.ProductionAnswer.Replace("a=ice-lite\r\n", more, StringComparison.Ordinal));

        Assert.Equal(["sha-256", "sha-384", "sha-512"], session.RemoteFingerprints.Select(f => f.Algorithm));
        Assert.StartsWith("AB:AB", session.RemoteFingerprints[1].ToHex(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_direction_is_what_both_sides_allow()
    {
        string receiveOnly = Samples.ProductionAnswer.Replace("a=sendrecv", "a=recvonly", StringComparison.Ordinal);

        Assert.Equal(MediaDirection.SendOnly, Samples.NegotiateAnswer(receiveOnly).Audio!.Direction);
        Assert.Equal(MediaDirection.ReceiveOnly, Samples.NegotiateAnswer(Samples.ProductionAnswer, Samples.Local with { AudioDirection = MediaDirection.ReceiveOnly }).Audio!.Direction);
        Assert.Equal(MediaDirection.Inactive, Samples.NegotiateAnswer(receiveOnly, Samples.Local with { AudioDirection = MediaDirection.ReceiveOnly }).Audio!.Direction);
    }

    [Theory]
    [InlineData("a=max-message-size:0\r\n", long.MaxValue)]
    [InlineData("", 65536)]
    [InlineData("a=max-message-size:4096\r\n", 4096)]
    [InlineData("a=max-message-size:99999999999999999999999999\r\n", long.MaxValue)]
    public void Zero_means_messages_of_any_size_and_silence_means_64_KiB(string line, long size)
    {
        string answer = Samples.ProductionAnswer.Replace("a=max-message-size:1073741823\r\n", line, StringComparison.Ordinal);

        Assert.Equal(size, Samples.NegotiateAnswer(answer).RemoteMaxMessageSize);
    }

    [Fact]
    public void Rejected_audio_is_fine_when_none_was_wanted()
    {
        string answer = Samples.ProductionAnswer.Replace("m=audio 9", "m=audio 0", StringComparison.Ordinal).Replace("BUNDLE 0 1", "BUNDLE 1", StringComparison.Ordinal);

        NegotiatedSession session = Samples.NegotiateAnswer(answer, Samples.Local with { AudioDirection = MediaDirection.Inactive });

        Assert.Null(session.Audio);
        Assert.Equal("NGikpJ/u0/3oN5GD", session.RemoteUfrag);
    }

    // Everything, as text: a record compares its lists by reference.
    private static string Flat(NegotiatedSession session) =>
        $"{session} {session.RemotePwd} {session.Audio} {string.Join(' ', session.RemoteCandidates)} {string.Join(' ', session.RemoteFingerprints)}";
}
