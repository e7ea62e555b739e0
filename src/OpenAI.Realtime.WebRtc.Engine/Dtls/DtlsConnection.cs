using OpenAI.Realtime.WebRtc.Engine.Core;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Handshake;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Messages;
using OpenAI.Realtime.WebRtc.Engine.Dtls.Records;

namespace OpenAI.Realtime.WebRtc.Engine.Dtls;

/// <summary>
/// DTLS 1.2 between two WebRTC peers (RFC 6347, RFC 5764): a handshake in either role, then protected records.
/// </summary>
/// <remarks>
/// Handle one thing, then take every datagram and every event, then wait until <see cref="NextTimeout"/>. Take the datagrams before calling
/// <see cref="TryProtect"/>: a server's last flight should leave before its first data. Nothing here limits how long a handshake may take;
/// <see cref="Step"/> says, when the caller gives up, what was missing.
/// </remarks>
internal sealed class DtlsConnection : IDisposable
{
    /// <summary>How much longer a datagram of <see cref="TryProtect"/> is than what it carries: header, explicit nonce, tag.</summary>
    public const int RecordOverhead = RecordHeader.Size + RecordProtection.Overhead;

    /// <summary>The smallest value of <see cref="DtlsOptions.MaxDatagramSize"/>.</summary>
    public const int MinDatagramSize = 256;

    private readonly DtlsRole _role;
    private readonly RecordLayer _records = new();
    private readonly EarlyRecords _early = new();
    private readonly HandshakeReassembler _reassembler = new();
    private readonly FlightBuffer _flight;
    private readonly FlightTimer _timer;
    private readonly HandshakeMachine _handshake;
    private readonly Queue<DtlsEvent> _events = new(2);
    private State _state;
    private Alert? _alert;          // to be sent next
    private Alert? _fatalAlert;     // what we ended the connection with

    /// <exception cref="ArgumentException">No fingerprint is given, or the datagram size is too small.</exception>
    public DtlsConnection(DtlsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxDatagramSize, MinDatagramSize, nameof(options));
        if (options.PeerFingerprints.Count == 0)
            throw new ArgumentException("Without a fingerprint the peer cannot be recognised.", nameof(options));
        _role = options.Role;
        _flight = new FlightBuffer(options.MaxDatagramSize);
        _timer = new FlightTimer(options.FirstRetransmit, options.MaxRetransmit);
        _handshake = options.Role == DtlsRole.Client
            ? new ClientHandshake(options, _records, _flight, _timer)
            : new ServerHandshake(options, _records, _flight, _timer);
    }

    private enum State
    {
        Handshaking,
        Connected,
        Closed,
        Failed,
    }

    public DtlsCounters Counters { get; } = new();

    public bool IsConnected => _state == State.Connected;

    /// <summary>What the handshake is waiting for, for a person: <c>waiting for ServerHello</c>.</summary>
    public string Step => _handshake.Step;

    /// <summary>The SRTP profile agreed on; null until connected, and when none was asked for.</summary>
    public SrtpProtectionProfile? SrtpProfile => _handshake.IsComplete ? _handshake.SrtpProfile : null;

    /// <summary>The cipher suite's name in IANA's registry; null until connected.</summary>
    public string? CipherSuiteName => _handshake.IsComplete ? _handshake.CipherSuite?.NameOf() : null;

    public Wake NextTimeout => _timer.At == Instant.Never ? Wake.Never : new Wake(_timer.At, WakeReason.DtlsRetransmit);

    /// <summary>For tests that seal what no honest peer would send.</summary>
    internal RecordLayer Records => _records;

    public void Dispose()
    {
        _records.Dispose();
        _handshake.Dispose();
    }

    /// <summary>The round trip of the path: flights are repeated at its pace. ICE's, or where ICE has none, a lite agent's, the handshake's own. Null: not known yet.</summary>
    public TimeSpan? RoundTrip
    {
        get => _timer.RoundTrip;
        set => _timer.RoundTrip = value;
    }

    /// <summary>The client sends its ClientHello; the server waits for one, and need not be started.</summary>
    public void Start(Instant now)
    {
        if (_state == State.Handshaking)
            _handshake.Start(now);
    }

    /// <summary>Repeats the last flight when its time has come (RFC 6347 §4.2.4).</summary>
    public void HandleTimeout(Instant now)
    {
        if (_state is State.Handshaking or State.Connected && _timer.TryExpire(now))
            RepeatFlight();
    }

    /// <summary>Handles the next record of a datagram. Call it until it says false, with the same <paramref name="datagramRest"/>.</summary>
    /// <param name="datagramRest">What is left of the datagram; decrypted in place and moved past the record.</param>
    /// <param name="now">The time.</param>
    /// <param name="applicationData">What the record carried for the layer above, or empty. Valid until the next call.</param>
    /// <returns>False at the end of the datagram.</returns>
    public bool TryHandleRecord(ref Span<byte> datagramRest, Instant now, out ReadOnlySpan<byte> applicationData)
    {
        applicationData = default;
        if (_early.TryTake(_records.HasKeys, IsConnected, out byte[] early))
        {
            if (RecordHeader.TryParse(early, out RecordHeader earlyHeader))
                HandleRecord(earlyHeader, early, now, out applicationData);
            return true;
        }

        if (datagramRest.IsEmpty)
            return false;
        if (!RecordHeader.TryParse(datagramRest, out RecordHeader header))
        {
            Counters.Malformed++;
            datagramRest = default;
            return false;
        }

        int length = RecordHeader.Size + header.Length;
        Span<byte> record = datagramRest[..length];
        datagramRest = datagramRest[length..];
        HandleRecord(header, record, now, out applicationData);
        return true;
    }

    /// <summary>Writes the next datagram that is to be sent: of the handshake, or an alert.</summary>
    /// <param name="buffer">At least <see cref="DtlsOptions.MaxDatagramSize"/> bytes.</param>
    /// <param name="length">How many of them are the datagram.</param>
    public bool TryTakeDatagram(Span<byte> buffer, out int length)
    {
        if (_flight.TryWriteDatagram(_records, buffer, out length))
            return true;
        if (_alert is not { } alert)
            return false;
        _alert = null;
        return _records.TryWrite(
            alert.Epoch, ContentType.Alert, [(byte)alert.Level, (byte)alert.Description], default, buffer, out length);
    }

    public bool TryTakeEvent(out DtlsEvent e) => _events.TryDequeue(out e);

    /// <summary>Writes one datagram of one application-data record. Allocates nothing.</summary>
    /// <param name="applicationData">At most 16,384 bytes; may overlap <paramref name="buffer"/>.</param>
    /// <param name="buffer">At least <see cref="RecordOverhead"/> bytes longer than the data.</param>
    /// <param name="length">How many bytes are the datagram.</param>
    /// <returns>False when not connected, or when it does not fit.</returns>
    public bool TryProtect(ReadOnlySpan<byte> applicationData, Span<byte> buffer, out int length)
    {
        length = 0;
        if (_state != State.Connected)
            return false;
        if (_records.IsExhausted)
        {
            Fail(new DtlsFailure(
                DtlsFailureReason.SequenceNumbersExhausted,
                AlertDescription.InternalError,
                "all 2^48 sequence numbers are spent, and DTLS may not wrap around (RFC 6347 §4.1)"));
            return false;
        }

        return _records.TryWrite(RecordLayer.ProtectedEpoch, ContentType.ApplicationData, applicationData, default, buffer, out length);
    }

    /// <summary>Makes keying material for another protocol (RFC 5705): <c>EXTRACTOR-dtls_srtp</c> for SRTP (RFC 5764 §4.2).</summary>
    /// <param name="label">At most 64 bytes of ASCII.</param>
    /// <param name="destination">As many bytes as are wanted.</param>
    /// <returns>False until the handshake is complete.</returns>
    public bool TryExportKeyingMaterial(ReadOnlySpan<byte> label, Span<byte> destination)
    {
        if (!_handshake.IsComplete)
            return false;
        _handshake.Keys.Export(label, destination);
        return true;
    }

    /// <summary>Sends close_notify (RFC 5246 §7.2.1) and takes nothing more.</summary>
    public void Close(Instant now)
    {
        if (_state is State.Closed or State.Failed)
            return;
        End(State.Closed, AlertLevel.Warning, AlertDescription.CloseNotify);
    }

    // ---- records ----------------------------------------------------------------------------------------------------------

    private void HandleRecord(RecordHeader header, Span<byte> record, Instant now, out ReadOnlySpan<byte> applicationData)
    {
        applicationData = default;
        if (_state is State.Closed or State.Failed)
            HandleRecordAfterEnd(header, now);
        else if (header.Epoch == RecordLayer.PlainEpoch)
            HandlePlainRecord(header, record[RecordHeader.Size..], now);
        else if (header.Epoch != RecordLayer.ProtectedEpoch)
            Counters.UnknownEpoch++;
        else if (IsTooEarly(header.Type))
            Counters.TooEarly += _early.TryAdd(record) ? 0 : 1;
        else if (_records.TryOpen(header, record[RecordHeader.Size..], Counters, out Span<byte> plaintext))
            HandleProtectedRecord(header.Type, plaintext, now, out applicationData);
    }

    /// <summary>A peer that goes on with the handshake has not heard our fatal alert: alerts have no timer, so it is told again, as a flight would be.</summary>
    private void HandleRecordAfterEnd(in RecordHeader header, Instant now)
    {
        Counters.Ignored++;
        if (_fatalAlert is not null && header.Type == ContentType.Handshake && _timer.TryAnswerRepeat(now))
            _alert = _fatalAlert;
    }

    /// <summary>Nothing of epoch 1 can be read without keys; application data waits also until the peer's Finished has been checked.</summary>
    private bool IsTooEarly(ContentType type) => !_records.HasKeys || (type == ContentType.ApplicationData && !IsConnected);

    private void HandlePlainRecord(in RecordHeader header, ReadOnlySpan<byte> content, Instant now)
    {
        // Anyone can send plaintext: once connected it says nothing to us, alerts least of all.
        if (_state == State.Connected)
        {
            Counters.Ignored++;
            return;
        }

        switch (header.Type)
        {
            case ContentType.Handshake:
                HandleFragments(content, RecordLayer.PlainEpoch, now);
                break;
            case ContentType.Alert:
                HandleAlert(content);
                break;
            case ContentType.ChangeCipherSpec:
                // The epoch in each record says which keys it is under, so that this one may be lost or late (RFC 6347 §4.1).
                break;
            default:
                Counters.Ignored++;
                break;
        }
    }

    private void HandleProtectedRecord(ContentType type, Span<byte> content, Instant now, out ReadOnlySpan<byte> applicationData)
    {
        applicationData = default;
        switch (type)
        {
            case ContentType.ApplicationData:
                _timer.Stop(); // The client has our Finished.
                applicationData = content;
                break;
            case ContentType.Handshake:
                HandleFragments(content, RecordLayer.ProtectedEpoch, now);
                break;
            case ContentType.Alert:
                HandleAlert(content);
                break;
            default:
                Counters.Ignored++;
                break;
        }
    }

    // ---- handshake --------------------------------------------------------------------------------------------------------

    private void HandleFragments(ReadOnlySpan<byte> content, ushort epoch, Instant now)
    {
        var reader = new SpanReader(content);
        while (!reader.IsAtEnd && _state is State.Handshaking or State.Connected)
        {
            if (!HandshakeFragment.TryRead(ref reader, out HandshakeFragment fragment))
            {
                Counters.FragmentsDropped++;
                return;
            }

            HandleFragment(fragment, epoch, now);
        }
    }

    private void HandleFragment(in HandshakeFragment fragment, ushort epoch, Instant now)
    {
        if (_state == State.Connected && fragment.Sequence >= _reassembler.NextSequence)
        {
            // RFC 5246 §7.4.1.1, §7.2.2: renegotiation is refused, with a warning.
            Counters.FragmentsDropped++;
            if (fragment.Type is HandshakeType.HelloRequest or HandshakeType.ClientHello)
                _alert ??= new Alert(RecordLayer.ProtectedEpoch, AlertLevel.Warning, AlertDescription.NoRenegotiation);
            return;
        }

        switch (_reassembler.Add(fragment, epoch))
        {
            case FragmentResult.Taken:
                HandleMessages(now);
                break;
            case FragmentResult.Repeated:
                Counters.FragmentsRepeated++;
                AnswerRepeat(fragment, now);
                break;
            case FragmentResult.TooLong:
                Fail(new DtlsFailure(
                    DtlsFailureReason.MalformedMessage,
                    AlertDescription.DecodeError,
                    $"a {fragment.Type} of {fragment.Length} bytes is longer than {HandshakeReassembler.MaxMessageLength}"));
                break;
            default:
                Counters.FragmentsDropped++;
                break;
        }
    }

    private void HandleMessages(Instant now)
    {
        while (_state == State.Handshaking && _reassembler.TryTakeNext(out HandshakeMessage message))
        {
            _handshake.Handle(message, now);
            if (_handshake.Failure is { } failure)
            {
                Fail(failure);
            }
            else if (_handshake.IsComplete)
            {
                if (_role == DtlsRole.Client)
                    _timer.Stop(); // The server's last flight may still be lost.
                _state = State.Connected;
                _events.Enqueue(new DtlsEvent(DtlsEventKind.Connected));
            }
        }
    }

    /// <summary>
    /// The peer repeats a flight that we have answered: our answer was lost (RFC 6347 §4.2.4). The last fragment of the last message stands
    /// for the flight.
    /// </summary>
    private void AnswerRepeat(in HandshakeFragment fragment, Instant now)
    {
        if (fragment.Sequence == _handshake.AnsweredSequence && fragment.EndsMessage && !_flight.HasOutput && _timer.TryAnswerRepeat(now))
            RepeatFlight();
    }

    private void RepeatFlight()
    {
        _flight.SendAgain();
        Counters.FlightsRepeated++;
    }

    // ---- alerts and the end -----------------------------------------------------------------------------------------------

    /// <summary>
    /// RFC 5246 §7.2.
    /// <code>level (1) | description (1)</code>
    /// </summary>
    private void HandleAlert(ReadOnlySpan<byte> content)
    {
        if (content.Length != 2)
        {
            Counters.Malformed++;
            return;
        }

        var level = (AlertLevel)content[0];
        var description = (AlertDescription)content[1];
        if (description == AlertDescription.CloseNotify)
        {
            // RFC 5246 §7.2.1: answered with our own. In mid-handshake it is a peer that has changed its mind.
            End(State.Closed, AlertLevel.Warning, AlertDescription.CloseNotify);
            _events.Enqueue(new DtlsEvent(DtlsEventKind.ClosedByPeer));
        }
        else if (level == AlertLevel.Fatal)
        {
            string step = _state == State.Connected ? "connected" : _handshake.Step;
            var failure = new DtlsFailure(
                DtlsFailureReason.PeerAlert,
                description,
                $"DTLS {(_role == DtlsRole.Client ? "client" : "server")}, {step}: the peer sent the alert {description} ({(byte)description})");
            End(State.Failed, alert: null);
            _events.Enqueue(new DtlsEvent(DtlsEventKind.Failed, failure));
        }
        else
        {
            Counters.Ignored++;
        }
    }

    private void Fail(DtlsFailure failure)
    {
        End(State.Failed, AlertLevel.Fatal, failure.Alert);
        _fatalAlert = _alert;
        _events.Enqueue(new DtlsEvent(DtlsEventKind.Failed, failure));
    }

    private void End(State state, AlertLevel level, AlertDescription description) => End(
        state, new Alert(_handshake.WritesProtected ? RecordLayer.ProtectedEpoch : RecordLayer.PlainEpoch, level, description));

    private void End(State state, Alert? alert)
    {
        _state = state;
        _alert = alert;
        _timer.Stop();
        _flight.Stop();
    }

    private readonly record struct Alert(ushort Epoch, AlertLevel Level, AlertDescription Description);
}
