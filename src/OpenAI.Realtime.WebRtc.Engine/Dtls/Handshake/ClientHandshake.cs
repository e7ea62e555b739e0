using System.Security.Cryptography;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Certificates;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Records;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Handshake;

/// <summary>
/// The handshake as client (RFC 5246 §7.3, RFC 6347 §4.2.4).
/// <code>
///        client                                              server
///   1    ClientHello                 ──────►
///                                    ◄──────   HelloVerifyRequest, if the server wants one      2
///        ClientHello with cookie     ──────►
///                                    ◄──────   ServerHello                                      3
///                                               Certificate                                      4
///                                               ServerKeyExchange                                5
///                                               CertificateRequest                               6
///                                               ServerHelloDone                                  7
///   8    Certificate, ClientKeyExchange, CertificateVerify,
///        [ChangeCipherSpec] Finished ──────►
///                                    ◄──────   [ChangeCipherSpec] Finished                      9
/// </code>
/// </summary>
internal sealed class ClientHandshake : HandshakeMachine
{
    /// <summary>How many HelloVerifyRequests are answered; one is usual, a second comes when a server changes its secret in between.</summary>
    private const int MaxHelloVerifyRequests = 3;

    private State _state;
    private int _helloVerifyRequests;
    private bool _certificateRequested;
    private ECParameters _serverPoint;

    public ClientHandshake(DtlsOptions options, RecordLayer records, FlightBuffer flight, FlightTimer timer)
        : base(options, records, flight, timer)
    {
    }

    private enum State
    {
        WaitToStart,
        WaitForServerHello,
        WaitForCertificate,
        WaitForServerKeyExchange,
        WaitForCertificateRequest,
        WaitForServerHelloDone,
        WaitForFinished,
        Complete,
    }

    public override void Handle(in HandshakeMessage message, Instant now)
    {
        switch (_state)
        {
            case State.WaitForServerHello when message.Type == HandshakeType.HelloVerifyRequest:
                HandleHelloVerifyRequest(message, now);
                break;
            case State.WaitForServerHello:
                HandleServerHello(message);
                break;
            case State.WaitForCertificate:
                HandleCertificate(message);
                break;
            case State.WaitForServerKeyExchange:
                HandleServerKeyExchange(message);
                break;
            case State.WaitForCertificateRequest when message.Type == HandshakeType.CertificateRequest:
                HandleCertificateRequest(message);
                break;
            case State.WaitForCertificateRequest:
            case State.WaitForServerHelloDone:
                HandleServerHelloDone(message, now);
                break;
            case State.WaitForFinished:
                HandleFinished(message);
                break;
            default:
                FailUnexpected(message);
                break;
        }
    }

    // 1: we say what we can.
    public override void Start(Instant now)
    {
        if (_state != State.WaitToStart)
            return;
        Options.Random.Fill(Keys.ClientRandom);
        SendClientHello(cookie: default, answers: -1, now);
    }

    private void SendClientHello(ReadOnlySpan<byte> cookie, int answers, Instant now)
    {
        BeginFlight();
        var hello = new SpanWriter(stackalloc byte[MaxBodyLength]);
        ClientHello.Write(ref hello, Keys.ClientRandom, cookie, Options.SrtpProfiles);
        Send(HandshakeType.ClientHello, hello.Written);
        EndFlight(answers, now);
        Enter(State.WaitForServerHello);
    }

    private void Enter(State state)
    {
        _state = state;
        Step = state switch
        {
            State.WaitForServerHello => "waiting for ServerHello",
            State.WaitForCertificate => "waiting for the server's Certificate",
            State.WaitForServerKeyExchange => "waiting for ServerKeyExchange",
            State.WaitForCertificateRequest => "waiting for CertificateRequest or ServerHelloDone",
            State.WaitForServerHelloDone => "waiting for ServerHelloDone",
            State.WaitForFinished => "waiting for the server's Finished",
            _ => "complete",
        };
    }

    // 2: the same hello again, with the cookie. Neither the request nor the first hello counts in the transcript (RFC 6347 §4.2.1).
    private bool HandleHelloVerifyRequest(in HandshakeMessage message, Instant now)
    {
        if (message.Epoch != RecordLayer.PlainEpoch || ++_helloVerifyRequests > MaxHelloVerifyRequests)
            return FailUnexpected(message);
        if (!HelloVerifyRequest.TryParse(message.Body, out HelloVerifyRequest request))
            return FailMalformed(HandshakeType.HelloVerifyRequest);
        Transcript.Restart();
        SendClientHello(request.Cookie, message.Sequence, now);
        return true;
    }

    // 3: the server's choice, which must be one of ours.
    private bool HandleServerHello(in HandshakeMessage message)
    {
        if (message.Type != HandshakeType.ServerHello || message.Epoch != RecordLayer.PlainEpoch)
            return FailUnexpected(message);
        if (!ServerHello.TryParse(message.Body, out ServerHello hello))
            return FailMalformed(HandshakeType.ServerHello);
        if (hello.Version != ProtocolVersion.Dtls12)
        {
            return Fail(
                DtlsFailureReason.NothingInCommon,
                AlertDescription.ProtocolVersion,
                $"the server chose version 0x{hello.Version:X4}; DTLS 1.2 is 0xFEFD");
        }

        if (hello.CipherSuite is not (Messages.CipherSuite.EcdheEcdsaWithAes128GcmSha256 or Messages.CipherSuite.EcdheRsaWithAes128GcmSha256)
            || hello.CompressionMethod != 0)
        {
            return Fail(
                DtlsFailureReason.IllegalParameter,
                AlertDescription.IllegalParameter,
                $"the server chose cipher suite {hello.CipherSuite.NameOf()} and compression {hello.CompressionMethod}, which we did not offer");
        }

        // RFC 7627 §5.3 lets a client go on without; we do not, as every WebRTC peer has it.
        if (!hello.Extensions.HasExtendedMasterSecret)
        {
            return Fail(
                DtlsFailureReason.NoExtendedMasterSecret, AlertDescription.HandshakeFailure, "the server does not know extended_master_secret");
        }

        if (!hello.Extensions.RenegotiatedConnection.IsEmpty)
        {
            return Fail(
                DtlsFailureReason.IllegalParameter,
                AlertDescription.HandshakeFailure,
                "renegotiation_info is not empty in a first handshake (RFC 5746 §3.4)");
        }

        if (!TryTakeSrtpProfile(hello.Extensions))
            return false;

        CipherSuite = hello.CipherSuite;
        hello.Random.CopyTo(Keys.ServerRandom);
        Transcript.Add(message);
        Enter(State.WaitForCertificate);
        return true;
    }

    // RFC 5764 §4.1.1: exactly one profile, one of ours, and no MKI since we sent none.
    private bool TryTakeSrtpProfile(in HelloExtensions extensions)
    {
        if (Options.SrtpProfiles.Count == 0 && extensions.SrtpProfiles.IsEmpty)
            return true;
        if (extensions.SrtpProfiles.IsEmpty)
            return Fail(DtlsFailureReason.NoCommonSrtpProfile, AlertDescription.HandshakeFailure, "the server did not choose an SRTP profile");
        if (extensions.SrtpProfiles.Length == 2 && extensions.SrtpMki.IsEmpty)
        {
            for (int i = 0; i < Options.SrtpProfiles.Count; i++)
            {
                if (HelloExtensions.Contains(extensions.SrtpProfiles, (ushort)Options.SrtpProfiles[i]))
                {
                    SrtpProfile = Options.SrtpProfiles[i];
                    return true;
                }
            }
        }

        return Fail(
            DtlsFailureReason.IllegalParameter,
            AlertDescription.IllegalParameter,
            $"the server chose SRTP profile {Convert.ToHexString(extensions.SrtpProfiles)} with an MKI of {extensions.SrtpMki.Length} bytes, which we did not offer");
    }

    // 4: the server's certificate, which must be the one that its SDP named, and of the kind that the cipher suite says.
    private bool HandleCertificate(in HandshakeMessage message)
    {
        if (message.Type != HandshakeType.Certificate || message.Epoch != RecordLayer.PlainEpoch)
            return FailUnexpected(message);
        if (!TryTakeCertificate(message))
            return false;
        if (PeerKey!.IsRsa != (CipherSuite == Messages.CipherSuite.EcdheRsaWithAes128GcmSha256))
        {
            return Fail(
                DtlsFailureReason.UnusableCertificate,
                AlertDescription.IllegalParameter,
                $"the server chose {CipherSuite!.Value.NameOf()}, but its certificate has an {(PeerKey.IsRsa ? "RSA" : "ECDSA")} key");
        }

        Transcript.Add(message);
        Enter(State.WaitForServerKeyExchange);
        return true;
    }

    // 5: the server's ephemeral key, signed with the key of its certificate.
    private bool HandleServerKeyExchange(in HandshakeMessage message)
    {
        if (message.Type != HandshakeType.ServerKeyExchange || message.Epoch != RecordLayer.PlainEpoch)
            return FailUnexpected(message);
        if (!ServerKeyExchange.TryParse(message.Body, out ServerKeyExchange exchange))
            return FailMalformed(HandshakeType.ServerKeyExchange);
        if (exchange.CurveType != EcNumbers.NamedCurve
            || exchange.NamedCurve != EcNumbers.Secp256r1
            || !P256.TryParsePoint(exchange.Point, out _serverPoint))
        {
            return Fail(
                DtlsFailureReason.IllegalParameter,
                AlertDescription.IllegalParameter,
                $"the server's ephemeral key (curve type {exchange.CurveType}, group {exchange.NamedCurve}, {exchange.Point.Length} bytes) " +
                "is not an uncompressed point of secp256r1");
        }

        Span<byte> hash = stackalloc byte[Transcript.HashLength];
        HashParams(exchange.Params, hash);
        if (!PeerKey!.Verify(exchange.Scheme, hash, exchange.Signature))
        {
            return Fail(
                DtlsFailureReason.BadSignature,
                AlertDescription.DecryptError,
                $"the signature in ServerKeyExchange (scheme 0x{(ushort)exchange.Scheme:X4}, {(PeerKey.IsRsa ? "RSA" : "ECDSA")} key) is wrong");
        }

        Transcript.Add(message);
        Enter(State.WaitForCertificateRequest);
        return true;
    }

    // 6: the server asks who we are. RFC 5763 §5 wants it to; one that does not harms only itself.
    private bool HandleCertificateRequest(in HandshakeMessage message)
    {
        if (message.Epoch != RecordLayer.PlainEpoch)
            return FailUnexpected(message);
        if (!CertificateRequest.TryParse(message.Body, out CertificateRequest request))
            return FailMalformed(HandshakeType.CertificateRequest);
        if (!request.CertificateTypes.Contains(CertificateRequest.EcdsaSign)
            || !HelloExtensions.Contains(request.SignatureAlgorithms, (ushort)SignatureScheme.EcdsaSecp256r1Sha256))
        {
            return Fail(
                DtlsFailureReason.NothingInCommon,
                AlertDescription.HandshakeFailure,
                "the server takes no ECDSA certificate, or no signature by ecdsa_secp256r1_sha256");
        }

        _certificateRequested = true;
        Transcript.Add(message);
        Enter(State.WaitForServerHelloDone);
        return true;
    }

    // 7 and 8: who we are, our ephemeral key, the proof that the certificate is ours, and Finished.
    private bool HandleServerHelloDone(in HandshakeMessage message, Instant now)
    {
        if (message.Type != HandshakeType.ServerHelloDone || message.Epoch != RecordLayer.PlainEpoch)
            return FailUnexpected(message);
        if (!message.Body.IsEmpty)
            return FailMalformed(HandshakeType.ServerHelloDone);
        Transcript.Add(message);

        BeginFlight();
        if (_certificateRequested)
            SendCertificate();
        using (ECDiffieHellman ephemeralKey = KeyGeneration.CreateEphemeralKey())
        {
            Span<byte> point = stackalloc byte[P256.PointLength];
            P256.WritePoint(ephemeralKey, point);
            var exchange = new SpanWriter(stackalloc byte[1 + P256.PointLength]);
            ClientKeyExchange.Write(ref exchange, point);
            Send(HandshakeType.ClientKeyExchange, exchange.Written);
            DeriveKeys(ephemeralKey, _serverPoint);
        }

        if (_certificateRequested)
            SendCertificateVerify();
        SendFinished();
        EndFlight(message.Sequence, now);
        Enter(State.WaitForFinished);
        return true;
    }

    private void SendCertificateVerify()
    {
        Span<byte> hash = stackalloc byte[Transcript.HashLength];
        Span<byte> signature = stackalloc byte[DtlsCertificate.MaxSignatureLength];
        Transcript.GetHash(hash);
        int length = Options.Certificate.Sign(hash, signature);
        var verify = new SpanWriter(stackalloc byte[MaxBodyLength]);
        CertificateVerify.Write(ref verify, SignatureScheme.EcdsaSecp256r1Sha256, signature[..length]);
        Send(HandshakeType.CertificateVerify, verify.Written);
    }

    // 9: both saw the same.
    private bool HandleFinished(in HandshakeMessage message)
    {
        if (!TryTakeFinished(message))
            return false;
        Enter(State.Complete);
        IsComplete = true;
        return true;
    }
}
