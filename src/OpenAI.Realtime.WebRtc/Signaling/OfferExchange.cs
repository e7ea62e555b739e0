namespace OpenAI.Realtime.WebRtc.Signaling;

/// <summary>Carries an offer to the other side and its answer back.</summary>
/// <param name="offer">The offer as SDP.</param>
/// <param name="callCreated">To be told the call's id as soon as it is known, so that a call is hung up even when its answer never arrives whole.</param>
/// <param name="cancellationToken">Ends the wait.</param>
internal delegate Task<RealtimeCallAnswer> OfferExchange(string offer, Action<string> callCreated, CancellationToken cancellationToken);

/// <summary>Ends a call that signalling has created. Best effort: it reports its own failures and never throws.</summary>
internal delegate Task CallHangUp(string callId);
