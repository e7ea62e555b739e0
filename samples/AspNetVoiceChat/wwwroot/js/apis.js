import { Failure } from './failures.js';

// What a call (conversation.js) has to know of the API that it speaks: whether an open channel is a session already, how it is closed, and which events end it.
//
//   realtime  an open channel is a session; it is hung up; an error says that its time is over
//   live      the service says when the session has started, and ends it in its own time, with what it is charged for

export const realtime = {
  startsAtOnce: true,
  closeWith: null,
  /** What an event means for the call: { end } when it is over. */
  read(event) {
    return event.type === 'error' && event.error?.code === 'session_expired' ? { end: { reason: 'expired' } } : null;
  },
};

export const live = {
  startsAtOnce: false,
  closeWith: { type: 'session.close' },
  /** What an event means for the call: { isStarted } when the session has begun, { end } when it is over. */
  read(event, isStarted) {
    switch (event.type) {
      case 'session.started':
        return { isStarted: true };
      case 'session.closed':
        return { end: endOf(event) };
      case 'error':
        return isStarted ? null : { end: { reason: 'failed', failure: refusal(event.error) } };
      default:
        return null;
    }
  },
};

/** Codes of errors that mean: nobody has paid. */
export const noCredit = new Set(['credit_balance_exhausted', 'insufficient_quota', 'billing_hard_limit_reached']);

// In place of the start: the session never comes to be.
function refusal(error) {
  const detail = [error?.code, error?.message].filter(Boolean).join(' · ');
  return new Failure(noCredit.has(error?.code) ? 'service-no-credit' : 'session-refused', detail);
}

const endings = {
  close_requested: { reason: 'closed' },
  expired: { reason: 'expired' },
  content: { reason: 'failed', code: 'session-moderated' },
  connection_lost: { reason: 'failed', code: 'connection-lost' },
};

function endOf({ reason: said, usage }) {
  const { reason, code } = Object.hasOwn(endings, said) ? endings[said] : { reason: 'failed', code: 'channel-closed' };
  return { reason, isConfirmed: true, seconds: usage?.seconds, failure: code && new Failure(code, `session.closed: ${said}`) };
}
