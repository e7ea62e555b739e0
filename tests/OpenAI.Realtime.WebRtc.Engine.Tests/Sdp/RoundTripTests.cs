using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Sdp;

namespace OpenAI.Realtime.WebRtc.Engine.Tests.Sdp;

public sealed class RoundTripTests
{
    private const string IceChars = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private static Gen<string> Word(int min, int max) =>
        from length in Gen.Choose(min, max)
        from letters in Gen.Elements(IceChars.ToCharArray()).ArrayOf(length)
        select new string(letters);

    private static Gen<byte[]> Bytes(int length) => Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(length);

    private static readonly Gen<SdpCandidate> s_candidate =
        from foundation in Word(1, 32)
        from priority in Gen.Choose(1, int.MaxValue)
        from isIPv6 in Gen.Elements(false, true)
        from bytes in Bytes(isIPv6 ? 16 : 4)
        from port in Gen.Choose(1, 65535)
        let address = bytes.Select((b, i) => i == 0 ? (byte)(b % 200 + 1) : b).ToArray()
        select SdpCandidate.Host(foundation, (uint)priority, TransportAddress.From(address, (ushort)port));

    private static readonly Gen<LocalDescription> s_description =
        from sessionId in Bytes(8)
        from ufrag in Word(4, 256)
        from password in Word(22, 256)
        from hash in Gen.Elements(("sha-256", 32), ("sha-384", 48), ("sha-512", 64))
        from fingerprint in Bytes(hash.Item2)
        from candidates in s_candidate.ListOf(6)
        from direction in Gen.Elements(MediaDirection.SendOnly, MediaDirection.ReceiveOnly, MediaDirection.SendReceive, MediaDirection.Inactive)
        from ssrc in Bytes(4)
        from names in Word(1, 36).ArrayOf(3)
        from payloadType in Gen.Choose(0, 127)
        from size in Gen.Choose(0, int.MaxValue)
        from port in Gen.Choose(1, 65535)
        from mid in Word(1, 16)
        from lite in Gen.Elements(false, true)
        select new LocalDescription
        {
            SessionId = BitConverter.ToUInt64(sessionId) >> 1,
            IceUfrag = ufrag,
            IcePwd = password,
            IceLite = lite,
            Fingerprint = Samples.Fingerprint(hash.Item1, BitConverter.ToString(fingerprint).Replace('-', ':')),
            Candidates = [.. candidates.DistinctBy(c => c.TransportAddress)],
            AudioDirection = direction,
            AudioSsrc = BitConverter.ToUInt32(ssrc),
            Cname = names[0],
            StreamId = names[1],
            TrackId = names[2],
            OpusPayloadType = (byte)payloadType,
            MaxMessageSize = size,
            SctpPort = (ushort)port,
            AudioMid = mid,
            DataMid = mid + "x",
        };

    private static class Descriptions
    {
        public static Arbitrary<LocalDescription> Any() => s_description.ToArbitrary();
    }

    [Property(Arbitrary = [typeof(Descriptions)], MaxTest = 100)]
    internal void What_an_offer_says_is_read_as_it_was_meant(LocalDescription offerer, LocalDescription answerer)
    {
        SessionDescription offer = Samples.Parse(OfferWriter.Write(offerer));
        Assert.True(OfferValidator.TryNegotiate(offer, answerer with { IceLite = false }, out NegotiatedSession? session, out SdpError error), error.ToString());
        Assert.Equal($"{offerer.SessionId}", offer.SessionId);
        AssertTold(offerer, session);
        Assert.Equal(offerer.OpusPayloadType, session.Audio!.Opus.PayloadType);
    }

    [Property(Arbitrary = [typeof(Descriptions)], MaxTest = 100)]
    internal void What_an_answer_says_is_read_as_it_was_meant(LocalDescription offerer, LocalDescription answerer)
    {
        answerer = answerer with { IceLite = answerer.IceLite && !offerer.IceLite };
        SessionDescription offer = Samples.Parse(OfferWriter.Write(offerer));
        Assert.True(OfferValidator.TryNegotiate(offer, answerer, out NegotiatedSession? theirs, out _));
        string text = AnswerWriter.Write(offer, answerer, theirs);
        Assert.True(AnswerValidator.TryNegotiate(offerer, Samples.Parse(text), out NegotiatedSession? ours, out SdpError error), error.ToString());
        AssertTold(answerer, ours);
        Assert.Equal(offerer.OpusPayloadType, ours.Audio!.Opus.PayloadType);
        Assert.Equal(theirs.Audio!.Direction.Reversed(), ours.Audio.Direction);
        Assert.NotEqual(theirs.DtlsRole, ours.DtlsRole);
    }

    private static void AssertTold(LocalDescription said, NegotiatedSession heard)
    {
        Assert.Equal((said.IceUfrag, said.IcePwd, said.IceLite), (heard.RemoteUfrag, heard.RemotePwd, heard.RemoteIsIceLite));
        Assert.Equal([said.Fingerprint], heard.RemoteFingerprints);
        Assert.Equal(said.Candidates, heard.RemoteCandidates);
        Assert.Equal(said.SctpPort, heard.RemoteSctpPort);
        Assert.Equal(said.MaxMessageSize == 0 ? long.MaxValue : said.MaxMessageSize, heard.RemoteMaxMessageSize);
        if (heard.Audio!.Direction.Receives())
            Assert.Equal((said.AudioSsrc, said.Cname), (heard.Audio.RemoteSsrc!.Value, heard.Audio.RemoteCname));
    }
}
