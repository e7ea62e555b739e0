using System.Security.Cryptography;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Certificates;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Records;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Handshake;

/// <summary>
/// The handshake as server (RFC 5246 §7.3, RFC 6347 §4.2.4), always with a certificate asked of the client (RFC 5763 §5).
/// <code>
///        client                                              server
///   1    ClientHello                 ──────►
///                                    ◄──────   ServerHello, Certificate, ServerKeyExchange,
///                                               CertificateRequest, ServerHelloDone              2
///   3    Certificate
///   4    ClientKeyExchange
///   5    CertificateVerify
///   6    [ChangeCipherSpec] Finished ──────►
///                                    ◄──────   [ChangeCipherSpec] Finished                      7
/// </code>
/// There is no HelloVerifyRequest: it proves the client's address, which ICE has done already (RFC 8445 §2.2; RFC 6347 §4.2.1 makes it a SHOULD).
/// </summary>
internal sealed class ServerHandshake : HandshakeMachine
{
    private State _state;
    private ECDiffieHellman? _ephemeralKey;

    public ServerHandshake(DtlsOptions options, RecordLayer records, FlightBuffer flight, FlightTimer timer)
        : base(options, records, flight, timer) => Enter(State.WaitForClientHello);

    private enum State
    {
        WaitForClientHello,
        WaitForCertificate,
        WaitForClientKeyExchange,
        WaitForCertificateVerify,
        WaitForFinished,
        Complete,
    }

    public override void Dispose()
    {
        _ephemeralKey?.Dispose();
        base.Dispose();
    }

    public override void Start(Instant now)
    {
        // The client begins.
    }

    public override void Handle(in HandshakeMessage message, Instant now)
    {
        switch (_state)
        {
            case State.WaitForClientHello:
                HandleClientHello(message, now);
                break;
            case State.WaitForCertificate:
                HandleCertificate(message);
                break;
            case State.WaitForClientKeyExchange:
                HandleClientKeyExchange(message);
                break;
            case State.WaitForCertificateVerify:
                HandleCertificateVerify(message);
                break;
            case State.WaitForFinished:
                HandleFinished(message, now);
                break;
            default:
                FailUnexpected(message);
                break;
        }
    }

    private void Enter(State state)
    {
        _state = state;
        Step = state switch
        {
            State.WaitForClientHello => "waiting for ClientHello",
            State.WaitForCertificate => "waiting for the client's Certificate",
            State.WaitForClientKeyExchange => "waiting for ClientKeyExchange",
            State.WaitForCertificateVerify => "waiting for CertificateVerify",
            State.WaitForFinished => "waiting for the client's Finished",
            _ => "complete",
        };
    }

    // 1: the client says what it can.
    private bool HandleClientHello(in HandshakeMessage message, Instant now)
    {
        if (message.Type != HandshakeType.ClientHello || message.Epoch != RecordLayer.PlainEpoch)
            return FailUnexpected(message);
        if (!ClientHello.TryParse(message.Body, out ClientHello hello))
            return FailMalformed(HandshakeType.ClientHello);

        // A greater number is an older version (RFC 6347 §4.1); a newer client is answered with ours (RFC 5246 appendix E.1).
        if (!ProtocolVersion.IsDtls1(hello.Version) || hello.Version > ProtocolVersion.Dtls12)
        {
            return Fail(
                DtlsFailureReason.NothingInCommon,
                AlertDescription.ProtocolVersion,
                $"the client's version is 0x{hello.Version:X4}; DTLS 1.2 is 0xFEFD");
        }

        HelloExtensions extensions = hello.Extensions;
        if (!HelloExtensions.Contains(hello.CipherSuites, (ushort)Messages.CipherSuite.EcdheEcdsaWithAes128GcmSha256))
            return FailNothingInCommon("the client does not offer TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
        if (!hello.CompressionMethods.Contains((byte)0))
            return Fail(DtlsFailureReason.IllegalParameter, AlertDescription.IllegalParameter, "the client does not offer the null compression");

        // Without supported_groups, or without ec_point_formats, any is meant (RFC 8422 §5.1).
        if (!extensions.SupportedGroups.IsEmpty && !HelloExtensions.Contains(extensions.SupportedGroups, EcNumbers.Secp256r1))
            return FailNothingInCommon("the client does not offer the group secp256r1");
        if (!extensions.EcPointFormats.IsEmpty && !extensions.EcPointFormats.Contains(EcNumbers.UncompressedPoint))
            return Fail(DtlsFailureReason.IllegalParameter, AlertDescription.IllegalParameter, "the client does not take uncompressed points");

        // Without signature_algorithms SHA-1 is meant (RFC 5246 §7.4.1.4.1), which we do not sign with.
        if (!HelloExtensions.Contains(extensions.SignatureAlgorithms, (ushort)SignatureScheme.EcdsaSecp256r1Sha256))
            return FailNothingInCommon("the client does not take signatures by ecdsa_secp256r1_sha256");

        // RFC 7627 §5.2 lets a server go on without; we do not, as every WebRTC peer has it.
        if (!extensions.HasExtendedMasterSecret)
        {
            return Fail(
                DtlsFailureReason.NoExtendedMasterSecret, AlertDescription.HandshakeFailure, "the client does not offer extended_master_secret");
        }

        if (!extensions.RenegotiatedConnection.IsEmpty)
        {
            return Fail(
                DtlsFailureReason.IllegalParameter,
                AlertDescription.HandshakeFailure,
                "renegotiation_info is not empty in a first handshake (RFC 5746 §3.6)");
        }

        if (!TryChooseSrtpProfile(extensions.SrtpProfiles))
            return false;

        hello.Random.CopyTo(Keys.ClientRandom);
        CipherSuite = Messages.CipherSuite.EcdheEcdsaWithAes128GcmSha256;
        Transcript.Add(message);
        bool renegotiationInfo = extensions.HasRenegotiationInfo
            || HelloExtensions.Contains(hello.CipherSuites, (ushort)Messages.CipherSuite.EmptyRenegotiationInfoScsv);
        SendHelloFlight(renegotiationInfo, ecPointFormats: !extensions.EcPointFormats.IsEmpty, message.Sequence, now);
        return true;
    }

    // RFC 5764 §4.1.1: one of the client's, by our preference.
    private bool TryChooseSrtpProfile(ReadOnlySpan<byte> offered)
    {
        for (int i = 0; i < Options.SrtpProfiles.Count; i++)
        {
            if (HelloExtensions.Contains(offered, (ushort)Options.SrtpProfiles[i]))
            {
                SrtpProfile = Options.SrtpProfiles[i];
                return true;
            }
        }

        return Options.SrtpProfiles.Count == 0 || Fail(
            DtlsFailureReason.NoCommonSrtpProfile,
            AlertDescription.HandshakeFailure,
            offered.IsEmpty
                ? "the client does not offer use_srtp"
                : $"the client offers the SRTP profiles {Convert.ToHexString(offered)}, of which we know none");
    }

    private bool FailNothingInCommon(string detail) => Fail(DtlsFailureReason.NothingInCommon, AlertDescription.HandshakeFailure, detail);

    // 2: we say what we chose, who we are and our ephemeral key, signed; and we ask who the client is.
    private void SendHelloFlight(bool renegotiationInfo, bool ecPointFormats, ushort answers, Instant now)
    {
        BeginFlight();
        Span<byte> buffer = stackalloc byte[MaxBodyLength];

        // All 32 bytes are random. The last eight must not say "DOWNGRD" (RFC 8446 §4.1.3): that is for servers that know 1.3, and by chance
        // it happens once in 2^63 handshakes.
        Options.Random.Fill(Keys.ServerRandom);
        var serverHello = new SpanWriter(buffer);
        ServerHello.Write(ref serverHello, Keys.ServerRandom, CipherSuite!.Value, SrtpProfile, renegotiationInfo, ecPointFormats);
        Send(HandshakeType.ServerHello, serverHello.Written);

        SendCertificate();

        _ephemeralKey = KeyGeneration.CreateEphemeralKey();
        Span<byte> point = stackalloc byte[P256.PointLength];
        P256.WritePoint(_ephemeralKey, point);
        var keyExchange = new SpanWriter(buffer);
        ServerKeyExchange.WriteParams(ref keyExchange, point);
        Span<byte> hash = stackalloc byte[Transcript.HashLength];
        HashParams(keyExchange.Written, hash);
        Span<byte> signature = stackalloc byte[DtlsCertificate.MaxSignatureLength];
        int length = Options.Certificate.Sign(hash, signature);
        CertificateVerify.Write(ref keyExchange, SignatureScheme.EcdsaSecp256r1Sha256, signature[..length]);
        Send(HandshakeType.ServerKeyExchange, keyExchange.Written);

        var request = new SpanWriter(buffer);
        CertificateRequest.Write(ref request);
        Send(HandshakeType.CertificateRequest, request.Written);

        Send(HandshakeType.ServerHelloDone, default);
        EndFlight(answers, now);
        Enter(State.WaitForCertificate);
    }

    // 3: the client's certificate, which must be the one that its SDP named.
    private bool HandleCertificate(in HandshakeMessage message)
    {
        if (message.Type != HandshakeType.Certificate || message.Epoch != RecordLayer.PlainEpoch)
            return FailUnexpected(message);
        if (!TryTakeCertificate(message))
            return false;
        Transcript.Add(message);
        Enter(State.WaitForClientKeyExchange);
        return true;
    }

    // 4: the client's ephemeral key; with it all keys can be made.
    private bool HandleClientKeyExchange(in HandshakeMessage message)
    {
        if (message.Type != HandshakeType.ClientKeyExchange || message.Epoch != RecordLayer.PlainEpoch)
            return FailUnexpected(message);
        if (!ClientKeyExchange.TryParse(message.Body, out ClientKeyExchange exchange))
            return FailMalformed(HandshakeType.ClientKeyExchange);
        if (!P256.TryParsePoint(exchange.Point, out ECParameters peerPoint))
        {
            return Fail(
                DtlsFailureReason.IllegalParameter,
                AlertDescription.IllegalParameter,
                $"the client's ephemeral key ({exchange.Point.Length} bytes) is not an uncompressed point of secp256r1");
        }

        Transcript.Add(message);
        DeriveKeys(_ephemeralKey!, peerPoint);
        _ephemeralKey!.Dispose();
        _ephemeralKey = null;
        Enter(State.WaitForCertificateVerify);
        return true;
    }

    // 5: the client proves that the certificate is its own.
    private bool HandleCertificateVerify(in HandshakeMessage message)
    {
        if (message.Type != HandshakeType.CertificateVerify || message.Epoch != RecordLayer.PlainEpoch)
            return FailUnexpected(message);
        if (!CertificateVerify.TryParse(message.Body, out CertificateVerify verify))
            return FailMalformed(HandshakeType.CertificateVerify);
        Span<byte> hash = stackalloc byte[Transcript.HashLength];
        Transcript.GetHash(hash);
        if (!PeerKey!.Verify(verify.Scheme, hash, verify.Signature))
        {
            return Fail(
                DtlsFailureReason.BadSignature,
                AlertDescription.DecryptError,
                $"the signature in the client's CertificateVerify (scheme 0x{(ushort)verify.Scheme:X4}, {(PeerKey.IsRsa ? "RSA" : "ECDSA")} key) is wrong");
        }

        Transcript.Add(message);
        Enter(State.WaitForFinished);
        return true;
    }

    // 6 and 7: both saw the same. Our Finished is kept, to answer a client that missed it and repeats its own.
    private bool HandleFinished(in HandshakeMessage message, Instant now)
    {
        if (!TryTakeFinished(message))
            return false;
        BeginFlight();
        SendFinished();
        EndFlight(message.Sequence, now, isLastFlight: true);
        Enter(State.Complete);
        IsComplete = true;
        return true;
    }
}
