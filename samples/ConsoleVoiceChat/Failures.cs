using Microsoft.Extensions.Options;
using OpenAI.Realtime.WebRtc;
using OpenAI.Realtime.WebRtc.Media;

namespace ConsoleVoiceChat;

/// <summary>The conversation could not begin, or did not end as asked.</summary>
/// <param name="code">The exit code.</param>
/// <param name="name">The failure's name, as <c>ended</c> of --stats has it.</param>
/// <param name="message">What happened and what to do, for a person.</param>
/// <param name="inner">What was caught.</param>
internal sealed class ChatException(ExitCode code, string name, string message, Exception? inner = null) : Exception(message, inner)
{
    public ExitCode Code => code;

    public string Name => name;
}

/// <summary>Which exit code a failure has, and how it is called.</summary>
internal static class Failures
{
    public static ChatException Explain(Exception e) => e switch
    {
        ChatException known => known,
        RealtimeConnectException connect => Explain(connect),
        OptionsValidationException options => new(ExitCode.BadArguments, "bad_arguments", $"bad arguments: {options.Message} Try --help.", e),
        OpusLibraryNotFoundException opus => new(ExitCode.OpusMissing, "opus_missing", $"libopus missing: {opus.Message}", e),
        RealtimeSessionEndedException { End: { } end } => Explain(end) ?? new(ExitCode.ConnectionLost, "connection_lost", e.Message, e),
        _ => new(ExitCode.Internal, "internal", $"something failed that should not: {e.GetType().Name}: {e.Message}", e),
    };

    /// <summary>A conversation that was connected, and ended without being asked to. Null: it was asked to.</summary>
    public static ChatException? Explain(SessionEnd end) => end.Reason switch
    {
        SessionEndReason.ClosedLocally => null,
        SessionEndReason.SessionExpired => new(ExitCode.SessionExpired, "session_expired", $"session expired: {end.Detail}"),
        SessionEndReason.ClosedByPeer => new(ExitCode.ConnectionLost, "closed_by_peer", $"the service hung up: {end.Detail}"),
        SessionEndReason.Failed => new(ExitCode.Internal, "internal", $"something failed that should not: {end.Detail}"),
        _ => new(ExitCode.ConnectionLost, "connection_lost", $"connection lost: {end.Detail}"),
    };

    private static ChatException Explain(RealtimeConnectException e)
    {
        (ExitCode code, string name, string what) = e.Failure switch
        {
            RealtimeFailure.KeyRefused => (ExitCode.KeyRefused, "key_refused", "key refused"),
            RealtimeFailure.KeyUnusable => (ExitCode.AnswerUnusable, "key_unusable", "answer unusable, no key in it"),
            RealtimeFailure.EndpointUnreachable => (ExitCode.EndpointUnreachable, "endpoint_unreachable", "endpoint unreachable"),
            RealtimeFailure.RequestRejected => (ExitCode.RequestRejected, "request_rejected", "request rejected"),
            RealtimeFailure.AnswerUnusable => (ExitCode.AnswerUnusable, "answer_unusable", "answer unusable"),
            RealtimeFailure.NoLocalAddress => (ExitCode.IceFailed, "ice_failed", "ICE failed, no network address"),
            RealtimeFailure.IceFailed => (ExitCode.IceFailed, "ice_failed", "ICE failed"),
            RealtimeFailure.DtlsFailed => (ExitCode.DtlsFailed, "dtls_failed", "DTLS failed"),
            RealtimeFailure.FingerprintMismatch => (ExitCode.DtlsFailed, "fingerprint_mismatch", "DTLS failed, fingerprint mismatch"),
            RealtimeFailure.ChannelNeverOpened => (ExitCode.ChannelNeverOpened, "channel_never_opened", "channel never opened"),
            RealtimeFailure.SessionNeverStarted => (ExitCode.SessionNeverStarted, "session_never_started", "session never started"),
            RealtimeFailure.ClosedByPeer => (ExitCode.ConnectionLost, "closed_by_peer", "the service hung up"),
            _ => (ExitCode.Internal, "internal", "something failed that should not"),
        };
        return new ChatException(code, name, $"{what}: {e.Message}", e);
    }
}
