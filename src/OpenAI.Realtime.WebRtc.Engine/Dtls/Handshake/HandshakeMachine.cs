using System.Security.Cryptography;
using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Certificates;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Records;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls.Handshake;

/// <summary>
/// What both roles of the handshake share: what has been agreed, and the steps that both take alike. The order of the steps is in
/// <see cref="ClientHandshake"/> and <see cref="ServerHandshake"/>.
/// </summary>
internal abstract class HandshakeMachine(DtlsOptions options, RecordLayer records, FlightBuffer flight, FlightTimer timer) : IDisposable
{
    /// <summary>The longest body that we write: a Certificate, or a ClientHello with a cookie of 255 bytes.</summary>
    protected const int MaxBodyLength = 1024;

    /// <summary>The peer's signature in ServerKeyExchange covers both randoms and the params.</summary>
    private const int SignedParamsLength = (2 * ClientHello.RandomLength) + ServerKeyExchange.ParamsLength;

    protected DtlsOptions Options { get; } = options;

    protected Transcript Transcript { get; } = new();

    public KeySchedule Keys { get; } = new();

    /// <summary>What we are waiting for, for a person.</summary>
    public string Step { get; protected set; } = "waiting to start";

    public CipherSuite? CipherSuite { get; protected set; }

    public SrtpProtectionProfile? SrtpProfile { get; protected set; }

    /// <summary>Of the peer's certificate; null until a fingerprint has matched.</summary>
    protected PeerPublicKey? PeerKey { get; private set; }

    public bool IsComplete { get; protected set; }

    public DtlsFailure? Failure { get; private set; }

    /// <summary>Whether we have sent ChangeCipherSpec, so that alerts go under the new keys.</summary>
    public bool WritesProtected { get; private set; }

    /// <summary>The message_seq that ended the peer's flight before our last one: seen again, it asks for ours again. −1 for none.</summary>
    public int AnsweredSequence { get; private set; } = -1;

    public abstract void Start(Instant now);

    /// <summary>Handles the message whose turn it is.</summary>
    public abstract void Handle(in HandshakeMessage message, Instant now);

    public virtual void Dispose()
    {
        PeerKey?.Dispose();
        Transcript.Dispose();
        Keys.Dispose();
    }

    protected bool Fail(DtlsFailureReason reason, AlertDescription alert, string detail)
    {
        Failure ??= new DtlsFailure(reason, alert, $"DTLS {(Options.Role == DtlsRole.Client ? "client" : "server")}, {Step}: {detail}");
        return false;
    }

    protected bool FailMalformed(HandshakeType type) =>
        Fail(DtlsFailureReason.MalformedMessage, AlertDescription.DecodeError, $"the {type} could not be parsed");

    protected bool FailUnexpected(in HandshakeMessage message) => Fail(
        DtlsFailureReason.UnexpectedMessage,
        AlertDescription.UnexpectedMessage,
        $"a {message.Type} (message_seq {message.Sequence}, epoch {message.Epoch}) came instead");

    // ---- sending ----------------------------------------------------------------------------------------------------------

    protected void BeginFlight() => flight.Begin();

    protected void Send(HandshakeType type, ReadOnlySpan<byte> body) => Transcript.Add(flight.Add(type, body));

    protected void SendCertificate()
    {
        var body = new SpanWriter(stackalloc byte[MaxBodyLength]);
        CertificateMessage.Write(ref body, Options.Certificate.Der.Span);
        Send(HandshakeType.Certificate, body.Written);
    }

    /// <summary>ChangeCipherSpec and Finished, which end the last flight of either side (RFC 5246 §7.4.9).</summary>
    protected void SendFinished()
    {
        flight.AddChangeCipherSpec();
        Span<byte> hash = stackalloc byte[Transcript.HashLength];
        Span<byte> verifyData = stackalloc byte[Finished.VerifyDataLength];
        Transcript.GetHash(hash);
        Keys.DeriveVerifyData(Options.Role, hash, verifyData);
        Send(HandshakeType.Finished, verifyData);
        WritesProtected = true;
    }

    /// <summary>Lets the flight go.</summary>
    protected void EndFlight(int answers, Instant now, bool isLastFlight = false)
    {
        AnsweredSequence = answers;
        timer.Start(now, isLastFlight);
    }

    // ---- what the peer sent -----------------------------------------------------------------------------------------------

    /// <summary>
    /// Checks the peer's certificate against its fingerprints before anything in it is read, then takes its key (RFC 5763 §5, RFC 8827 §6.5).
    /// </summary>
    protected bool TryTakeCertificate(in HandshakeMessage message)
    {
        if (!CertificateMessage.TryParse(message.Body, out CertificateMessage certificate))
            return FailMalformed(HandshakeType.Certificate);
        if (certificate.First.IsEmpty)
            return Fail(DtlsFailureReason.NoPeerCertificate, AlertDescription.HandshakeFailure, "the peer sent no certificate");

        bool matches = false;
        for (int i = 0; i < Options.PeerFingerprints.Count; i++)
            matches |= Options.PeerFingerprints[i].Matches(certificate.First);
        if (!matches)
        {
            return Fail(
                DtlsFailureReason.FingerprintMismatch,
                AlertDescription.BadCertificate,
                $"the peer's certificate has the fingerprint {CertificateFingerprint.Sha256Of(certificate.First)}; " +
                $"its SDP says {string.Join(" or ", Options.PeerFingerprints)}");
        }

        if (!PeerPublicKey.TryParse(certificate.First, out PeerPublicKey? key, out string problem))
            return Fail(DtlsFailureReason.UnusableCertificate, AlertDescription.UnsupportedCertificate, problem);
        PeerKey = key;
        return true;
    }

    /// <summary>
    /// Both ephemeral keys are known and the transcript reaches to ClientKeyExchange: makes the master secret and the keys of epoch 1
    /// (RFC 8422 §5.10, RFC 7627 §4, RFC 5246 §6.3).
    /// </summary>
    protected void DeriveKeys(ECDiffieHellman ephemeralKey, in ECParameters peerPoint)
    {
        using ECDiffieHellman peer = ECDiffieHellman.Create(peerPoint);
        byte[] premasterSecret = ephemeralKey.DeriveRawSecretAgreement(peer.PublicKey);
        Span<byte> sessionHash = stackalloc byte[Transcript.HashLength];
        Span<byte> keyBlock = stackalloc byte[KeySchedule.KeyBlockLength];
        Transcript.GetHash(sessionHash);
        Keys.DeriveMasterSecret(premasterSecret, sessionHash);
        Keys.DeriveKeyBlock(keyBlock);
        records.InstallKeys(keyBlock, Options.Role);
        CryptographicOperations.ZeroMemory(premasterSecret);
        CryptographicOperations.ZeroMemory(keyBlock);
    }

    /// <summary>The hash that the signature of a ServerKeyExchange covers: client_random + server_random + params (RFC 8422 §5.4).</summary>
    protected void HashParams(ReadOnlySpan<byte> parameters, Span<byte> hash)
    {
        var signed = new SpanWriter(stackalloc byte[SignedParamsLength]);
        signed.WriteBytes(Keys.ClientRandom);
        signed.WriteBytes(Keys.ServerRandom);
        signed.WriteBytes(parameters);
        SHA256.HashData(signed.Written, hash);
    }

    /// <summary>The peer's Finished: under the new keys, and over the same messages that we saw (RFC 5246 §7.4.9).</summary>
    protected bool TryTakeFinished(in HandshakeMessage message)
    {
        if (message.Type != HandshakeType.Finished || message.Epoch != RecordLayer.ProtectedEpoch)
            return FailUnexpected(message);
        DtlsRole peer = Options.Role == DtlsRole.Client ? DtlsRole.Server : DtlsRole.Client;
        Span<byte> hash = stackalloc byte[Transcript.HashLength];
        Span<byte> expected = stackalloc byte[Finished.VerifyDataLength];
        Transcript.GetHash(hash);
        Keys.DeriveVerifyData(peer, hash, expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, message.Body))
        {
            return Fail(
                DtlsFailureReason.BadFinished, AlertDescription.DecryptError, "the peer's Finished does not match the messages that we saw");
        }

        Transcript.Add(message);
        return true;
    }
}
